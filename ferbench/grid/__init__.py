"""The grid: cells and stages planned, executed in this process or by Ray Tune, and recorded."""
