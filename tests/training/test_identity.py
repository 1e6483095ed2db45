"""Tuples by identity: whose images the positives and the negatives are."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ferbench.training.identity import Borrowing, Pool

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=60)


def pool_of(labels):
    return Pool([e for e, _ in labels], [s for _, s in labels])


@given(labels=LABELS, count=st.integers(1, 8), seed=st.integers(0, 999))
def test_positives_are_the_query_and_different_images_of_its_expression(labels, count, seed):
    pool = pool_of(labels)
    for query, (expression, person) in enumerate(labels):
        found = pool.positives(query, count, random.Random(seed))
        alike = [p for p, (e, _) in enumerate(labels) if e == expression]
        others = [p for p in alike if labels[p][1] != person]
        assert found[0] == query
        assert len(found) == len(set(found)) == min(count, len(alike))
        assert set(found) <= set(alike)
        own = [p for p in found[1:] if labels[p][1] == person]
        assert len(own) == max(0, min(count, len(alike)) - 1 - len(others))


@given(labels=LABELS, seed=st.integers(0, 999))
def test_negatives_are_the_persons_own_or_borrowed_and_counted(labels, seed):
    pool, draw, books = pool_of(labels), random.Random(seed), Borrowing()
    lent = at_random = wanted = 0
    for query, (expression, person) in enumerate(labels):
        positives = pool.positives(query, 3, draw)
        found = pool.negatives(query, positives, draw, books)
        present = sorted({e for e, _ in labels} - {expression})
        assert [labels[n][0] for n in found] == present
        for e, negative in zip(present, found, strict=True):
            lenders = {labels[p][1] for p in positives}
            having = {s for x, s in labels if x == e}
            if person in having:
                assert labels[negative][1] == person
            elif lenders & having:
                assert labels[negative][1] in lenders
                lent += 1
            else:
                at_random += 1
            wanted += 1
    assert (books.negatives, books.from_positive, books.at_random) == (wanted, lent, at_random)


@given(labels=LABELS, seed=st.integers(0, 999))
def test_the_placebo_takes_negatives_of_other_people_where_there_are_any(labels, seed):
    pool, draw = pool_of(labels), random.Random(seed)
    for query, (expression, person) in enumerate(labels):
        found = pool.strangers(query, draw, Borrowing())
        assert [labels[n][0] for n in found] == sorted({e for e, _ in labels} - {expression})
        for negative in found:
            having = {s for x, s in labels if x == labels[negative][0]}
            assert labels[negative][1] != person or having == {person}


def test_a_person_with_one_expression_borrows_of_a_positive():
    """Person 0 shows only anger; person 1 shows anger and fear; person 2 sadness alone."""
    pool = Pool([0, 0, 1, 2], [0, 1, 1, 2])
    books = Borrowing()
    found = pool.negatives(0, [0, 1], random.Random(0), books)
    assert found == [2, 3]
    assert books.rates() == {"negatives_of_a_positive": 0.5, "negatives_at_random": 0.5}


def test_one_expression_alone_has_no_negative():
    pool, books = Pool([3, 3], [0, 1]), Borrowing()
    assert pool.negatives(0, [0, 1], random.Random(0), books) == []
    assert pool.strangers(0, random.Random(0), books) == []
    assert books.rates() == {"negatives_of_a_positive": 0.0, "negatives_at_random": 0.0}


def test_every_lender_and_every_image_is_drawn_in_turn():
    pool = Pool([0, 0, 0, 1, 1, 1], [0, 1, 2, 1, 1, 2])
    drawn = {
        pool.negatives(0, [0, 1, 2], random.Random(seed), Borrowing())[0] for seed in range(50)
    }
    assert drawn == {3, 4, 5}
