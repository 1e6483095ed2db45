"""What a contributor reads: the contracts of methods, datasets, protocols and metrics.

Nothing in this package imports torch, ray or polars, so that a plugin can be registered, listed
and planned without loading what it computes with.
"""
