"""The counts of a corpus as lines for a person."""

from collections.abc import Iterator

from ferbench.datasets.counts import Counts


def lines(counted: Counts) -> Iterator[str]:
    """Totals, classes, subjects, splits, what was left out: found beside published."""
    said = counted.published
    yield f"{'':12} {'found':>8} {'published':>10}"
    yield _line("subjects", counted.subjects, said.subjects)
    yield _line("sequences", counted.sequences, said.sequences)
    yield _line("images", counted.images, said.images)
    yield f"classes ({said.counted})"
    for name in dict.fromkeys((*counted.classes, *said.classes)):
        yield _line(f"  {name}", counted.classes.get(name, 0), said.classes.get(name))
    if said.counted == "sequences":
        yield "classes (images)"
        for name, number in counted.images_by_class.items():
            yield _line(f"  {name}", number, None)
    for what, spread in (
        ("images", counted.images_by_subject),
        ("sequences", counted.sequences_by_subject),
    ):
        if spread is not None:
            low, middle, high = spread
            yield f"{what} a subject: {low} to {high}, median {middle:g}"
    yield "splits: " + ", ".join(f"{name} {number}" for name, number in counted.splits.items())
    if said.note:
        yield f"published: {said.note}"
    yield "left out:" if counted.skipped else "left out: nothing"
    for reason, number in counted.skipped.items():
        yield f"  {number:8} {reason}"
    for warning in counted.warnings:
        yield f"note: {warning}"


def _line(name: str, found: int | None, published: int | None) -> str:
    """A dash where there are no ids, or nothing is published."""
    left, right = ("-" if n is None else str(n) for n in (found, published))
    return f"{name:12} {left:>8} {right:>10}"
