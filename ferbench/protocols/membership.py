"""Who belongs to which part of a fold, and with which images."""

from collections.abc import Mapping

import polars as pl


def group() -> pl.Expr:
    """What folds are cut by: the subject, or the sequence where the subject is not known."""
    return pl.coalesce("subject", pl.format("sequence {}", "sequence"))


def fold_rows(
    scored: pl.DataFrame, neutral: pl.DataFrame, parts: Mapping[str, str]
) -> pl.DataFrame:
    """The samples of one fold; the neutral references are those of the training groups."""
    assigned = scored.with_columns(part=pl.col("group").replace_strict(parts, default=None))
    trained = [name for name, part in parts.items() if part == "train"]
    known = neutral.with_columns(group=group(), unit=pl.col("sample"), part=pl.lit("neutral"))
    columns = ["sample", "part", "subject", "sequence", "expression", "unit"]
    return pl.concat(
        [
            assigned.filter(pl.col("part").is_not_null()).select(columns),
            known.filter(pl.col("group").is_in(trained)).select(columns),
        ]
    )
