"""Synthetic indexes: only names, no pictures."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

SCHEMA = {
    "sample": pl.String,
    "subject": pl.String,
    "sequence": pl.String,
    "frame": pl.Int64,
    "expression": pl.String,
    "file_hash": pl.String,
    "split": pl.String,
}


def build(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """An index of these rows; a still of its own sequence and content unless said otherwise."""
    full = []
    for row in rows:
        sample = row["sample"]
        defaults = {"sequence": sample, "frame": 0, "file_hash": f"hash of {sample}"}
        full.append({**dict.fromkeys(SCHEMA), **defaults, **row})
    return pl.DataFrame(full, schema=SCHEMA)


def recording(
    subject: str | None, name: str, expressions: Sequence[str | None], **more: object
) -> list[dict[str, object]]:
    """The rows of one sequence, frame by frame."""
    return [
        {
            "sample": f"{name}/{frame:03d}",
            "subject": subject,
            "sequence": name,
            "frame": frame,
            "expression": expression,
            **more,
        }
        for frame, expression in enumerate(expressions)
    ]


def corpus(
    subjects: Sequence[str | None],
    shown: Sequence[str] = ("anger", "happiness", "surprise"),
    onset: int = 2,
    length: int = 4,
    **more: object,
) -> pl.DataFrame:
    """One sequence of `onset` neutral and `length` expressive frames a subject and expression."""
    rows = []
    for number, subject in enumerate(subjects):
        for expression in shown:
            frames = ["neutral"] * onset + [expression] * length
            rows += recording(subject, f"{number:03d}-{expression}", frames, **more)
    return build(rows)


@pytest.fixture
def make_index() -> Callable[..., pl.DataFrame]:
    """See `build`."""
    return build


@pytest.fixture
def make_recording() -> Callable[..., list[dict[str, object]]]:
    """See `recording`."""
    return recording


@pytest.fixture
def make_corpus() -> Callable[..., pl.DataFrame]:
    """See `corpus`."""
    return corpus
