"""Figures of kept models: what a trained method makes of the faces of its test fold."""
