"""The results of cells: one record and one frame of predictions each, stored atomically."""
