"""Errors that suggest, and loading by name."""

import pytest

from ferbench.errors import PluginError, UsageError, unknown
from ferbench.loading import load_object


def test_the_nearest_name_is_suggested():
    error = unknown("method", "sofmax", ["softmax", "lbp-svm"])
    assert isinstance(error, UsageError)
    assert str(error) == "unknown method 'sofmax': did you mean 'softmax'?"


def test_without_a_near_one_all_are_listed():
    assert str(unknown("method", "zzzz", ["b", "a"])) == "unknown method 'zzzz': known: a, b"
    assert str(unknown("method", "x", [])) == "unknown method 'x': known: none"


def test_objects_load_by_module_and_name():
    assert load_object("ferbench.errors:UsageError") is UsageError


@pytest.mark.parametrize(
    ("factory", "says"),
    [
        ("ferbench.errors.UsageError", "is not of the form module:name"),
        ("ferbench.errors:UsageErr", "module ferbench.errors has no UsageErr"),
    ],
)
def test_factories_that_cannot_be_loaded(factory, says):
    with pytest.raises(PluginError, match=says):
        load_object(factory)


def test_an_error_inside_the_module_is_not_taken_for_a_missing_name(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken_inside_.py").write_text("import math\nmath.no_such_name\n")
    with pytest.raises(AttributeError, match="no_such_name"):
        load_object("broken_inside_:anything")
