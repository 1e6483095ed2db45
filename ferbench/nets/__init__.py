"""Networks that two or more plugins share."""
