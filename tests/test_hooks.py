"""Every hook is told of in CONTRIBUTING.md, and called in a run of a plugin that implements it."""

from pathlib import Path

from ferbench.host import Registry

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"
IMPLEMENTATION = """
@hookimpl
def {name}({arguments}):
    with open({log!r}, "a") as file:
        file.write("{name}\\n")
"""


def hooks() -> dict[str, tuple[str, ...]]:
    """The arguments of every hook by its name."""
    specs = vars(Registry().hooks.hook).items()
    return {name: tuple(hook.spec.argnames) for name, hook in specs if not name.startswith("_")}


def test_every_hook_is_told_of():
    assert "register_panels" in hooks()
    assert [name for name in hooks() if f"`{name}`" not in GUIDE.read_text()] == []


def test_every_hook_of_a_plugin_is_called(ferbench, corpus, tmp_path):
    log = tmp_path / "called.txt"
    code = "from ferbench.contracts.hookspecs import hookimpl\n" + "".join(
        IMPLEMENTATION.format(name=name, arguments=", ".join(arguments), log=str(log))
        for name, arguments in hooks().items()
    )
    (tmp_path / "listener.py").write_text(code)
    status, _, err = ferbench(
        *("run", "--methods", "softmax", "--preset", "tiny", "--folds", 1),
        *("--datasets", "manifest", "--set", f"dataset.manifest.root={corpus()}"),
        *("--plugins-dir", tmp_path / "listener.py", "--executor", "inline"),
    )
    assert status == 0, err
    assert set(log.read_text().split()) == set(hooks())
