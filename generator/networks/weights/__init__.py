"""Weights files: read, described, mixed."""
