"""Whether the bits of what torch computes in a cell are the same from run to run."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import torch

TELLING = "use_deterministic_algorithms"
"""In every warning by which torch tells of an operation whose bits may differ."""


@contextmanager
def deterministic_where_possible() -> Iterator[list[str]]:
    """Let torch take its deterministic algorithms; yields the warnings where it has none.

    They are shown as well, each once a place, as Python shows warnings. Afterwards torch takes
    what it took before.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warned_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.filterwarnings("default", f"(?s).*{TELLING}")
        show = warnings.showwarning

        def listen(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if TELLING in str(message):
                told.append(str(message))
            show(message, category, filename, lineno, file, line)

        warnings.showwarning = listen
        try:
            yield told
        finally:
            torch.use_deterministic_algorithms(before, warn_only=warned_only)
