"""What plugins register to be shown of faces."""

import ferbench_adfl
import ferbench_ed2l
import ferbench_idferm
import ferbench_ifgan
import pytest

from ferbench.loading import load_object


@pytest.mark.parametrize("plugin", [ferbench_adfl, ferbench_ed2l, ferbench_idferm, ferbench_ifgan])
def test_every_variant_shows_something(plugin):
    assert {spec.name for spec in plugin.PANELS} == {spec.name for spec in plugin.METHODS}
    for spec in plugin.PANELS:
        assert callable(load_object(spec.function))
