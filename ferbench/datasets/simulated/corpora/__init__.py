"""Simulated corpora on disk, each in the layout and label encoding of the corpus it stands for."""
