"""Records: as JSON and back."""

import dataclasses
import json
import typing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.errors import UsageError
from ferbench.results.record import FINISHED, Record, Status

TEXT = st.text(max_size=8)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), NUMBER, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "config": st.dictionaries(TEXT, JSON, max_size=3),
        "classes": st.lists(TEXT, max_size=4).map(tuple),
        "reason": st.one_of(st.none(), TEXT),
        "accuracy_unit_last": st.one_of(st.none(), NUMBER),
        "curve": st.lists(st.dictionaries(TEXT, NUMBER, max_size=2), max_size=3),
        "probes": st.dictionaries(TEXT, st.dictionaries(TEXT, NUMBER, max_size=2), max_size=2),
        "comparisons": st.one_of(st.none(), st.integers(0, 2**70)),
        "git_dirty": st.sampled_from([None, True, False]),
        "status": st.sampled_from(typing.get_args(Status)),
    },
)


def test_the_full_record_leaves_no_field_out(make_record):
    """Guards the round trip: each field differs from its default."""
    record = make_record()
    for field in dataclasses.fields(Record):
        if field.name == "schema_version":
            continue
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        assert getattr(record, field.name) != default, field.name


def test_every_field_comes_back(make_record):
    record = make_record()
    found = Record.from_json(record.to_json())
    assert found == record
    for field in dataclasses.fields(Record):
        assert type(getattr(found, field.name)) is type(getattr(record, field.name)), field.name


def test_defaults_come_back(make_record):
    needed = [
        field.name
        for field in dataclasses.fields(Record)
        if field.default is field.default_factory is dataclasses.MISSING
    ]
    record = Record(**{name: getattr(make_record(), name) for name in needed})
    assert record.status == "ok"
    assert record.comparisons is None
    assert Record.from_json(record.to_json()) == record


@given(changes=CHANGES)
def test_any_values_come_back(make_record, changes):
    record = make_record(**changes)
    assert Record.from_json(record.to_json()) == record


def test_equal_records_give_equal_text_in_the_order_of_the_fields(make_record):
    text = make_record().to_json()
    assert text == make_record().to_json()
    assert text.endswith("}\n")
    assert list(json.loads(text)) == [field.name for field in dataclasses.fields(Record)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused(make_record, value):
    with pytest.raises(ValueError, match="JSON"):
        make_record(accuracy_unit_last=value).to_json()


@pytest.mark.parametrize("status", typing.get_args(Status))
def test_ok_and_skipped_need_no_other_run(make_record, status):
    assert make_record(status=status).finished == (status in ("ok", "skipped"))
    assert set(FINISHED) == {"ok", "skipped"}


def test_the_environment_class_is_device_torch_and_threads(make_record):
    base = make_record().environment_class()
    assert make_record(versions={"torch": "2.14", "polars": "9"}).environment_class() == base
    others = [
        make_record(hardware_class="cuda h100"),
        make_record(threads=1),
        make_record(versions={"torch": "2.15"}),
        make_record(versions={}),
    ]
    assert len({base, *(record.environment_class() for record in others)}) == 5


def test_numbers_of_numpy_are_written_as_pythons(make_record):
    counted = make_record(parameters=np.int64(7), curve=[{"loss": np.float32(0.5)}])
    assert Record.from_json(counted.to_json()) == make_record(parameters=7, curve=[{"loss": 0.5}])
    with pytest.raises(TypeError, match="numbers and text"):
        make_record(macs=object()).to_json()


def test_where_torch_warned_the_bits_of_one_machine_may_differ(make_record):
    sure, unsure = make_record(deterministic=True), make_record(deterministic=False)
    assert sure.must_agree(sure)
    assert not sure.must_agree(unsure)
    assert not unsure.must_agree(sure)
    assert not sure.must_agree(make_record(deterministic=True, hardware_class="another"))


def test_a_record_of_another_schema_is_refused_with_what_to_do(make_record):
    values = {**json.loads(make_record().to_json()), "schema_version": 99}
    with pytest.raises(UsageError, match="has schema version 99; this ferbench reads 1: use the"):
        Record.from_json(json.dumps(values))


def test_fields_of_a_later_version_are_named(make_record):
    values = {**json.loads(make_record().to_json()), "mood": "good"}
    with pytest.raises(UsageError, match=r"fields that this ferbench does not know \(mood\): use"):
        Record.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "{", "3", "{}", "[1]"])
def test_what_is_no_record_is_told(text):
    with pytest.raises(ValueError, match=r"."):
        Record.from_json(text)
