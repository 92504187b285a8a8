"""Lessons: read, run, judged, waited for."""
