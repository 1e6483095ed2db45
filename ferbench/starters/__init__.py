"""What `ferbench new` writes: one small plugin of each kind, that works as it is.

Each is a plugin under its own name; `ferbench.starters.writing` gives it another.
"""
