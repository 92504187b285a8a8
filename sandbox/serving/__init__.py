"""Running: what a living server needs that is no part of the subject."""
