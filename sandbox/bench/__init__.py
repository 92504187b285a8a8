"""Measuring: what tracing costs, requests per second, time to start. Ratios, from one run."""
