"""The conformance kit: what every method must keep, checked by running it.

`ferbench check NAME` runs it; `ferbench.testing.plugin` brings it into a plugin's own test suite.
"""
