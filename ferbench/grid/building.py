"""A method, built as a cell's record says."""

from ferbench.contracts.method import Method, MethodSpec, Task
from ferbench.loading import load_object
from ferbench.results.record import Record
from ferbench.settings import configured
from ferbench.training.seeding import derive_seed, seed_everything


def build(spec: MethodSpec, record: Record) -> Method:
    """The untrained method of a cell: the same record, the same initial parameters."""
    inputs = spec.inputs[record.preset]
    task = Task(record.classes, {name: p.shape for name, p in inputs.items()})
    config = configured(spec.config, [record.config], record.method)
    seed_everything(derive_seed(record.seed, record.fold, "build"))
    method: Method = load_object(spec.factory)(config, task)
    return method
