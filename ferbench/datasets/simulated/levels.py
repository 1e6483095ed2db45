"""Difficulty levels: how much people differ, how clearly they act, how well they are filmed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """The knobs of one difficulty.

    identity_spread: factor on the standard deviation of every shape parameter of a person.
    resting_units:   scale of the (half-normal) action units that a person shows at rest and
                     below every expression, each unit independently of the others.
    resembling:      share of the people whose neutral face resembles an expression.
    resemblance:     its largest strength there (1: as strong as the expression itself).
    style:           strength of personal habits: gain of each action unit, left-right asymmetry,
                     and how far a person's own way of an expression is from the prototypes.
    unit_noise:      variation of action units between takes; also the chance of losing one.
    confusion:       largest share of a confusable expression that is mixed into a posed one.
    intensity:       range of the strength of the posed expression (1: the full prototype).
    pose:            standard deviations of yaw, pitch and roll, degrees.
    light:           variation of the light's direction and strength (1: anything up to side light).
    shift:           standard deviation of the face's place in the frame, as a share of its side.
    blur:            largest standard deviation of the blur, in pixels of a picture of 64 pixels.
    noise:           standard deviation of the sensor noise (grey levels in 0..1).
    occlusion:       chance that something covers part of the face throughout a recording.
    """

    identity_spread: float
    resting_units: float
    resembling: float
    resemblance: float
    style: float
    unit_noise: float
    confusion: float
    intensity: tuple[float, float]
    pose: tuple[float, float, float]
    light: float
    shift: float
    blur: float
    noise: float
    occlusion: float


LEVELS = {
    "easy": Level(
        identity_spread=1.0,
        resting_units=0.05,
        resembling=0.1,
        resemblance=0.15,
        style=0.5,
        unit_noise=0.04,
        confusion=0.0,
        intensity=(0.9, 1.0),
        pose=(3.0, 2.0, 1.0),
        light=0.1,
        shift=0.005,
        blur=0.3,
        noise=0.005,
        occlusion=0.0,
    ),
    "medium": Level(
        identity_spread=1.2,
        resting_units=0.15,
        resembling=0.4,
        resemblance=0.3,
        style=0.7,
        unit_noise=0.05,
        confusion=0.2,
        intensity=(0.7, 1.0),
        pose=(4.0, 3.0, 2.0),
        light=0.2,
        shift=0.008,
        blur=0.4,
        noise=0.01,
        occlusion=0.0,
    ),
    "hard": Level(
        identity_spread=1.2,
        resting_units=0.2,
        resembling=0.5,
        resemblance=0.35,
        style=0.9,
        unit_noise=0.08,
        confusion=0.35,
        intensity=(0.6, 1.0),
        pose=(8.0, 5.0, 3.0),
        light=0.35,
        shift=0.012,
        blur=0.5,
        noise=0.015,
        occlusion=0.0,
    ),
    "wild": Level(
        identity_spread=1.3,
        resting_units=0.2,
        resembling=0.5,
        resemblance=0.4,
        style=1.0,
        unit_noise=0.1,
        confusion=0.45,
        intensity=(0.5, 1.0),
        pose=(14.0, 7.0, 5.0),
        light=0.5,
        shift=0.018,
        blur=0.7,
        noise=0.025,
        occlusion=0.2,
    ),
}
