"""The renderer: from identities and action units to pictures, a batch at a time."""
