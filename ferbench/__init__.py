"""ferbench: a benchmark harness for identity-disentangled facial expression recognition."""

__version__ = "0.1.0"
