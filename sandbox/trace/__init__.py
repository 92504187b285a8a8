"""Watching: what the stages report, what crossed the wire, and the screens that show both."""
