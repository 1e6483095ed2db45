"""Every bundled method in one small grid, from the plan to the records."""

from ferbench.host import discover


def test_every_method_that_runs_in_tiny_gets_its_record(grid):
    registry = discover()
    tiny = [name for name, spec in sorted(registry.methods.items()) if "tiny" in spec.presets]
    records = grid(*tiny, folds=1).records()
    assert {record.method for record in records.values()} == set(tiny)
    for record in records.values():
        if "neutral" in registry.method(record.method).needs:
            reason = f"{record.method} needs neutral, which manifest does not have"
            assert (record.status, record.reason) == ("skipped", reason)
            continue
        if "hng" in record.stages:
            assert record.status == "skipped"
            assert "pairs of the training fold need neutral references" in record.reason
            continue
        assert record.status == "ok", (record.method, record.reason)
        assert record.comparisons == record.comparisons_expected, record.method
        assert 0 <= record.accuracy_image_last <= 1


def test_tuplets_are_skipped_where_the_corpus_names_no_people(grid, tmp_path, corpus):
    root = corpus("nameless")
    manifest = root / "manifest.csv"
    lines = [line.split(",") for line in manifest.read_text().splitlines()]
    manifest.write_text("\n".join(f"{file},{label}" for file, _, label in lines))
    records = grid("2b-nm", "softmax", root=root, folds=1, protocol="kfold:5-val").records()
    statuses = {record.method: record.status for record in records.values()}
    assert statuses == {"2b-nm": "skipped", "softmax": "ok"}
