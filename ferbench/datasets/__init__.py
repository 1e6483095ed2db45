"""Dataset adapters, one a file; `simulated` is the procedural one."""
