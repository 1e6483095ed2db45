"""The plugin host: what it finds, and that nothing broken stops the rest."""

import importlib
import sys
from pathlib import Path

import pytest

from ferbench.errors import PluginError, UsageError
from ferbench.host import discover, load_local, local_plugins

METHOD = """
from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec, one_input

@hookimpl
def register_methods(register):
    for name in {names!r}:
        register(MethodSpec(name, "a method", "{module}:M", dict, {{"tiny": {{}}}},
                            {{"tiny": one_input(4, 4)}}, Fidelity("inspired")))
"""


def method_source(module: str, *names: str) -> str:
    """A plugin that registers methods."""
    return METHOD.format(module=module, names=names)


@pytest.fixture(autouse=True)
def _no_module_stays():
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("pl_"):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a distribution with one plugin module, as pip would."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def make(distribution: str, module: str, source: str, entry: str | None = None) -> None:
        (site / f"{module}.py").write_text(source)
        info = site / f"{distribution}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        )
        (info / "entry_points.txt").write_text(f"[ferbench]\n{entry or module} = {module}\n")
        importlib.invalidate_caches()

    return make


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder for local plugins."""
    made = tmp_path / "local"
    made.mkdir()
    return made


def broken(registry):
    return {plugin.name: plugin for plugin in registry.broken}


@pytest.mark.parametrize("name", ["", "a,b", "a.b", "a:b", "my method", "all", "train", "dataset"])
def test_a_name_that_no_option_can_say_is_refused(install, name):
    install("naming", "pl_naming", method_source("pl_naming", "fine", name))
    registry = discover()
    assert "fine" not in registry.methods
    (broken,) = registry.broken
    assert repr(name) in broken.reason


def test_the_bundled_plugins_are_found_and_whole():
    registry = discover()
    assert registry.broken == []
    assert {"softmax", "lbp-svm"} <= set(registry.methods)
    assert "manifest" in registry.datasets
    assert "simfaces-7c-apex-5fold-stride-val" in registry.protocols
    assert {plugin.distribution for plugin in registry.plugins} == {"ferbench"}
    owner = registry.owner["methods", "softmax"]
    assert (owner.name, owner.module) == ("baselines", "ferbench_baselines")


def test_an_installed_plugin_is_known_with_its_distribution(install):
    install("their-plugin", "pl_theirs", method_source("pl_theirs", "theirs"))
    registry = discover()
    owner = registry.owner["methods", "theirs"]
    assert (owner.distribution, owner.version, owner.module) == ("their-plugin", "1.2", "pl_theirs")
    assert registry.method("theirs").factory == "pl_theirs:M"
    assert "softmax" in registry.methods


BROKEN = {
    "raises when imported": ("raise RuntimeError('no GPU here')", "RuntimeError: no GPU here"),
    "is no Python": ("def (:", "SyntaxError: "),
    "needs what is not there": ("import no_such_library", "ModuleNotFoundError: "),
    "ends the program": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "says two lines": ("raise ValueError('one\\ntwo')", "ValueError: one"),
    "raises in a hook": (
        method_source("x", "half") + "    raise KeyError('later')\n",
        "KeyError: 'later'",
    ),
    "registers what has no name": (
        "from ferbench.contracts.hookspecs import hookimpl\n"
        "@hookimpl\ndef register_methods(register):\n    register('no spec')\n",
        "AttributeError: ",
    ),
    "registers a name twice": (method_source("x", "same", "same"), "PluginError: 'same' is regist"),
    "misspells a hook": (
        method_source("x", "lost").replace("register_methods", "register_method"),
        "PluginValidationError: ",
    ),
    "misspells an argument": (
        method_source("x", "lost").replace("(register):", "(registers):"),
        "PluginValidationError: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("local", [True, False], ids=["local", "installed"])
def test_a_broken_plugin_is_reported_and_stops_nobody(install, folder, how, local):
    source, reason = BROKEN[how]
    if local:
        (folder / "pl_bad.py").write_text(source)
        where = str(folder / "pl_bad.py")
    else:
        install("bad-plugin", "pl_bad", source)
        where = "bad-plugin"
    (folder / "pl_good.py").write_text(method_source("pl_good", "good"))
    registry = discover([folder])
    report = broken(registry)["pl_bad"]
    assert report.distribution == where
    assert report.reason.startswith(reason)
    assert "\n" not in report.reason
    assert {"good", "softmax"} <= set(registry.methods)
    assert not {"half", "same", "lost"} & set(registry.methods)
    assert not any("pl_bad" in name for name, _ in registry.hooks.list_name_plugin())


@pytest.mark.parametrize("how", BROKEN)
def test_strict_mode_raises_it(folder, monkeypatch, how):
    monkeypatch.setenv("FERBENCH_STRICT", "1")
    source, reason = BROKEN[how]
    (folder / "pl_bad.py").write_text(source)
    with pytest.raises((Exception, SystemExit)) as error:
        discover([folder])
    assert type(error.value).__name__ == reason.partition(":")[0]


@pytest.mark.parametrize("value", ["", "0", "yes"])
def test_only_1_is_strict(folder, monkeypatch, value):
    monkeypatch.setenv("FERBENCH_STRICT", value)
    (folder / "pl_bad.py").write_text("raise RuntimeError")
    assert "pl_bad" in broken(discover([folder]))


def test_a_name_taken_twice_names_both_distributions(install):
    install("first-dist", "pl_first", method_source("pl_first", "same", "mine"))
    install("second-dist", "pl_second", method_source("pl_second", "other", "same"))
    registry = discover()
    reason = broken(registry)["pl_second"].reason
    assert "method 'same' of second-dist is registered already by first-dist" in reason
    assert "rename one of them" in reason
    assert registry.owner["methods", "same"].distribution == "first-dist"
    assert {"same", "mine"} <= set(registry.methods)
    assert "other" not in registry.methods


def test_a_bundled_name_cannot_be_taken(folder):
    (folder / "pl_thief.py").write_text(method_source("pl_thief", "softmax"))
    registry = discover([folder])
    assert "is registered already by ferbench" in broken(registry)["pl_thief"].reason
    assert registry.method("softmax").factory == "ferbench_baselines.softmax:Softmax"


def test_one_module_under_two_entry_points_is_one_broken_plugin(install, tmp_path):
    observer = (
        "from ferbench.contracts.hookspecs import hookimpl\n"
        "@hookimpl\ndef cell_started(cell_id):\n    pass\n"
    )
    install("one-dist", "pl_both", observer, "pl_one")
    install("two-dist", "pl_both", observer, "pl_two")
    registry = discover()
    assert "pl_both" in [plugin.module for plugin in registry.plugins]
    assert set(broken(registry)) == {"pl_two"}


def test_local_files_and_packages(folder):
    (folder / "pl_file.py").write_text(method_source("pl_file", "from-file"))
    package = folder / "pl_package"
    package.mkdir()
    (package / "__init__.py").write_text("from pl_package.inner import register_methods\n")
    (package / "inner.py").write_text(method_source("pl_package.inner", "from-package"))
    (folder / "_helper.py").write_text("raise RuntimeError('not a plugin')")
    (folder / "no_package").mkdir()
    (folder / "notes.txt").write_text("not Python")
    registry = discover([folder])
    assert registry.broken == []
    assert {"from-file", "from-package"} <= set(registry.methods)
    assert registry.folders == [folder]
    owner = registry.owner["methods", "from-package"]
    assert owner.distribution == str(package)
    assert owner.version == "local"
    assert [path.name for path in local_plugins(folder)] == ["pl_file.py", "pl_package"]
    assert sys.modules["pl_package.inner"].__file__ == str(package / "inner.py")


def test_a_folder_given_twice_is_read_once(folder):
    (folder / "pl_once.py").write_text(method_source("pl_once", "once"))
    registry = discover([folder, folder])
    assert registry.broken == []
    assert registry.folders == [folder]


def test_a_second_discovery_in_one_process_finds_the_same(folder):
    (folder / "pl_again.py").write_text(method_source("pl_again", "again"))
    for _ in range(2):
        registry = discover([folder])
        assert registry.broken == []
        assert "again" in registry.methods


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(PluginError, match=r"plugins folder .*/gone does not exist"):
        discover([tmp_path / "gone"])


@pytest.mark.parametrize("name", ["json", "pytest"])
def test_a_plugin_may_not_hide_another_module(folder, name):
    before = sys.modules[name] if name in sys.modules else importlib.import_module(name)
    (folder / f"{name}.py").write_text(method_source(name, "hidden"))
    registry = discover([folder])
    assert f"a module '{name}' exists already: rename" in broken(registry)[name].reason
    assert sys.modules[name] is before


def test_a_local_plugin_that_fails_can_be_mended_and_loaded(folder):
    path = folder / "pl_mend.py"
    path.write_text("raise RuntimeError")
    assert "pl_mend" in broken(discover([folder]))
    assert "pl_mend" not in sys.modules
    path.write_text(method_source("pl_mend", "mended", "and-another-so-that-the-size-differs"))
    assert "mended" in discover([folder]).methods
    assert load_local(path) is sys.modules["pl_mend"]


@pytest.mark.parametrize(
    ("kind", "asked", "says"),
    [
        ("method", "sofmax", "unknown method 'sofmax': did you mean 'softmax'?"),
        ("method", "lbp_svm", "unknown method 'lbp_svm': did you mean 'lbp-svm'?"),
        ("dataset", "manifst", "unknown dataset 'manifst': did you mean 'manifest'?"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(kind, asked, says):
    with pytest.raises(UsageError) as error:
        getattr(discover(), kind)(asked)
    assert str(error.value).startswith(says)
    assert f"{asked}.py in this folder, or --plugins-dir DIR" in str(error.value)


PANELS = """
from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.panels import PanelSpec

@hookimpl
def register_panels(register):
    register(PanelSpec({method!r}, "no_such_module:show"))
"""


def test_a_plugin_may_show_what_the_method_of_another_sees(folder):
    (folder / "pl_shows.py").write_text(PANELS.format(method="softmax"))
    registry = discover([folder])
    assert registry.broken == [], "its module is not imported before figures are drawn"
    assert registry.panels["softmax"].function == "no_such_module:show"
    assert registry.owner["panels", "softmax"].name == "pl_shows"
    assert {"ed2l", "adfl"} <= set(registry.panels)


def test_what_a_method_shows_is_registered_once(folder):
    (folder / "pl_shows.py").write_text(PANELS.format(method="ed2l"))
    registry = discover([folder])
    reason = broken(registry)["pl_shows"].reason
    assert "panel 'ed2l' of " in reason
    assert "is registered already by ferbench" in reason
    assert registry.panels["ed2l"].function == "ferbench_ed2l.panels:both_branches"


OBSERVERS = """
from ferbench.contracts.hookspecs import hookimpl
heard = []

@hookimpl
def cell_started(cell_id):
    heard.append(("started", cell_id))
    {fault}

@hookimpl
def epoch_ended(scalars, epoch):
    heard.append(("epoch", epoch, scalars))

@hookimpl
def cell_finished(record, cell_id):
    heard.append(("finished", cell_id, record["status"]))
"""


def test_observers_hear_what_they_ask_for(folder):
    (folder / "pl_watch.py").write_text(OBSERVERS.format(fault=""))
    registry = discover([folder])
    registry.observe("cell_started", cell_id="c1", cell={"fold": 0})
    registry.observe("epoch_ended", cell_id="c1", epoch=2, scalars={"loss": 0.5})
    registry.observe("cell_finished", cell_id="c1", record={"status": "ok"})
    assert sys.modules["pl_watch"].heard == [
        ("started", "c1"), ("epoch", 2, {"loss": 0.5}), ("finished", "c1", "ok"),
    ]  # fmt: skip


def test_an_observer_that_raises_is_reported_and_the_others_are_called(folder, capsys):
    for name in ("pl_one", "pl_two", "pl_three"):
        fault = "raise OSError('log is full')" if name == "pl_two" else ""
        (folder / f"{name}.py").write_text(OBSERVERS.format(fault=fault))
    registry = discover([folder])
    registry.observe("cell_started", cell_id="c1", cell={})
    for name in ("pl_one", "pl_two", "pl_three"):
        assert sys.modules[name].heard == [("started", "c1")]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("ferbench: observer cell_started of plugin ")
    assert said[0].endswith("pl_two raised OSError: log is full")


def test_observers_of_a_rejected_plugin_hear_nothing(folder):
    source = OBSERVERS.format(fault="") + method_source("pl_watch", "softmax")
    (folder / "pl_watch.py").write_text(source)
    registry = discover([folder])
    registry.observe("cell_started", cell_id="c1", cell={})
    assert sys.modules["pl_watch"].heard == []
