"""Tie groups, and methods against their baseline and placebo."""

from collections.abc import Callable

import numpy as np


def test_tied_is_not_distinguishable_from_the_leader(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = np.random.Generator(np.random.Philox(1))
    leader = outcomes(rng, 5, 120, 0.9)
    near = leader.copy()
    near[:, :4] = 0
    bench.grid("leader", leader)
    bench.grid("near", near)
    bench.grid("far", outcomes(rng, 5, 120, 0.6))
    (section,) = bench.board().sections
    assert {r.label: r.standing for r in section.rows} == {
        "leader": "leader",
        "near": "tied",
        "far": "behind",
    }


def test_few_seeds_claim_nothing_however_large_the_gap(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = np.random.Generator(np.random.Philox(1))
    bench.grid("good", outcomes(rng, 4, 120, 0.95))
    bench.grid("bad", outcomes(rng, 4, 120, 0.3))
    (section,) = bench.board().sections
    assert [r.standing for r in section.rows] == ["leader", "no claim"]
    assert [r.rank for r in section.rows] == [1, 2]
    assert any("fewer than 5 seeds" in note for note in section.notes)


def test_holm_makes_the_tie_group_larger_than_single_tests_do(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    """Alone, p = .02 is behind; beside eight hopeless comparisons of p near 1 it is tied."""
    rng = np.random.Generator(np.random.Philox(1))
    leader = outcomes(rng, 5, 120, 0.9)
    near = leader.copy()
    near[:, np.flatnonzero(leader.all(axis=0))[:6]] = 0
    bench.grid("leader", leader)
    bench.grid("near", near)
    assert bench.row("near").standing == "behind"
    for number in range(8):
        bench.grid(f"same-{number}", leader * (np.arange(120) != number), config={})
    assert bench.row("near").standing == "tied"


def test_a_method_is_set_against_its_baseline_and_its_placebo(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = np.random.Generator(np.random.Philox(1))
    idea = outcomes(rng, 5, 150, 0.9)
    bench.grid("idea", idea, baseline="plain")
    bench.grid("idea-shuffled", idea, placebo_of="idea")
    bench.grid("plain", outcomes(rng, 5, 150, 0.6))
    (section,) = bench.board().sections
    baseline, placebo = section.controls
    assert (baseline.label, baseline.other, baseline.role) == ("idea", "plain", "baseline")
    assert baseline.why_no_claim is None
    assert baseline.difference.low > 0.15
    assert (placebo.other, placebo.role, placebo.difference.mean) == (
        "idea-shuffled",
        "placebo",
        0.0,
    )
    assert placebo.why_no_claim == "not distinguishable"
