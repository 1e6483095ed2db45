"""Metrics: numbers computed from stored predictions, and the probes of embeddings."""
