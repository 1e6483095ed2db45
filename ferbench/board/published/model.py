"""What the papers print, as papers of tables of rows of figures, and ours beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["accuracy", "training time"]
Unit = Literal["image", "sequence", "unsaid"]


@dataclass(frozen=True, slots=True)
class PaperProtocol:
    """How a paper evaluates on a dataset, in its own words.

    registered: our protocols of the same facts; several where the paper leaves a choice.
    stated:     whether the paper says enough to know it; else `registered` is what we assume.
    unit:       what the paper says is scored.
    subjects, sequences, images: the tested ones; None where the paper does not print a count.
    """

    key: str
    dataset: str
    registered: tuple[str, ...]
    stated: bool
    classes: int
    frames: str
    folds: str
    unit: Unit
    subjects: int | None
    sequences: int | None
    images: int | None
    remarks: tuple[str, ...]

    @property
    def facts(self) -> str:
        """Classes, frames, folds and unit, in words."""
        scored = "unit unsaid" if self.unit == "unsaid" else f"by {self.unit}"
        return f"{self.classes} classes; {self.frames}; {self.folds}; {scored}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number.

    percent: accuracy with the digits that are printed. minutes: training time.
    correct, units: the accuracy as k of n, where the paper's own figures all are counts of n.
    """

    protocol: PaperProtocol
    percent: Decimal | None = None
    minutes: int | None = None
    correct: int | None = None
    units: int | None = None

    @property
    def share(self) -> float | None:
        """The accuracy as a share."""
        return None if self.percent is None else float(self.percent / 100)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a table.

    method:   as printed, without the citation. cites: the reference that the paper gives for it.
    measured: whether the paper measured it itself; else it copied the figures.
    ours:     our method of the same idea. settings: what its configuration must have.
    """

    method: str
    cites: int | None
    measured: bool
    ours: str | None
    settings: Mapping[str, str]
    figures: tuple[Figure, ...]
    remark: str | None

    @property
    def printed(self) -> str:
        """The method with its reference."""
        return self.method if self.cites is None else f"{self.method} [{self.cites}]"


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table. left_out: what is printed and cannot be placed. hardware: of training times."""

    number: int
    kind: Kind
    caption: str
    hardware: str | None
    columns: tuple[PaperProtocol, ...]
    rows: tuple[PrintedRow, ...]
    remarks: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure with the row, table and paper that it stands in."""

    paper: "Paper"
    table: PrintedTable
    row: PrintedRow
    figure: Figure

    @property
    def where(self) -> str:
        """`IDFERM, table 3`."""
        return f"{self.paper.name}, table {self.table.number}"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. key: the name of its file, and of its headline method in ferbench."""

    key: str
    name: str
    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    doi: str | None
    remarks: tuple[str, ...]
    tables: tuple[PrintedTable, ...]

    def figures(self) -> Iterator[Printed]:
        """Every figure in the order of the print."""
        for table in self.tables:
            for row in table.rows:
                for figure in row.figures:
                    yield Printed(self, table, row, figure)


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure beside a row of ours, if there is one.

    label:      our row. difference: ours minus the published accuracy, as a share, where they were
                measured on the same real corpus under the same protocol.
    """

    published: Printed
    label: str | None
    difference: float | None
