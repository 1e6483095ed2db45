"""Further features of a method: probed, recorded beside the embedding's probes, or refused."""

PROBED = {"identity", "expression"}
OF_BOTH = {f"{feature} {probe}" for feature in ("left half", "means") for probe in PROBED}


def test_their_probes_are_in_the_record_and_the_embeddings_are_unchanged(grid):
    records = grid("toy", "toy-gifted", folds=1).records()
    plain, gifted = records["toy/0"].probes, records["toy-gifted/0"].probes
    assert plain.keys() == PROBED
    assert gifted.keys() == PROBED | OF_BOTH
    assert {name: gifted[name] for name in PROBED} == plain
    for name, shares in gifted.items():
        assert {"accuracy", "chance", "shuffled"} <= shares.keys(), name
        assert shares["chance"] == plain[name.rpartition(" ")[2]]["chance"]


def test_their_control_is_the_feature_of_that_name_before_training(grid):
    """The toy's left half does not change in training; its means are there after it alone."""
    found = grid("toy-gifted", folds=1).records()["toy-gifted/0"].probes
    for probe in PROBED:
        half = found[f"left half {probe}"]
        assert half["untrained"] == half["accuracy"]
        assert "untrained" not in found[f"means {probe}"]


def test_a_feature_of_the_wrong_length_fails_the_cell(grid):
    ran = grid("toy-gifted", folds=1, settings=("toy-gifted.fault=feature",))
    record = ran.records()["toy-gifted/0"]
    assert record.status == "failed"
    assert "predict returned feature 'means' of shape (5, 2304)" in record.reason


def test_a_record_with_them_is_read_again_and_its_board_shows_them(grid):
    from ferbench.board.build import build_board, build_rankings
    from ferbench.board.render import render

    ran = grid("toy", "toy-gifted")
    store = ran.place.store
    text = render(build_board(build_rankings(store.records(), store.predictions)), "markdown")
    table = text.split("### Further features\n")[1].split("\n\n")[1]
    named = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines()]
    assert named[0] == ["method", "feature"]
    assert named[2:] == [["toy-gifted", "left half"], ["toy-gifted", "means"]]
