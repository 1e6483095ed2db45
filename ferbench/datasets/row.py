"""What an adapter tells of one image, and what the literature tells of a corpus."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Row:
    """One image.

    sample:    its path below the folder of the corpus, with `/`.
    sequence:  the recording; None: a still image, a sequence of one.
    file_hash: None: that of the file.
    extra:     values of the columns that the adapter adds.
    """

    sample: str
    expression: str | None
    subject: str | None = None
    sequence: str | None = None
    frame: int = 0
    split: str | None = None
    file_hash: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """The counts that are printed for a corpus, for comparison with what is found.

    None: not known. `classes` counts what `counted` says; a copy may rightly differ (`note`).
    """

    subjects: int | None = None
    sequences: int | None = None
    images: int | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    counted: Literal["sequences", "images"] = "images"
    note: str = ""


def shown(count: int, expression: str) -> list[str]:
    """What `count` frames from onset to apex show: neutral first, then the expression.

    A recording of one frame shows the expression.
    """
    return [expression] if count == 1 else ["neutral", *[expression] * (count - 1)]
