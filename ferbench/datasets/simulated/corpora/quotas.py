"""How many sequences of each class, and which people show them."""

from collections.abc import Mapping, Sequence

import numpy as np

CHANCE = 5.0
"""How far chance outweighs what a person already shows when a class is given out."""


def scaled(counts: Mapping[str, int], people: int, of: int) -> dict[str, int]:
    """Published counts of `of` people for `people` of them: in proportion, but at least one."""
    return {
        name: count if people == of else max(1, round(count * people / of))
        for name, count in counts.items()
    }


def shared_out(
    counts: Mapping[str, int], people: int, draw: np.random.Generator
) -> list[list[str]]:
    """The classes of each person: every class goes to `counts` people, everyone gets one at least.

    A class is given to those who have few so far, with some chance, so that people differ in how
    many expressions they show. Counts are cut at the number of people.
    """
    have: list[list[str]] = [[] for _ in range(people)]
    for name, count in counts.items():
        keys = [len(mine) + draw.uniform(0, CHANCE) for mine in have]
        for person in np.argsort(keys, kind="stable")[:count].tolist():
            have[person].append(name)
    for mine in have:
        richest = max(have, key=len)
        if not mine and len(richest) > 1:
            mine.append(richest.pop())
    return have


def parted(people: int, shares: Mapping[str, int]) -> dict[str, range]:
    """People 0, 1, ... cut into consecutive parts, in proportion, none of them empty."""
    whole, parts, start = sum(shares.values()), {}, 0
    for place, (name, share) in enumerate(shares.items(), 1):
        others = len(shares) - place
        count = min(max(1, round(people * share / whole)), people - start - others)
        parts[name] = range(start, start + count if others else people)
        start += count
    return parts


def spread(names: Sequence[str], count: int) -> list[int]:
    """Positions of `count` of the names, evenly from the first to the last of them."""
    if count == 1:
        return [0]
    return [round(k * (len(names) - 1) / (count - 1)) for k in range(count)]


def deal(counts: Mapping[str, int], total: int, draw: np.random.Generator) -> list[str]:
    """`total` labels in the proportions of `counts`, each at least once if there is room; mixed."""
    whole = sum(counts.values())
    exact = {name: count * total / whole for name, count in counts.items()}
    dealt = {name: max(1, int(share)) for name, share in exact.items()}
    by_rest = sorted(exact, key=lambda name: int(exact[name]) - exact[name])
    for name in by_rest * (total // len(exact) + 1):
        if sum(dealt.values()) < total:
            dealt[name] += 1
    while sum(dealt.values()) > total:
        dealt[max(dealt, key=lambda name: dealt[name])] -= 1
    labels = [name for name, count in dealt.items() for _ in range(count)]
    return [labels[place] for place in draw.permutation(len(labels))]
