"""Many threads on one store: what each was told is written down, and judged afterwards."""
