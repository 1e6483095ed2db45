"""The source hash: which edits of the code make results stale, found without running any of it."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ferbench.errors import PluginError
from ferbench.grid import source
from ferbench.grid.source import module_file, source_hash

PACKAGE = {
    "__init__.py": '"""A plugin."""\n',
    "method.py": (
        '"""The method."""\n'
        "import numpy as np\n"
        "from pl_hash.losses import margin\n\n\n"
        "class Method:\n"
        '    """Words."""\n\n'
        "    def fit(self, x):\n"
        '        """More words."""\n'
        "        # a remark\n"
        "        return margin(x) + 1\n"
    ),
    "losses.py": (
        "from pl_hash.sub.formula import square\n\n\ndef margin(x):\n    return square(x)\n"
    ),
    "sub/__init__.py": "",
    "sub/formula.py": "def square(x):\n    return x * x\n",
    "unused.py": "VALUE = 1\n",
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder on the path; what is written there is seen at once."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("pl_"):
            del sys.modules[name]
    source._module.cache_clear()


def write(site: Path, files: dict[str, str], package: str = "pl_hash") -> None:
    for name, text in files.items():
        path = site / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()
    source._module.cache_clear()


def hashed(site: Path, edits: dict[str, str] | None = None, module: str = "pl_hash.method") -> str:
    """The hash after writing `PACKAGE` with `edits` (file -> text)."""
    write(site, {**PACKAGE, **(edits or {})})
    return source_hash(module)


def test_the_hash_is_short_hexadecimal_and_stable(site):
    first = hashed(site)
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert hashed(site) == first


METHOD = PACKAGE["method.py"]


@pytest.mark.parametrize(
    "text",
    [
        METHOD.replace("Words.", "Other words.").replace("More words.", "Yet more."),
        METHOD.replace("# a remark", "# a longer remark\n        #\n"),
        METHOD.replace("margin(x) + 1", "(  margin( x )+1 )"),
        METHOD.replace('"""The method."""\n', "").replace('        """More words."""\n', ""),
        METHOD.replace("\n\n\n", "\n\n"),
        METHOD.replace("\n", "\r\n"),
    ],
    ids=["docstrings", "comments", "spacing", "no docstrings", "blank lines", "line ends"],
)
def test_words_and_layout_do_not_matter(site, text):
    assert text != METHOD
    assert hashed(site, {"method.py": text}) == hashed(site)


@pytest.mark.parametrize(
    "edits",
    [
        {"method.py": METHOD.replace("+ 1", "+ 2")},
        {"method.py": METHOD.replace("numpy as np", "scipy as np")},
        {"method.py": METHOD.replace("# a remark", "x = 'not a docstring'")},
        {"losses.py": PACKAGE["losses.py"].replace("square(x)", "square(x) / 2")},
        {"sub/formula.py": PACKAGE["sub/formula.py"].replace("x * x", "x**3")},
        {"sub/__init__.py": "import random\n"},
    ],
    ids=["constant", "import", "string", "imported", "imported by an imported", "parent package"],
)
def test_code_that_can_run_matters_wherever_it_is(site, edits):
    assert hashed(site, edits) != hashed(site)


def test_modules_that_are_not_imported_do_not_matter(site):
    assert hashed(site, {"unused.py": "VALUE = 2\n"}) == hashed(site)


def test_other_packages_do_not_matter(site):
    method = METHOD.replace("import numpy", "import pl_other\nimport numpy")
    write(site, {"__init__.py": "A = 1\n"}, "pl_other")
    first = hashed(site, {"method.py": method})
    write(site, {"__init__.py": "A = 2\n"}, "pl_other")
    assert hashed(site, {"method.py": method}) == first


IMPORTS = [
    "import pl_hash.far",
    "import pl_hash.far as f",
    "from pl_hash import far",
    "from pl_hash.far import VALUE",
    "from pl_hash.far import *",
    "from . import far",
    "from .far import VALUE",
    "from .far import VALUE as v",
    "def later():\n    from pl_hash.far import VALUE\n",
    "class C:\n    from pl_hash import far\n",
    "try:\n    import absent\nexcept ImportError:\n    import pl_hash.far\n",
    "if not TYPE_CHECKING:\n    import pl_hash.far\n",
    "if TYPE_CHECKING:\n    pass\nelse:\n    import pl_hash.far\n",
]


@pytest.mark.parametrize("statement", IMPORTS)
def test_every_way_of_importing_is_followed(site, statement):
    one, two = (hashed(site, {"method.py": statement, "far.py": f"VALUE = {v}\n"}) for v in (1, 2))
    assert one != two


@pytest.mark.parametrize(
    "statement", ["from .. import far", "from ..far import VALUE", "from ..sub.near import VALUE"]
)
def test_relative_imports_of_a_subpackage_are_followed(site, statement):
    target = "sub/near.py" if "near" in statement else "far.py"
    one, two = (
        hashed(site, {"sub/formula.py": statement, target: f"VALUE = {v}\n"}, "pl_hash.sub.formula")
        for v in (1, 2)
    )
    assert one != two


def test_relative_imports_of_a_package_itself_are_followed(site):
    package = {"__init__.py": "from .far import VALUE\n"}
    one, two = (hashed(site, {**package, "far.py": f"VALUE = {v}\n"}, "pl_hash") for v in (1, 2))
    assert one != two


def test_imports_for_type_checkers_alone_are_not_followed(site):
    method = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pl_hash.far import VALUE\n"
    )
    one, two = (hashed(site, {"method.py": method, "far.py": f"VALUE = {v}\n"}) for v in (1, 2))
    assert one == two


def test_the_package_that_registers_the_method_may_change(site):
    alone = "from pl_hash.far import VALUE\n"
    edits = (
        {"method.py": alone, "far.py": "VALUE = 1\n", "__init__.py": f"V = {v}\n"} for v in "12"
    )
    one, two = (hashed(site, edit) for edit in edits)
    assert one == two


def test_a_package_above_the_method_counts_unless_it_is_the_top_one(site):
    edits = ({"sub/__init__.py": f"VALUE = {v}\n"} for v in (1, 2))
    one, two = (hashed(site, edit, "pl_hash.sub.formula") for edit in edits)
    assert one != two


def test_modules_that_import_each_other_end(site):
    losses = "import pl_hash.method\n" + PACKAGE["losses.py"]
    assert len(hashed(site, {"losses.py": losses})) == 16


def test_nothing_is_imported(site):
    harmful = "raise SystemExit('imported')\n"
    before = set(sys.modules)
    hashed(site, {name: harmful + text for name, text in PACKAGE.items()})
    assert set(sys.modules) == before


def test_a_single_file_that_was_loaded_from_elsewhere(tmp_path):
    from ferbench.host import load_local

    path = tmp_path / "pl_single.py"
    hashes = set()
    for value in (1, 2, 2):
        path.write_text(f"VALUE = {value}\n")
        source._module.cache_clear()
        load_local(path)
        hashes.add(source_hash("pl_single"))
    del sys.modules["pl_single"]
    assert len(hashes) == 2


def test_the_harness_belongs_to_the_closure_where_it_is_imported(site, monkeypatch):
    uses = METHOD + "from ferbench.imaging.crops import centre_crop\n"
    original = module_file("ferbench.imaging.crops")
    changed = site / "crops.py"
    changed.write_text(original.read_text() + "\nNEW = 1\n")
    before = hashed(site), hashed(site, {"method.py": uses})
    monkeypatch.setattr(
        source,
        "module_file",
        lambda name: changed if name == "ferbench.imaging.crops" else module_file(name),
    )
    assert hashed(site) == before[0]
    assert hashed(site, {"method.py": uses}) != before[1]


@pytest.mark.parametrize("module", ["pl_nowhere", "pl_hash.nowhere", "pl_hash.method.inside"])
def test_a_module_without_source_is_an_error_that_names_it(site, module):
    with pytest.raises(PluginError, match=f"source of module {module} cannot be found"):
        hashed(site, module=module)


def test_a_module_that_is_no_python_is_an_error_of_ours(site):
    with pytest.raises(PluginError, match=r"losses\.py"):
        hashed(site, {"losses.py": "def (:\n"})


def test_bundled_methods_are_hashed_alike_in_any_process():
    source._module.cache_clear()
    module = "ferbench_baselines.softmax"
    program = f"from ferbench.grid.source import source_hash; print(source_hash({module!r}))"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    assert found.stdout.strip() == source_hash(module)
    assert source_hash("ferbench_baselines.lbp_svm") != source_hash(module)
