"""Lessons: read from Markdown, run in a world of their own, judged by what crossed the wire."""
