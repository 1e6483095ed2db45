"""The board as Markdown: what the committed leaderboards hold."""

from collections.abc import Sequence

from ferbench.board import text
from ferbench.board.model import Board, Comparison, Level, Probe, Row, Section, State
from ferbench.board.published.text import published_parts

HEAD = "<!-- Made by `ferbench board` from the records; do not edit. -->\n\n# Leaderboards\n"

UNITS = (
    "Accuracies and probes in percent, intervals at 95 %, `±` the standard deviation over folds. "
    "`tied`: not distinguishable from the leader."
)

FURTHER = (
    "What methods have beside the feature that they classify by. That one, and the baseline's, is "
    "in the table above, under the same columns."
)

PROBES = (
    "identity leakage", "shuffled", "untrained",
    "expression probe", "shuffled", "untrained",
)  # fmt: skip

WORDS = (
    "method", "against", "fidelity", "feature",
    "paper", "protocol of the paper", "ours",
)  # fmt: skip
"""Columns of words, which are aligned to the left."""


def to_markdown(board: Board) -> str:
    """Every section: ranking, accuracies, costs, controls, notes."""
    return "\n".join([HEAD, UNITS + "\n", *(_section(section) for section in board.sections)])


def _section(section: Section) -> str:
    resolution = text.resolution_text(section)
    parts = [
        f"## {text.title(section.key)}\n",
        text.facts(section) + (f" {resolution}" if resolution else "") + "\n",
        _ranking(section.rows),
        "### Accuracies\n",
        _accuracies(section.rows),
        "### Costs and probes\n",
        _costs(section.rows),
    ]
    if any(row.further for row in section.rows):
        parts += ["### Further features\n", FURTHER + "\n", _further(section.rows)]
    if section.controls:
        parts += ["### Against baseline and placebo\n", _controls(section.controls)]
    parts += published_parts(section, pipe_table)
    failures = [
        f"- {row.label}: {f.cells} {f.status}: {f.reason}\n"
        for row in section.rows
        for f in row.failures
    ]
    if failures:
        parts += ["### Cells without a result\n", "".join(failures)]
    key = section.key
    fingerprints = f"Dataset `{key.dataset_fingerprint}`, protocol `{key.protocol_fingerprint}`."
    parts += ["### Notes\n", "".join(f"- {note}\n" for note in (*section.notes, fingerprints))]
    return "\n".join(parts)


def _ranking(rows: Sequence[Row]) -> str:
    head = (
        "rank", "method", "accuracy", "interval", "to the leader", "folds", "seeds",
        "training a cell", "comparisons an epoch", "identity leakage", "fidelity",
    )  # fmt: skip
    return pipe_table(
        head,
        [
            (
                text.rank(row),
                text.method(row),
                text.percent(row.accuracy),
                text.interval(row.interval),
                text.remark(row),
                text.progress(row.folds_done, row.folds_required),
                text.progress(row.seeds_done, row.seeds),
                text.train_time(row.cost),
                text.count(row.cost.comparisons_per_epoch),
                text.percent(row.identity.accuracy),
                row.fidelity,
            )
            for row in rows
        ],
    )


def _accuracies(rows: Sequence[Row]) -> str:
    head = ["method", "seed sd", "macro F1"]
    ways: list[tuple[Level, State]] = [
        *(("image", "selected"), ("image", "last")),
        *(("unit", "selected"), ("unit", "last")),
    ]
    for level, state in ways:
        head += [f"by {level}, {state}", "over folds"]
    lines = []
    for row in rows:
        line = [text.method(row), text.percent(row.seed_sd), text.percent(row.macro_f1)]
        for level, state in ways:
            found = row.way(level, state)
            line += [text.percent(found.pooled if found else None), text.over_folds(found)]
        lines.append(line)
    return pipe_table(head, lines)


def _costs(rows: Sequence[Row]) -> str:
    head = ("method", "training a cell", "stages", "parameters", "MACs an image", *PROBES)
    return pipe_table(
        head,
        [
            (
                text.method(row),
                text.train_time(row.cost),
                text.seconds(row.cost.stage_seconds),
                text.count(row.cost.parameters),
                text.count(row.cost.macs),
                *_probed(row.identity),
                *_probed(row.expression),
            )
            for row in rows
        ],
    )


def _further(rows: Sequence[Row]) -> str:
    return pipe_table(
        ("method", "feature", *PROBES),
        [
            (text.method(row), f.feature, *_probed(f.identity), *_probed(f.expression))
            for row in rows
            for f in row.further
        ],
    )


def _probed(found: Probe) -> tuple[str, str, str]:
    return text.probe(found), text.percent(found.shuffled), text.percent(found.untrained)


def _controls(comparisons: Sequence[Comparison]) -> str:
    head = ("method", "against", "role", "points", "interval", "p", "seeds", "claim")
    return pipe_table(
        head,
        [
            (
                c.label,
                c.other,
                c.role,
                text.points(c.difference.mean),
                text.bounds(c.difference),
                f"{c.difference.p:.3f}",
                str(c.difference.seeds),
                text.claim(c),
            )
            for c in comparisons
        ],
    )


def pipe_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A pipe table; columns are right-aligned but for those of `WORDS`."""
    rule = [":--" if name in WORDS else "--:" for name in head]
    cells = [head, rule, *([cell.replace("|", "\\|") for cell in line] for line in lines)]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)
