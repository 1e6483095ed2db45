"""The phase clock, on a clock that the test moves."""

import pytest

from ferbench.training import clock
from ferbench.training.clock import PhaseClock


class Moved:
    """Stands for the `time` module; moves when told."""

    def __init__(self):
        self.wall = self.cpu = 100.0

    def move(self, wall, cpu=0.0):
        self.wall += wall
        self.cpu += cpu

    def perf_counter(self):
        return self.wall

    def process_time(self):
        return self.cpu


@pytest.fixture
def time(monkeypatch):
    moved = Moved()
    monkeypatch.setattr(clock, "time", moved)
    return moved


def test_each_second_is_charged_to_the_innermost_phase(time):
    books = PhaseClock()
    time.move(1000)
    with books.phase("fit"):
        time.move(2, 1)
        with books.phase("mining"):
            time.move(5, 4)
            with books.phase("sorting"):
                time.move(7, 6)
            time.move(11, 10)
        time.move(13, 12)
        with books.phase("mining"):
            time.move(17, 16)
    time.move(1000)
    assert books.wall == {"fit": 15, "mining": 33, "sorting": 7}
    assert books.cpu == {"fit": 13, "mining": 30, "sorting": 6}


def test_a_phase_inside_itself_is_charged_once(time):
    books = PhaseClock()
    with books.phase("a"):
        time.move(1)
        with books.phase("a"):
            time.move(2)
        time.move(4)
    assert books.wall == {"a": 7}


def test_a_phase_that_raises_is_closed(time):
    books = PhaseClock()

    def mine():
        with books.phase("mining"):
            time.move(3)
            raise KeyError

    with books.phase("fit"):
        with pytest.raises(KeyError):
            mine()
        time.move(1)
    assert books.wall == {"fit": 1, "mining": 3}


def test_training_time_leaves_out_the_harness(time):
    books = PhaseClock()
    with books.phase("fit"):
        time.move(1, 0.5)
        with books.phase("validation"):
            time.move(10, 5)
        with books.phase("checkpoint"):
            time.move(100, 50)
        with books.phase("mining"):
            time.move(2, 1)
    assert books.training_wall() == 3
    assert books.training_cpu() == 1.5


def test_books_continue_after_an_interruption(time):
    first = PhaseClock()
    with first.phase("fit"):
        time.move(4, 3)
        saved = first.state_dict()
        time.move(50, 50)
    time.move(1000)
    second = PhaseClock()
    with second.phase("fit"):
        second.load_state_dict(saved)
        time.move(1, 2)
        with second.phase("mining"):
            time.move(2, 2)
    assert second.wall == {"fit": 5, "mining": 2}
    assert second.cpu == {"fit": 5, "mining": 2}
    assert saved == {"wall": {"fit": 4}, "cpu": {"fit": 3}}


def test_the_device_finishes_before_the_clock_is_read(time):
    """What was queued in a phase is charged to it, however late it finishes."""
    queued = [0.0]

    def synchronise():
        time.move(queued[0])
        queued[0] = 0.0

    books = PhaseClock(synchronise)
    with books.phase("fit"):
        queued[0] = 3
        with books.phase("mining"):
            queued[0] = 5
        queued[0] = 7
    assert books.wall == {"fit": 10, "mining": 5}


def test_a_real_clock_measures_real_time():
    import time

    books = PhaseClock()
    with books.phase("fit"):
        time.sleep(0.02)
    assert 0.02 <= books.wall["fit"] < 5
    assert 0 <= books.cpu["fit"] <= books.wall["fit"] + 0.5
