"""Training: what the harness does around a method while it fits, and what methods share in it."""
