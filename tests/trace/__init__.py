"""Watching: the events, and the screens that show them."""
