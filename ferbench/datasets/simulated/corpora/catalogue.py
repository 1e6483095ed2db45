"""The corpora that can be written, by the names of the datasets they stand for."""

from typing import TYPE_CHECKING

from ferbench.errors import unknown
from ferbench.loading import load_object

if TYPE_CHECKING:
    from ferbench.datasets.simulated.corpora.blueprint import Blueprint

BLUEPRINTS = {
    "ckplus": "CKPlus",
    "mmi": "MMI",
    "oulu_casia": "OuluCASIA",
    "bu3dfe": "BU3DFE",
    "rafdb": "RAFDB",
    "sfew": "SFEW",
    "fer2013": "FER2013",
    "multipie": "MultiPIE",
    "jaffe": "JAFFE",
    "kdef": "KDEF",
}
"""Module of this folder -> the class in it."""


def find_blueprint(name: str) -> "Blueprint":
    """The corpus of that name."""
    if name not in BLUEPRINTS:
        raise unknown("corpus to simulate", name, BLUEPRINTS)
    made: Blueprint = load_object(f"{__package__}.{name}:{BLUEPRINTS[name]}")()
    return made
