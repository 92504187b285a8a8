"""Exercises: what the student writes, and the examiner who attacks it."""

from sandbox.tutor.exercise.checks import check
from sandbox.tutor.exercise.exam import Exam

__all__ = ["Exam", "check"]
