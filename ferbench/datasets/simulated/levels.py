"""Difficulty levels: how much people differ, how clearly they act, how well they are filmed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """The knobs of one difficulty.

    identity_spread: factor on the standard deviation of every shape parameter of a person.
    resting_units:   scale of the (half-normal) action units that a person shows at
                     rest and in every expression: the face that looks angry when it is not.
    style:           strength of personal habits: gain of each action unit, left-right asymmetry.
    unit_noise:      variation of action units between takes; also the chance of losing one.
    confusion:       largest share of a confusable expression that is mixed into a posed one.
    intensity:       range of the strength of the posed expression (1: the full prototype).
    pose:            standard deviations of yaw, pitch and roll, degrees.
    light:           variation of the light's direction and strength (1: anything up to side light).
    shift:           standard deviation of the face's place in the frame, as a share of its side.
    blur:            largest standard deviation of the blur, in pixels of a picture of 64 pixels.
    noise:           standard deviation of the sensor noise (grey levels in 0..1).
    occlusion:       chance that a patch covers part of the picture throughout a recording.
    """

    identity_spread: float
    resting_units: float
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
        style=0.5,
        unit_noise=0.05,
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
        identity_spread=1.15,
        resting_units=0.15,
        style=0.8,
        unit_noise=0.06,
        confusion=0.25,
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
        style=1.0,
        unit_noise=0.09,
        confusion=0.4,
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
        resting_units=0.25,
        style=1.2,
        unit_noise=0.11,
        confusion=0.6,
        intensity=(0.45, 1.0),
        pose=(18.0, 9.0, 6.0),
        light=0.6,
        shift=0.02,
        blur=0.8,
        noise=0.03,
        occlusion=0.2,
    ),
}
