"""Settings: the file, `--set`, and the configurations they end in."""

import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pytest

from ferbench.errors import UsageError
from ferbench.settings import Settings, configured, default_cache, plain, read_settings


def read(folder: Path, *assignments: str, text: str | None = None, plugins=()) -> Settings:
    if text is not None:
        (folder / "ferbench.yaml").write_text(text)
    return read_settings(assignments, plugins, folder=folder)


FILE = """
cache: prepared
plugins: [mine, /opt/theirs]
datasets:
  manifest:
    root: /data/faces
  empty:
methods:
  softmax: {width: 16, network: inception}
  idferm:
    hng:
      latent_dim: 64
      lr: 0.1
"""


def test_without_a_file_there_are_defaults(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "c"))
    settings = read(tmp_path)
    assert settings == Settings(datasets={}, methods={}, cache=tmp_path / "c", plugins=[])


def test_everything_in_a_file(tmp_path):
    settings = read(tmp_path, text=FILE)
    assert settings.cache == tmp_path / "prepared"
    assert settings.plugins == [tmp_path / "mine", Path("/opt/theirs")]
    assert settings.datasets == {"manifest": {"root": "/data/faces"}, "empty": {}}
    assert settings.methods == {
        "softmax": {"width": 16, "network": "inception"},
        "idferm": {"hng": {"latent_dim": 64, "lr": 0.1}},
    }


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "datasets:\nmethods:\nplugins:\ncache:\n"])
def test_an_empty_file_sets_nothing(tmp_path, text):
    settings = read(tmp_path, text=text)
    assert (settings.datasets, settings.methods, settings.plugins) == ({}, {}, [])


def test_the_current_folder_is_read_by_default(tmp_path, monkeypatch):
    (tmp_path / "ferbench.yaml").write_text("methods: {softmax: {width: 3}}")
    monkeypatch.chdir(tmp_path)
    assert read_settings().methods == {"softmax": {"width": 3}}


def test_home_and_environment_are_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("FACES", "/data/f")
    settings = read(
        tmp_path,
        text="cache: ~/c\nplugins: [~/p]\ndatasets: {manifest: {root: '${oc.env:FACES}/x'}}",
    )
    assert settings.cache == Path("/home/me/c")
    assert settings.plugins == [Path("/home/me/p")]
    assert settings.datasets["manifest"]["root"] == "/data/f/x"


def test_the_cache_follows_the_environment(monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", "/one")
    monkeypatch.setenv("XDG_CACHE_HOME", "/two")
    assert default_cache() == Path("/one")
    monkeypatch.delenv("FERBENCH_CACHE")
    assert default_cache() == Path("/two/ferbench")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_cache() == Path("/home/me/.cache/ferbench")


def test_set_wins_over_the_file_and_later_over_earlier(tmp_path):
    settings = read(
        tmp_path,
        "softmax.width=32",
        "dataset.manifest.root=/elsewhere",
        "idferm.hng.lr=0.2",
        "softmax.width=64",
        "lbp-svm.penalty=2",
        text=FILE,
    )
    assert settings.methods["softmax"] == {"width": 64, "network": "inception"}
    assert settings.methods["idferm"] == {"hng": {"latent_dim": 64, "lr": 0.2}}
    assert settings.methods["lbp-svm"] == {"penalty": 2}
    assert settings.datasets["manifest"] == {"root": "/elsewhere"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("4e-3", 0.004),
        ("true", True),
        ("inception", "inception"),
        ("[1,2]", [1, 2]),
        ("{a: 1}", {"a": 1}),
        ("", ""),
        ("null", None),
        ("/data/a=b", "/data/a=b"),
        ("/data/with space/x", "/data/with space/x"),
        ("'007'", "007"),
        ("C:/faces", "C:/faces"),
    ],
)
def test_values_are_yaml(tmp_path, text, value):
    found = read(tmp_path, f"m.key={text}").methods["m"]["key"]
    assert found == value
    assert type(found) is type(value)


def test_a_section_replaces_what_was_no_section(tmp_path):
    settings = read(tmp_path, "m.net.width=3", text="methods: {m: {net: small}}")
    assert settings.methods["m"] == {"net": {"width": 3}}


@pytest.mark.parametrize(
    "assignment",
    ["", "=", "softmax", "softmax.width", "width=3", "softmax.=3", ".width=3", "a..b=3",
     "dataset.manifest=/x", "dataset=3", "dataset..root=3"],
)  # fmt: skip
def test_assignments_of_another_form(tmp_path, assignment):
    with pytest.raises(UsageError, match=r"write METHOD.KEY=VALUE or dataset.NAME.KEY=VALUE"):
        read(tmp_path, assignment)


@pytest.mark.parametrize("assignment", ["m.k=[1,", "m.k={a", "m.k='x", "m.k=a: b: c"])
def test_values_that_are_not_yaml(tmp_path, assignment):
    with pytest.raises(UsageError) as error:
        read(tmp_path, assignment)
    assert str(error.value).startswith(f"--set {assignment}: the value is not readable")
    assert "\n" not in str(error.value)


def test_brackets_in_a_key_are_no_list_access(tmp_path):
    settings = read(tmp_path, "lbp-svm.radii[0]=3")
    with pytest.raises(UsageError, match=r"unknown setting of lbp-svm: 'radii\[0\]'"):
        configured(Network, [settings.methods["lbp-svm"]], "lbp-svm")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dataset: {manifest: {root: x}}", "unknown key in .*ferbench.yaml: 'dataset': did you "),
        ("colour: red", "unknown key in .*: 'colour': known: cache, datasets, methods, plugins"),
        ("- a\n- b", "must hold the keys datasets, methods, cache, plugins"),
        ("just text", "ferbench.yaml"),
        ("methods: [softmax", "ferbench.yaml is not readable"),
        ("methods: [softmax]", "`methods` must hold lines `NAME:`"),
        ("methods: softmax", "`methods` must hold lines `NAME:`"),
        ("datasets: {manifest: /data}", "`datasets` must hold lines `NAME:`"),
        ("plugins: mine", "`plugins` must be a list of folders, not 'mine'"),
        ("plugins: {a: b}", "`plugins` must be a list of folders"),
        ("cache: ${nothing}", "ferbench.yaml is not readable"),
    ],
)
def test_files_that_are_refused(tmp_path, text, says):
    with pytest.raises(UsageError, match=says) as error:
        read(tmp_path, text=text)
    assert "\n" not in str(error.value)


def test_plugin_folders_are_absolute_and_listed_once(tmp_path, monkeypatch):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferbench.yaml").write_text("plugins: [other, plugins]")
    settings = read_settings((), [Path("other"), Path("more")])
    names = ["other", "plugins", "more"]
    assert settings.plugins == [tmp_path / name for name in names]


def test_the_plugins_folder_beside_is_found(tmp_path):
    assert read(tmp_path).plugins == []
    (tmp_path / "plugins").mkdir()
    assert read(tmp_path).plugins == [tmp_path / "plugins"]


def test_the_source_tree_own_plugins_are_not_loaded_twice(tmp_path):
    bundled = tmp_path / "plugins" / "ferbench_baselines"
    bundled.mkdir(parents=True)
    (bundled / "__init__.py").touch()
    assert read(tmp_path).plugins == []


@dataclass
class Inner:
    latent_dim: int = 8
    lr: float = 0.1


@dataclass
class Network:
    width: int = 4
    name: str = "cnn"
    rate: float = 0.5
    flip: bool = True
    radii: tuple[int, ...] = (1, 2)
    hng: Inner = field(default_factory=Inner)
    weights: str | None = None


def test_layers_are_laid_over_the_defaults_in_order():
    config = configured(
        Network, [{"width": 8, "rate": 1}, {"rate": 0.25, "hng": {"lr": 2}}], "idferm"
    )
    assert config == Network(width=8, rate=0.25, hng=Inner(8, 2.0))
    assert isinstance(config.hng, Inner)
    assert isinstance(config.hng.lr, float)


def test_defaults_are_not_shared():
    first = configured(Network, [], "m")
    first.hng.lr = 9
    assert configured(Network, [], "m") == Network()


class Mode(Enum):
    FAST = 1
    SLOW = 2


@dataclass
class Odd:
    mode: Mode = Mode.FAST
    weights: Path = Path("/w")
    radii: tuple[int, ...] = (1, 2)
    hng: Inner = field(default_factory=Inner)


def test_plain_gives_json_values_that_give_the_configuration_back():
    config = configured(Odd, [{"radii": [3], "mode": "SLOW", "hng": {"lr": 2}}], "m")
    values = plain(config)
    assert values == {
        "mode": "SLOW", "weights": "/w", "radii": [3], "hng": {"latent_dim": 8, "lr": 2.0},
    }  # fmt: skip
    assert json.loads(json.dumps(values)) == values
    assert configured(Odd, [values], "m") == config


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ({"widht": 3}, "unknown setting of idferm: 'widht': did you mean 'width'?"),
        ({"hng": {"latent": 3}}, "unknown setting of idferm: 'latent': did you mean 'latent_dim'?"),
        ({"zzz": 3}, "unknown setting of idferm: 'zzz': known: flip, hng, name, radii, rate"),
        ({"width": "wide"}, "setting width of idferm: .*'wide'.*Integer"),
        ({"width": 2.5}, "setting width of idferm: "),
        ({"flip": "perhaps"}, "setting flip of idferm: "),
        ({"rate": "fast"}, "setting rate of idferm: "),
        ({"hng": {"lr": "x"}}, "setting hng.lr of idferm: "),
        ({"hng": 3}, "of idferm: "),
        ({"radii": ["a"]}, "of idferm: "),
        ({"width": None}, "setting width of idferm: "),
        ({"name": "${nothing}"}, "of idferm: .*nothing"),
    ],
)
def test_settings_that_are_refused(layer, says):
    with pytest.raises(UsageError, match=says) as error:
        configured(Network, [layer], "idferm")
    assert "\n" not in str(error.value)


def test_a_configuration_may_refuse_values_itself():
    @dataclass
    class Positive:
        width: int = 1

        def __post_init__(self):
            if self.width < 1:
                raise ValueError("width must be positive")

    assert configured(Positive, [{"width": 2}], "m").width == 2
    with pytest.raises(UsageError, match="setting of m: width must be positive"):
        configured(Positive, [{"width": 0}], "m")
