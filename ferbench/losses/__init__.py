"""Losses that two or more plugins share: one a file, each with its equation."""
