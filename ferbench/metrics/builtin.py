"""The metrics that come with ferbench."""

from ferbench.contracts.metric import Metric
from ferbench.metrics.accuracy import AccuracyByImage, AccuracyByUnit
from ferbench.metrics.calibration import CalibrationError
from ferbench.metrics.f1 import MacroF1

BUILTIN_METRICS: tuple[Metric, ...] = (
    AccuracyByImage(),
    AccuracyByUnit("mean"),
    AccuracyByUnit("max"),
    MacroF1(),
    CalibrationError(),
)
