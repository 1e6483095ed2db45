"""Three folds of people in turn; the next fold validates."""

from collections.abc import Callable

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.protocol import EvaluationProtocol
from ferbench.protocols.named import NamedProtocol


@hookimpl
def register_protocols(register: Callable[[EvaluationProtocol], None]) -> None:
    register(NamedProtocol("thirds", dataset=None, folding="stride", count=3, validation=True))
