"""Pre-training with the joint loss, as the last of the stages."""

import numpy as np
import pytest
from ferbench_idferm import METHODS
from ferbench_idferm.config import IdfermConfig
from ferbench_idferm.method import Idferm
from ferbench_idferm.pretraining import CENTRES, joint
from ferbench_idferm.stages import corpora, stages

from ferbench.datasets.simulated.corpora.writing import open_corpus
from ferbench.settings import configured
from ferbench.training.pretraining import CLASSES_ONLY
from ferbench.training.seeding import seed_everything

OWN = {
    "pretrain": "multipie",
    "divisor": 32,
    "pretrain_epochs": 2,
    "epochs": 1,
    "batch": 16,
    "momentum": 0.9,
    "hng": {"corpus": "train"},
}
BY_NAME = {spec.name: spec for spec in METHODS}


@pytest.fixture
def config() -> IdfermConfig:
    return configured(IdfermConfig, [OWN], "idferm")


def trained(name, config, toy, run):
    """What the last stage gives of the toy's faces."""
    stage = stages(name, config)[-1]
    assert stage.factory == "ferbench_idferm.pretraining:joint"
    seed_everything(0)
    return joint(dict(stage.config), toy.train, run)


def test_without_it_neither_stage_nor_corpus_is_asked_for():
    alone = IdfermConfig()
    assert [stage.name for stage in stages("idferm", alone)][-2:] == ["hng", "references"]
    assert [need.dataset for need in corpora(alone)] == ["multipie:pairs"]


def test_with_it_references_of_its_corpus_come_first(config):
    declared = stages("idferm", config)
    names = [stage.name for stage in declared]
    assert names[-4:] == ["hng", "references", "references-multipie", "multipie"]
    for number, stage in enumerate(declared):
        assert set(stage.after) <= set(names[:number])
    (need,) = corpora(config)
    assert sorted(need.classes) == ["disgust", "happiness", "neutral", "surprise"]


def test_method_and_placebo_share_all_but_the_last(config):
    own, other = (stages(name, config) for name in ("idferm", "idferm-other"))
    assert own[:-1] == other[:-1]
    assert own[-1] != other[-1]


def test_generator_and_references_are_shared_with_the_augmented_pool(config):
    pool = BY_NAME["2b-nm-generated"]
    settings = configured(pool.config, [{"hng": OWN["hng"]}], pool.name)
    assert pool.stages(settings) == stages("idferm", config)[:-2]


@pytest.mark.parametrize("name", ["idferm", "idferm-other"])
def test_the_joint_loss_is_trained_and_taken_over(name, config, make_toy, run_beside):
    toy = make_toy()
    stage = run_beside(48, "stage", **{"references-multipie": references(run_beside)})
    state = trained(name, config, toy, stage)
    point = stage.progress.curve[-1]
    assert point["loss"] == pytest.approx(point["softmax"] + point["metric"], rel=1e-4)
    assert not [n for n in state["network"] if n.startswith(CLASSES_ONLY)]
    assert not set(CENTRES) & set(state["criterion"])
    seed_everything(1)
    cell = run_beside(48, "cell", multipie=state)
    untrained = configured(IdfermConfig, [OWN, {"epochs": 0, "schedule": "constant"}], name)
    method = Idferm(untrained, toy.task)
    method.fit(toy.data, cell)
    for part, module in (("network", method.network), ("criterion", method.criterion)):
        found = module.state_dict()
        for entry, array in state[part].items():
            assert np.array_equal(found[entry].numpy(), array), entry
    assert not method.criterion.loss.placed.any()


def references(run_beside):
    """Those of the run, as the stage on the other corpus would have made them."""
    return run_beside(48, "none").stage("references")


def test_a_cell_is_trained_from_all_stages(grid, tmp_path):
    """Multi-PIE, rendered, for generator and pre-training; the corpus itself has no neutral."""
    root = tmp_path / "multipie"
    open_corpus("multipie", root, subjects=2, size=24, level="easy").write()
    settings = [
        "idferm.pretrain=multipie",
        "idferm.hng.corpus=multipie",
        "idferm.hng.variant=ae-only",
        "idferm.hng.pairs=64",
        f"dataset.multipie.root={root}",
        "dataset.multipie.views=[0]",
        "dataset.multipie.align=whole",
    ]
    ran = grid("idferm", settings=tuple(settings), folds=1)
    (record,) = ran.records().values()
    assert (record.status, record.reason) == ("ok", None)
    assert record.comparisons == record.comparisons_expected
    names = ["hng", "references", "references-multipie", "multipie"]
    assert list(record.stages) == names
    outcome = ran.place.stages.outcome(record.stages["multipie"])
    assert {"metric", "softmax", "learning_rate"} <= set(outcome.curve[-1])
    references = ran.place.stages.read(record.stages["references"])["images"]
    assert references.shape == (record.train_images, 64, 64, 1)
