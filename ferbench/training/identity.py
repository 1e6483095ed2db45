"""Tuples by identity: the negatives of a query are other expressions of the same person."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Identity = Literal["own", "other"]
"""Whose other expressions a query's negatives are: its own person's, or (the placebo) not."""


@dataclass
class Borrowing:
    """How many negatives there are, and how many are not of the query's own person."""

    negatives: int = 0
    from_positive: int = 0
    at_random: int = 0

    def rates(self) -> dict[str, float]:
        """Shares of all negatives, as scalars of a training curve."""
        whole = max(1, self.negatives)
        return {
            "negatives_of_a_positive": self.from_positive / whole,
            "negatives_at_random": self.at_random / whole,
        }


@dataclass
class Pool:
    """The images that tuples are drawn from: a whole training fold, or one batch of it.

    expression, subject: (S,) labels. Members of tuples are positions in them.
    """

    expression: Sequence[int]
    subject: Sequence[int]
    by_expression: dict[int, list[int]] = field(init=False)
    by_person: dict[tuple[int, int], list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_expression, self.by_person = defaultdict(list), defaultdict(list)
        for position, (e, s) in enumerate(zip(self.expression, self.subject, strict=True)):
            self.by_expression[e].append(position)
            self.by_person[s, e].append(position)

    def positives(self, query: int, count: int, draw: random.Random) -> list[int]:
        """The query, then at most `count` - 1 different images of its expression.

        Other people's come first; the query's own person serves where there are too few.
        """
        own, person = self.expression[query], self.subject[query]
        alike = self.by_expression[own]
        others = [p for p in alike if self.subject[p] != person]
        if len(others) < count - 1:
            mine = [p for p in self.by_person[person, own] if p != query]
            missing = min(len(mine), count - 1 - len(others))
            return [query, *draw.sample(others, len(others)), *draw.sample(mine, missing)]
        return [query, *draw.sample(others, count - 1)]

    def negatives(
        self, query: int, positives: Sequence[int], draw: random.Random, books: Borrowing
    ) -> list[int]:
        """One image of each other expression that the pool has, of the query's own person.

        2B(N+M) Softmax section 5.2: an expression that the person lacks is taken from the person
        of any other positive. Where none has it (the paper does not say): any image of it.
        """
        found, person = [], self.subject[query]
        for e in self._others(query):
            images = self.by_person.get((person, e))
            if images is None:
                lenders = [s for p in positives if (s := self.subject[p], e) in self.by_person]
                if lenders:
                    images = self.by_person[draw.choice(lenders), e]
                    books.from_positive += 1
                else:
                    images = self.by_expression[e]
                    books.at_random += 1
            found.append(draw.choice(images))
        books.negatives += len(found)
        return found

    def strangers(self, query: int, draw: random.Random, books: Borrowing) -> list[int]:
        """One image of each other expression, of a random other person; for the placebo.

        The query's own person serves where nobody else shows the expression.
        """
        found, person = [], self.subject[query]
        for e in self._others(query):
            images = self.by_expression[e]
            found.append(draw.choice([p for p in images if self.subject[p] != person] or images))
        books.negatives += len(found)
        return found

    def _others(self, query: int) -> list[int]:
        own = self.expression[query]
        return sorted(e for e in self.by_expression if e != own)


def sheets(expression: np.ndarray, subject: np.ndarray, draw: random.Random) -> list[list[int]]:
    """Every image once, in sheets of one person with at most one image of an expression.

    In random order; which of a person's images of an expression stand together is random too.
    """
    images: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for position in draw.sample(range(len(expression)), len(expression)):
        images[int(subject[position])][int(expression[position])].append(position)
    found = []
    for person in sorted(images):
        shown = images[person]
        for number in range(max(map(len, shown.values()))):
            found.append([shown[e][number] for e in sorted(shown) if number < len(shown[e])])
    draw.shuffle(found)
    return found
