"""The boards: records to rankings, with statistics, as text and figures."""
