"""What a simulated person looks like."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ferbench.datasets.simulated.person.shape import SHAPE_NAMES, Shape
from ferbench.datasets.simulated.streams import stream

Colour = tuple[float, float, float]
"""Linear RGB in 0..1."""

LIMIT = 2.1
"""Shape parameters are cut at this many standard deviations: beyond, features collide."""

SKIN_BY_MELANIN = np.array(
    [
        (0.95, 0.79, 0.70),
        (0.88, 0.68, 0.55),
        (0.74, 0.52, 0.38),
        (0.53, 0.35, 0.25),
        (0.33, 0.21, 0.155),
    ]
)
BLACK, DARK_BROWN, BROWN, BLOND, RED, GREY = range(6)
HAIR = np.array(
    [
        (0.05, 0.04, 0.035),
        (0.12, 0.075, 0.045),
        (0.26, 0.16, 0.09),
        (0.58, 0.42, 0.22),
        (0.42, 0.17, 0.07),
        (0.62, 0.61, 0.60),
    ]
)
IRIS = np.array(
    [
        (0.16, 0.09, 0.05),
        (0.28, 0.17, 0.08),
        (0.25, 0.38, 0.50),
        (0.30, 0.40, 0.26),
        (0.40, 0.40, 0.40),
    ]
)


class HairStyle(IntEnum):
    """As seen from the front."""

    BALD = 0
    SHORT = 1
    FRINGE = 2
    LONG = 3
    RECEDING = 4
    SIDE_PARTED = 5
    CURLY = 6
    TIED = 7


STYLE_CHANCES_MEN = (0.08, 0.27, 0.16, 0.06, 0.14, 0.17, 0.09, 0.03)
STYLE_CHANCES_WOMEN = (0.01, 0.13, 0.15, 0.27, 0.02, 0.11, 0.11, 0.20)

UNDERTONES = np.array([(0.015, 0.0, -0.055), (0.025, -0.022, -0.01), (-0.015, 0.012, -0.008)])
"""Logarithms of the factors on the skin's red, green and blue: warm, ruddy, olive; one sd each."""


@dataclass(frozen=True, slots=True)
class Glasses:
    """Frames: radius in head units, exponent of the rim's superellipse, brightness."""

    radius: float
    squareness: float
    grey: float


@dataclass(frozen=True, slots=True)
class Identity:
    """One person's looks; nothing here changes between pictures.

    masculinity in -1..1, age in 0..1 (young adult to old), beard and moustache (density), freckles
    and unevenness of the skin from 0. `texture` seeds the fine noise of skin and hair.
    """

    shape: Shape[float]
    masculinity: float
    age: float
    skin: Colour
    hair: Colour
    brows: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    hair_style: HairStyle
    beard: float
    moustache: float
    glasses: Glasses | None
    freckles: float
    unevenness: float
    texture: int


def draw_identity(seed: int, subject: int, spread: float) -> Identity:
    """The person number `subject` of the population `seed`; `spread` scales the shape only."""
    draw = stream(seed, "identity", subject)
    deviations = np.clip(draw.normal(size=len(SHAPE_NAMES)), -LIMIT, LIMIT) * spread
    shape = Shape(*(float(value) for value in deviations))
    masculinity = float(draw.uniform(-1, 1))
    man = masculinity > 0
    age = float(draw.beta(1.3, 2.2))
    melanin = float(draw.beta(0.9, 1.2))
    skin = _skin(draw, melanin) * _undertone(seed, subject)
    hair = _hair(draw, melanin, age)
    greying = _greying(seed, subject, age)
    brows = _greyed(hair, 0.6 * greying)
    hair = _greyed(hair, greying)
    lips = _lips(draw, skin, man)
    beard = float(draw.choice([0.0, 0.35, 1.0], p=[0.55, 0.25, 0.2]))
    moustache = max(beard, float(draw.choice([0.0, 1.0], p=[0.85, 0.15])))
    fair_factor = 0.6 if brows.mean() > 0.3 else 1.0  # brows are darker than fair hair
    return Identity(
        shape=shape,
        masculinity=masculinity,
        age=age,
        skin=_colour(skin),
        hair=_colour(hair),
        brows=_colour(brows * 0.8 * fair_factor),
        iris=_colour(_iris(draw, melanin)),
        lips=_colour(lips),
        clothes=_colour(draw.uniform(0.1, 0.8, size=3)),
        hair_style=HairStyle(
            draw.choice(len(HairStyle), p=STYLE_CHANCES_MEN if man else STYLE_CHANCES_WOMEN)
        ),
        beard=beard if man else 0.0,
        moustache=moustache if man else 0.0,
        glasses=_glasses(draw),
        freckles=float(max(0.0, draw.normal()) * (1 - melanin)),
        unevenness=float(draw.uniform(0.3, 1.2)),
        texture=int(draw.integers(2**31)),
    )


def _colour(rgb: np.ndarray) -> Colour:
    red, green, blue = np.clip(rgb, 0, 1).tolist()
    return red, green, blue


def _skin(draw: np.random.Generator, melanin: float) -> np.ndarray:
    stops = np.linspace(0, 1, len(SKIN_BY_MELANIN))
    skin = np.array([np.interp(melanin, stops, channel) for channel in SKIN_BY_MELANIN.T])
    return skin * np.exp(draw.normal(size=3) * [0.03, 0.025, 0.035])


def _undertone(seed: int, subject: int) -> np.ndarray:
    """(3,) factor on the skin's colour."""
    return np.exp(stream(seed, "undertone", subject).normal(size=len(UNDERTONES)) @ UNDERTONES)


def _greying(seed: int, subject: int, age: float) -> float:
    """How grey the hair has become, 0..1: earlier in some people than in others."""
    early = 0.3 * stream(seed, "greying", subject).normal()
    return float(np.clip(2.2 * (age - 0.45) + early, 0, 0.95)) if age > 0.3 else 0.0


def _greyed(hair: np.ndarray, share: float) -> np.ndarray:
    return hair + (HAIR[GREY] - hair) * share


def _hair(draw: np.random.Generator, melanin: float, age: float) -> np.ndarray:
    chances = np.empty(len(HAIR))
    chances[BLACK] = 0.3 + melanin
    chances[DARK_BROWN] = 0.35
    chances[BROWN] = 0.25 * (1 - melanin)
    chances[BLOND] = 0.3 * (1 - melanin) ** 2
    chances[RED] = 0.12 * (1 - melanin) ** 2
    chances[GREY] = 0.02 + 0.4 * max(0.0, age - 0.45)
    return HAIR[draw.choice(len(HAIR), p=chances / chances.sum())] * np.exp(draw.normal() * 0.12)


def _iris(draw: np.random.Generator, melanin: float) -> np.ndarray:
    light = (1 - melanin) ** 2
    chances = np.array([0.5 + melanin, 0.4, 0.35 * light, 0.2 * light, 0.1 * light])
    return IRIS[draw.choice(len(IRIS), p=chances / chances.sum())]


def _lips(draw: np.random.Generator, skin: np.ndarray, man: bool) -> np.ndarray:
    pallor = 1 - 0.1 * draw.uniform()
    return skin * [0.92, 0.62, 0.62] * pallor if man else skin * [0.95, 0.52, 0.55]


def _glasses(draw: np.random.Generator) -> Glasses | None:
    worn = draw.uniform() < 0.2
    frames = Glasses(
        radius=float(draw.uniform(0.15, 0.2)),
        squareness=float(draw.uniform(2.0, 4.5)),
        grey=float(draw.uniform(0.03, 0.3)),
    )
    return frames if worn else None
