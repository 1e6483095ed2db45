"""Numbers as the boards print them; what is missing is an en dash."""

from ferbench.board.model import Accuracy, Comparison, Cost, Probe, RankingKey, Row, Section
from ferbench.board.statistics import Difference, Interval

MISSING = "\N{EN DASH}"
FACES = {"real": "real faces", "simulated": "simulated faces"}


def title(key: RankingKey) -> str:
    """`simfaces (simulated faces) · holdout · lite`."""
    faces = FACES.get(key.origin, key.origin)
    return f"{key.dataset} ({faces}) · {key.protocol} · {key.preset}"


def facts(section: Section) -> str:
    """What is tested and how it is scored, in one sentence."""
    people = f"{section.subjects} subjects" if section.subjects else "unknown subjects"
    joined = "" if section.unit == "image" else f", frames joined by {section.join}"
    pooled = "over all units" if section.pooling == "pooled" else "mean of the folds"
    settings = ", ".join(f"{n}={v}" for n, v in sorted(section.dataset_config.items()))
    made = f" Dataset settings: {settings}." if settings else ""
    classes = ", ".join(section.classes)
    return (
        f"{section.units} test {section.unit}s of {people}; {len(section.classes)} classes "
        f"({classes}). Accuracy by {section.unit}{joined}, {pooled}.{made}"
    )


def resolution_text(section: Section) -> str | None:
    """The smallest gap that can be significant."""
    found = section.resolution
    if found is None:
        return None
    return (
        f"Resolution: {found.discordant} of {found.units} {section.unit}s "
        f"({percent(found.discordant / found.units)} points) is the smallest gap between two "
        "trained models that can be significant."
    )


def percent(share: float | None) -> str:
    """A share in percent, one decimal."""
    return MISSING if share is None else f"{100 * share:.1f}"


def points(share: float) -> str:
    """A difference of shares in signed percentage points."""
    return f"{100 * share:+.1f}"


def interval(found: Interval | None) -> str:
    """`[71.0, 80.2]`."""
    return MISSING if found is None else f"[{percent(found.low)}, {percent(found.high)}]"


def bounds(found: Difference) -> str:
    """A difference's interval in points: `[-1.2, +3.4]`."""
    return f"[{points(found.low)}, {points(found.high)}]"


def seconds(value: float | None) -> str:
    """Seconds: `0.25 s`, `7.3 s`, `143 s`."""
    if value is None:
        return MISSING
    if value == 0:
        return "0 s"
    decimals = 0 if value >= 100 else 1 if value >= 1 else 2
    return f"{value:,.{decimals}f} s"


def train_time(cost: Cost) -> str:
    """Training time, marked where it is elapsed time on an accelerator."""
    mark = " (wall)" if cost.train_seconds is not None and cost.train_seconds_kind == "wall" else ""
    return seconds(cost.train_seconds) + mark


def count(value: float | None) -> str:
    """A count with separators."""
    return MISSING if value is None else f"{value:,.0f}"


def over_folds(found: Accuracy | None) -> str:
    """`73.8 ± 3.5`."""
    if found is None:
        return MISSING
    spread = "" if found.folds_sd is None else f" ± {percent(found.folds_sd)}"
    return percent(found.folds_mean) + spread


def probe(found: Probe) -> str:
    """`22.1 (chance 2.1)`."""
    chance = "" if found.chance is None else f" (chance {percent(found.chance)})"
    return percent(found.accuracy) + (chance if found.accuracy is not None else "")


def progress(done: int, required: int) -> str:
    """`3/5`."""
    return f"{done}/{required}"


def rank(row: Row) -> str:
    """The rank, or a dash."""
    return MISSING if row.rank is None else str(row.rank)


def method(row: Row) -> str:
    """The label, and whose placebo it is."""
    return row.label + (f" (placebo of {row.placebo_of})" if row.placebo_of else "")


def remark(row: Row) -> str:
    """How the row stands to the leader, or why it has no rank."""
    if row.status != "ok":
        return row.status
    if row.unranked is not None and not row.complete:
        return row.unranked
    return row.standing or MISSING


def claim(found: Comparison) -> str:
    """`claim: better`, or why there is none."""
    if found.why_no_claim is not None:
        return f"no claim: {found.why_no_claim}"
    return f"claim: {'better' if found.difference.mean > 0 else 'worse'}"
