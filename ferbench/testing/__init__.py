"""The conformance kit: what every method must keep, checked by running it."""
