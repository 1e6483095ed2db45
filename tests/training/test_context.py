"""The run context: epochs, offers, books, and continuing after a kill."""

import time

import numpy as np
import pytest
import torch

from ferbench.contracts.run import CPU_SECONDS, BatchShape
from ferbench.errors import CellTimeout, PluginError
from ferbench.training.states import copied


def parameters(method):
    return {name: t.clone() for name, t in method.network.state_dict().items()}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name in expected:
        assert torch.equal(found[name], expected[name]), name


def untimed(curve):
    """A curve without what the clock wrote into it."""
    return [{k: v for k, v in point.items() if k != CPU_SECONDS} for point in curve]


SCORES = [0.2, 0.6, 0.5, 0.6, 0.6, 0.1]


class Scorer:
    """Validation scores by epoch, read off the books so that a continued run gets the right one."""

    def __init__(self, run, scores=SCORES):
        self.run, self.scores = run, scores

    def __call__(self):
        return self.scores[self.run.progress.epochs - 1]


def train(method, run, killed_in=None, epochs=6):
    run.select(method, Scorer(run))
    torch.manual_seed(3)
    np.random.seed(3)
    with run.fitting():
        return method.fit(run, epochs, killed_in)


@pytest.mark.parametrize("killed_in", [0, 1, 2, 3, 5])
def test_a_killed_training_ends_as_an_uninterrupted_one(tiny, new_run, killed, killed_in):
    whole, run = tiny(), new_run("whole")
    assert train(whole, run) == list(range(6))

    broken = tiny()
    with pytest.raises(killed):
        train(broken, new_run("killed"), killed_in)
    second, again = tiny(), new_run("killed")
    assert train(second, again) == list(range(killed_in, 6))

    assert_same(parameters(second), parameters(whole))
    assert (
        second.optimiser.state_dict()["param_groups"]
        == (whole.optimiser.state_dict()["param_groups"])
    )
    expected = vars(run.progress) | {"resumed": 0 if killed_in == 0 else 1}
    assert untimed(again.progress.curve) == untimed(expected.pop("curve"))
    assert {k: v for k, v in vars(again.progress).items() if k != "curve"} == expected
    assert again.progress.comparisons.total == 6 * 3 * 10
    assert again.progress.comparisons_expected == 6 * 3 * 2 * 6
    assert again.progress.input_passes == 6 * 3 * 6
    weights = "network"
    for name, array in run.selected[weights].items():
        assert np.array_equal(again.selected[weights][name], array)


def test_two_kills_are_survived_as_well(tiny, new_run, killed):
    whole = tiny()
    train(whole, new_run("whole"))
    for number in (1, 4):
        with pytest.raises(killed):
            train(tiny(), new_run("killed"), number)
    last, run = tiny(), new_run("killed")
    train(last, run)
    assert_same(parameters(last), parameters(whole))
    assert run.progress.resumed == 2


def test_a_kill_between_the_selected_state_and_the_checkpoint_is_survived(tiny, new_run, killed):
    whole, expected = tiny(), new_run("whole")
    train(whole, expected)

    def dies(epoch, scalars):
        if epoch == 1:
            raise killed

    with pytest.raises(killed):
        train(tiny(), new_run("killed", observe=dies))
    second, run = tiny(), new_run("killed")
    assert train(second, run) == [1, 2, 3, 4, 5]
    assert_same(parameters(second), parameters(whole))
    assert run.progress.best_epoch == expected.progress.best_epoch == 1
    for name, array in expected.selected["network"].items():
        assert np.array_equal(run.selected["network"][name], array)


def test_a_training_killed_after_its_last_epoch_trains_no_more(tiny, new_run):
    first = tiny()
    train(first, new_run())
    second, run = tiny(), new_run()
    assert train(second, run) == []
    assert_same(parameters(second), parameters(first))
    assert run.progress.epochs == 6
    assert run.progress.best_epoch == 1
    assert run.selected is not None


def test_the_small_training_needs_its_checkpoint_to_continue(tiny, new_run, killed):
    """Guards the tests above: continuing without the parts gives other parameters."""
    whole = tiny()
    train(whole, new_run("whole"))
    with pytest.raises(killed):
        train(tiny(), new_run("killed"), 3)
    other, run = tiny(), new_run("killed")
    torch.manual_seed(3)
    assert list(run.epochs(4)) == [3]
    assert not torch.equal(other.network[0].weight, whole.network[0].weight)


def test_the_earliest_of_the_best_epochs_is_kept(tiny, new_run):
    run, method, states = new_run(), tiny(), []
    run.select(method, Scorer(run))
    for epoch in run.epochs(6):
        with torch.no_grad():
            method.network[0].weight.fill_(epoch)
        states.append(copied(method.state()))
        assert run.offer(epoch, loss=0.0) == SCORES[epoch]
    assert run.progress.best_epoch == 1
    assert run.progress.best_score == 0.6
    kept = run.selected["network"]["0.weight"]
    assert np.array_equal(kept, states[1]["network"]["0.weight"])
    assert (kept == 1).all()


def test_a_score_of_zero_is_kept_when_there_is_no_better(tiny, new_run):
    run, method = new_run(), tiny()
    run.select(method, Scorer(run, [0.0, 0.0]))
    for epoch in run.epochs(2):
        run.offer(epoch)
    assert run.progress.best_epoch == 0
    assert run.selected is not None


def test_without_validation_nothing_is_selected(tiny, new_run):
    run = new_run()
    run.select(tiny(), None)
    for epoch in run.epochs(2):
        assert run.offer(epoch, loss=1.0 + epoch) is None
    assert run.selected is None
    assert run.progress.best_epoch is None
    assert untimed(run.progress.curve) == [{"epoch": 0, "loss": 1.0}, {"epoch": 1, "loss": 2.0}]


def test_observers_hear_each_epoch_with_its_scalars(tiny, new_run):
    heard = []
    run = new_run(observe=lambda epoch, scalars: heard.append((epoch, scalars)))
    run.select(tiny(), Scorer(run))
    for epoch in run.epochs(2):
        run.offer(epoch, loss=0.5, accuracy=0.25)
    assert heard == [
        (0, {"loss": 0.5, "accuracy": 0.25, "validation_accuracy": 0.2}),
        (1, {"loss": 0.5, "accuracy": 0.25, "validation_accuracy": 0.6}),
    ]
    curve = untimed(run.progress.curve)
    assert curve == [{"epoch": epoch, **scalars} for epoch, scalars in heard]


def test_numpy_and_torch_scalars_survive_a_checkpoint(tiny, new_run):
    """`weights_only` loading refuses NumPy scalars, which methods hand over all the time."""
    run = new_run()
    run.select(tiny(), lambda: np.float64(0.5))
    for epoch in run.epochs(2):
        run.batch(BatchShape(images=np.int64(4)))
        run.offer(epoch, loss=np.float32(0.5), margin=torch.tensor(2.0))
    again = new_run()
    assert list(again.epochs(2)) == []
    assert again.progress.curve == run.progress.curve
    assert untimed(again.progress.curve)[0] == {
        "epoch": 0, "loss": 0.5, "margin": 2.0, "validation_accuracy": 0.5,
    }  # fmt: skip
    kinds = {type(value) for point in run.progress.curve for value in point.values()}
    assert kinds == {int, float}
    assert again.progress.input_passes == 8


def test_scalars_that_are_not_finite_stay_out_of_the_curve(tiny, new_run):
    run = new_run()
    run.select(tiny(), None)
    for epoch in run.epochs(1):
        run.offer(epoch, loss=float("nan"), other=float("inf"), fine=1)
    assert untimed(run.progress.curve) == [{"epoch": 0, "fine": 1.0}]


def test_seeds_depend_on_the_cell_and_the_purpose(new_run):
    run = new_run(axes=(0, 1))
    assert run.seed("order", 3) == new_run(axes=(0, 1)).seed("order", 3)
    others = {
        run.seed("order", 3),
        run.seed("order", 4),
        run.seed("crops", 3),
        run.seed(),
        new_run(axes=(1, 0)).seed("order", 3),
        new_run(axes=(0, 2)).seed("order", 3),
    }
    assert len(others) == 6


def test_comparisons_count_only_while_fitting(tiny, new_run):
    from ferbench.training.counting import count_comparisons

    run = new_run()
    count_comparisons(5)
    with run.fitting():
        count_comparisons(3)
    count_comparisons(7)
    assert run.progress.comparisons.total == 3


def test_a_method_that_compares_nothing_expects_none(tiny, new_run):
    class Plain(tiny):
        def expected_comparisons(self, batch):
            return None

    run = new_run()
    run.select(Plain(), None)
    run.batch(BatchShape(images=4))
    assert run.progress.comparisons_expected is None
    assert run.progress.comparisons.total is None
    assert (run.progress.batches, run.progress.input_passes) == (1, 4)


def test_time_of_validation_and_checkpoints_is_not_training_time(tiny, new_run):
    run, method = new_run(), tiny()

    def slow():
        time.sleep(0.05)
        return 0.5

    run.select(method, slow)
    with run.fitting():
        for epoch in run.epochs(2, network=method.network):
            with run.phase("mining"):
                time.sleep(0.02)
            run.offer(epoch)
    assert set(run.clock.wall) == {"fit", "validation", "checkpoint", "mining"}
    assert run.clock.wall["validation"] >= 0.1
    assert run.clock.wall["mining"] >= 0.04
    assert run.clock.training_wall() == run.clock.wall["fit"] + run.clock.wall["mining"]


def burn(seconds):
    """Use the processor for so long."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_every_point_of_a_curve_has_the_training_cpu_seconds_so_far(tiny, new_run):
    """Work of validation and of checkpoints is not training; work in a phase is."""
    run = new_run()

    def costly():
        burn(0.05)
        return 0.5

    run.select(tiny(), costly)
    with run.fitting():
        for epoch in run.epochs(3):
            burn(0.01)
            with run.phase("mining"):
                burn(0.02)
            run.offer(epoch)
    seconds = [point[CPU_SECONDS] for point in run.progress.curve]
    steps = np.diff([0.0, *seconds])
    assert (steps >= 0.0299).all()
    assert seconds[-1] <= run.clock.training_cpu()
    assert run.clock.cpu["validation"] >= 0.15
    assert seconds[-1] < sum(run.clock.cpu.values()) - 0.1


def test_cpu_seconds_go_on_counting_after_a_kill(tiny, new_run, killed):
    with pytest.raises(killed):
        train(tiny(), new_run(), 3)
    run = new_run()
    train(tiny(), run)
    seconds = [point[CPU_SECONDS] for point in run.progress.curve]
    assert len(seconds) == 6
    assert (np.diff(seconds) > 0).all()


def test_time_before_a_kill_is_not_forgotten(tiny, new_run, killed):
    with pytest.raises(killed):
        train(tiny(), new_run(), 3)
    run = new_run()
    with run.fitting():
        next(run.epochs(6))
        before = dict(run.clock.wall)
    assert before["fit"] > 0
    assert before["checkpoint"] > 0


def test_a_deadline_stops_after_a_whole_epoch_and_its_checkpoint(tiny, new_run):
    late = new_run(deadline=time.monotonic() - 1)
    with pytest.raises(CellTimeout, match="out of time after 1 of 6 epochs"):
        train(tiny(), late)
    assert next(new_run().epochs(6)) == 1


def test_a_distant_deadline_does_not(tiny, new_run):
    assert train(tiny(), new_run(deadline=time.monotonic() + 1000)) == list(range(6))


def test_epochs_left_early_are_counted(tiny, new_run):
    run = new_run()
    for epoch in run.epochs(10):
        run.offer(epoch)
        if epoch == 3:
            break
    assert run.progress.epochs == 4


def test_a_second_loop_in_one_cell_is_refused(tiny, new_run):
    """It would continue from the first loop's checkpoint."""
    run = new_run()
    assert list(run.epochs(2)) == [0, 1]
    with pytest.raises(PluginError, match=r"run.epochs may be called once .* in a stage"):
        next(run.epochs(4))


def test_stages_are_read_by_name(new_run):
    run = new_run(stages={"generator": {"weight": 1}})
    assert run.stage("generator") == {"weight": 1}
    with pytest.raises(KeyError):
        run.stage("another")
