"""The conformance kit: each check catches the method that breaks its rule, and no other."""

from pathlib import Path

import pytest

from ferbench.host import discover
from ferbench.settings import read_settings
from ferbench.testing import repetition
from ferbench.testing.bench import Bench
from ferbench.testing.conformance import CHECKS, examine

DATA = Path(__file__).parents[1] / "data"
RUN_NOTHING = {
    "registers without torch",
    "configuration round trips",
    "unmet needs are skipped",
    "needs are declared",
}
"""Checks that a method passes which is skipped everywhere."""


ALSO_FAILED = {
    "unseeded": 4,
    "remembers": 2,
    "peeks": 1,
    "squeezes": 1,
    "chokes": 1,
    "homesick": 1,
    "mixes": 1,
}
"""How many other checks a broken rule may fail."""


@pytest.fixture(scope="module")
def examined(tmp_path_factory):
    """From a method's name to the reasons of the checks that it fails, by check."""
    folder = tmp_path_factory.mktemp("kit")
    settings = read_settings(folder=folder)
    settings.cache = folder / "cache"
    registry = discover([DATA / "toys", DATA / "cheats"])
    assert not registry.broken, registry.broken

    def failures(name: str) -> dict[str, str]:
        verdicts = list(examine(Bench(name, registry, settings, folder / name)))
        assert len(verdicts) == len(CHECKS)
        return {v.check: v.reason for v in verdicts if v.reason is not None}

    return failures


@pytest.mark.parametrize(
    ("cheat", "check", "says"),
    [
        ("unseeded", "same seed same predictions", "draw every random number from run.seed"),
        ("remembers", "fresh state per fold", "keep no state in modules"),
        ("peeks", "permuted labels near chance", "learns test labels from somewhere"),
        ("forgets", "resumed equals uninterrupted", "pass everything that training changes"),
        ("mixes", "alone as in a batch", "a face alone is predicted differently"),
        ("incomplete", "alone as in a batch", "reloaded from its state predicts differently"),
        ("claims", "comparisons as declared", "are declared and none was counted"),
        ("miscounts", "comparisons as declared", "1 comparisons were counted"),
        ("silent", "comparisons as declared", "never called run.batch"),
        ("heavy", "registers without torch", "import torch inside functions"),
        ("drifts", "configuration round trips", "preset tiny: scale read back from a record"),
        ("positioned", "order of faces irrelevant", "in another order are predicted differently"),
        ("squeezes", "finite outputs of the right shape", "of 1 faces: predict returned"),
        ("chokes", "finite outputs of the right shape", "ValueError: one face is not enough"),
        ("homesick", "runs in a worker", "where am I?"),
        ("assumes", "needs are declared", "name what the method needs in `needs`"),
    ],
)
def test_a_broken_rule_is_found_by_its_check(examined, cheat, check, says):
    failures = examined(cheat)
    assert says in failures[check]
    assert len(failures) <= ALSO_FAILED.get(cheat, 0) + 1, failures


def test_an_honest_method_that_counts_passes(examined):
    assert examined("declares") == {}


def test_a_need_that_no_corpus_can_have_is_named(examined):
    failures = examined("misnames")
    assert "`needs` has 'subject'; known: neutral" in failures["unmet needs are skipped"]


@pytest.mark.parametrize("method", ["toy-needs-subjects", "toy-needs-neutral", "toy-gifted"])
def test_declared_needs_are_taken_away_and_the_method_passes(examined, method):
    assert examined(method) == {}


def test_a_tiny_cell_may_take_seconds_only(examined, monkeypatch):
    monkeypatch.setattr(repetition, "TINY_SECONDS", 0.0)
    failures = examined("toy")
    assert list(failures) == ["tiny takes seconds"]
    assert "give that preset fewer epochs" in failures["tiny takes seconds"]


def test_a_method_that_is_skipped_or_fails_does_not_pass(examined):
    failures = examined("toy-refuses")
    assert len(failures) >= len(CHECKS) - len(RUN_NOTHING)
    assert set(failures).isdisjoint(RUN_NOTHING)
    assert "the cell ended skipped" in failures["same seed same predictions"]


@pytest.mark.parametrize("method", sorted(discover().methods))
def test_every_bundled_method_conforms(examined, method):
    assert examined(method) == {}


def test_check_prints_every_verdict_and_exits_with_1(ferbench):
    code, out, _ = ferbench(
        "check", "silent", "--plugins-dir", DATA / "toys", "--plugins-dir", DATA / "cheats"
    )
    assert code == 1
    assert "FAIL  comparisons as declared" in out
    assert "ok    same seed same predictions" in out
    code, _, err = ferbench("check", "sofmax")
    assert code == 2
    assert "did you mean 'softmax'" in err
