"""The conformance kit in pytest, for the test suite of a plugin.

In `conftest.py`: `pytest_plugins = ["ferbench.testing.plugin"]`, and in a test file

    def test_it_keeps_the_contract(conforms):
        conforms("my-method", plugins_dir=Path("my_plugins"))

which runs once for each check of the kit. Without `plugins_dir` it takes what is installed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ferbench.testing.bench import Bench

Conforms = Callable[..., None]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses `conforms` runs once for each check."""
    if "conforms" in metafunc.fixturenames:
        from ferbench.testing.conformance import CHECKS

        names = [check.__name__ for check in CHECKS]
        metafunc.parametrize("conforms", CHECKS, ids=names, indirect=True, scope="function")


@pytest.fixture(scope="session")
def _benches() -> "dict[tuple[str, Path | None], Bench]":
    """The benches of this session: a method's runs are shared by its checks."""
    return {}


@pytest.fixture
def conforms(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    _benches: "dict[tuple[str, Path | None], Bench]",
) -> Conforms:
    """`conforms(method, plugins_dir=None)`: fails where the method breaks this test's check."""
    from ferbench.host import discover
    from ferbench.settings import read_settings
    from ferbench.testing.bench import Bench, NotConforming

    def one_check(method: str, plugins_dir: Path | None = None) -> None:
        key = method, plugins_dir
        if key not in _benches:
            folder = tmp_path_factory.mktemp("conformance")
            settings = read_settings(plugins_dirs=[plugins_dir] if plugins_dir else [])
            registry = discover(settings.plugins)
            registry.method(method)
            _benches[key] = Bench(method, registry, settings, folder)
        try:
            request.param(_benches[key])
        except NotConforming as error:
            pytest.fail(f"{method}: {error}", pytrace=False)

    return one_check
