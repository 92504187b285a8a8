"""Lessons: their prose, their links, their words."""
