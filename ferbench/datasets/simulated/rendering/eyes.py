"""The eyes: socket, lids, lashes and eyeball."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Units, Views
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout, sign
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge, power, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

SCLERA = (0.90, 0.88, 0.86)
PUPIL = 0.024
HIGHLIGHT = 0.013


@dataclass(frozen=True, slots=True)
class EyeFrame:
    """Coordinates about the middle of one eye, (B, r, c): u outwards, v upwards, head units."""

    u: Tensor
    v: Tensor


@dataclass(frozen=True, slots=True)
class Lids:
    """Both lids of one eye, (B, r, c).

    along: position between the corners, -1..1 on the eye; `vault` is 1 in the middle and 0 at the
    corners. upper, lower: heights of the lids' borders. cover: where the eyeball shows.
    """

    along: Tensor
    vault: Tensor
    upper: Tensor
    lower: Tensor
    cover: Tensor


def eye_frame(grid: HeadGrid, people: People, layout: Layout, side: int) -> EyeFrame:
    """The frame of the eye on `side`; the brow is drawn in it as well."""
    window = grid.eyes[side]
    level = layout.eye_y + 0.008 * people.shape.eye_unevenness * sign(side)
    return EyeFrame(u=window.x * sign(side) - layout.eye_x, v=window.y - level)


def carve_sockets(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    """Sink the sockets, raise eyeball and brow ridge, and bulge the brow with action unit 4."""
    shape = people.shape
    for side in SIDES:
        window, frame = grid.eyes[side], eye_frame(grid, people, layout, side)
        u, v, frown = frame.u, frame.v, units.on(4, side)
        socket = -(0.075 + 0.02 * shape.eye_depth) * bump(u / 0.16, (v - 0.01) / 0.105)
        ball = 0.045 * bump(u / 0.085, v / 0.06)
        ridge = 0.03 + 0.014 * shape.brow_ridge + 0.01 * people.masculinity
        ridge = ridge * bump(u / 0.2, (v - 0.2) / 0.06)
        bulge = 0.03 * frown * bump((u + 0.17) / 0.08, (v - 0.16 + 0.05 * frown) / 0.05)
        canvas.lift(window, (socket + ball + ridge + bulge) * window.weight)


def draw_eyes(
    grid: HeadGrid, people: People, units: Units, views: Views, layout: Layout, canvas: Canvas
) -> None:
    """Paint both eyes with their lids over the skin."""
    for side in SIDES:
        _draw_eye(grid, people, units, views, layout, canvas, side)


def _draw_eye(
    grid: HeadGrid,
    people: People,
    units: Units,
    views: Views,
    layout: Layout,
    canvas: Canvas,
    side: int,
) -> None:
    window, frame = grid.eyes[side], eye_frame(grid, people, layout, side)
    shape, u, v = people.shape, frame.u, frame.v
    lids = _lids(frame, people, units, side)
    eye = lids.cover * window.weight
    beyond = lids.along.abs()

    crease = bump((v - lids.upper - 0.032 - 0.012 * shape.lid_crease) / 0.010)
    crease = crease * smoothstep((1.1 - beyond) / 0.3)
    crease = crease * (0.26 + 0.1 * shape.lid_crease).clamp(0.05, 0.5)
    crease = crease * (1 - 0.3 * units.on(4, side))
    lid_shade = 0.10 * bump((v - lids.upper - 0.02) / 0.03) * lids.vault
    woman = people.masculinity < 0
    upper_lashes = bump((v - lids.upper) / (0.0095 + 0.003 * woman)) * edge(1.04 - beyond, 0.08)
    upper_lashes = upper_lashes * (0.72 - 0.12 * people.masculinity)
    lower_lashes = 0.36 * bump((v - lids.lower) / 0.008) * edge(1.02 - beyond, 0.08)
    socket = 0.22 * bump((u + 0.17) / 0.055, (v - 0.01) / 0.06)
    fold = (0.06 + 0.04 * shape.eye_depth).clamp(0, 0.2) * bump(u / 0.12, (v - 0.11) / 0.04)

    skin = window.of(canvas.colour) * (1 - crease - lid_shade)[:, None]
    colour = blend(skin, _eyeball(frame, lids, people, views, side), eye[:, None])
    lashes = (1 - upper_lashes) * (1 - lower_lashes)
    colour = colour * (lashes * (1 - (socket + fold) * (1 - eye)))[:, None]
    window.of(canvas.colour).copy_(colour)
    canvas.clear_shade(window, eye)
    visible = window.of(canvas.eyes)
    visible.copy_(visible.maximum(eye))

    upper_lid = 0.018 * bump((v - lids.upper - 0.012) / 0.014)
    pouch = 0.012 * bump((v - lids.lower + 0.016) / 0.013)
    pouch = pouch * (1 + units.on(6, side) + units.on(7, side))
    canvas.lift(window, (upper_lid + pouch) * lids.vault * window.weight)


def _lids(frame: EyeFrame, people: People, units: Units, side: int) -> Lids:
    """The borders of the lids: identity and age, and action units 1 2 4 5 6 7 9 12 43."""
    shape = people.shape
    inner, outer, frown, upper_raiser, cheek, tight, wrinkler, smile, closed = (
        units.on(unit, side) for unit in (1, 2, 4, 5, 6, 7, 9, 12, 43)
    )
    along = frame.u / (0.142 * (1 + 0.09 * shape.eye_width))
    held = along.clamp(-1, 1)
    vault = 1 - held * held
    axis = (0.05 * shape.eye_slant - 0.06 * inner * (1 - 0.5 * outer)) * frame.u
    above = (
        0.068 * (1 + 0.18 * shape.eye_opening) * (1 - 0.08 * people.age - 0.12 * people.age**2)
        + 0.030 * upper_raiser
    )
    above = above - (0.022 * tight + 0.012 * cheek + 0.016 * frown + 0.018 * wrinkler)
    above = (above - 0.012 * smile).clamp_min(0.01) * (1 - 0.85 * closed.clamp(0, 1))
    below = 0.043 * (1 + 0.1 * shape.eye_opening) + 0.006 * upper_raiser
    below = (below - (0.021 * cheek + 0.02 * tight + 0.014 * wrinkler)).clamp_min(0.006)
    upper = axis + above * power(vault, 0.62) * (1 - 0.14 * held)
    lower = axis - below * power(vault, 0.75) * (1 + 0.15 * held)
    cover = edge(upper - frame.v, 0.013) * edge(frame.v - lower, 0.013)
    return Lids(
        along=along,
        vault=vault,
        upper=upper,
        lower=lower,
        cover=cover * edge(1 - along.abs(), 0.07),
    )


def _eyeball(frame: EyeFrame, lids: Lids, people: People, views: Views, side: int) -> Tensor:
    """(B, 3, r, c): sclera, iris, pupil, the shadow of the upper lid and a highlight."""
    across = frame.u - 0.03 * sign(side) * views.gaze_right
    above = frame.v - 0.02 * views.gaze_up
    radius = 0.06 * (1 + 0.05 * people.shape.iris_size)
    distance = (across**2 + (above - 0.008) ** 2).sqrt()
    rim = 1 - 0.5 * bump((distance - radius) / 0.012)
    iris_light = (0.75 + 0.4 * (distance / radius).clamp(0, 1)) * rim
    iris, pupil = edge(radius - distance, 0.014), edge(PUPIL - distance, 0.012)
    dark = (1 - 0.93 * pupil) * (1 - 0.42 * bump((frame.v - lids.upper) / 0.02))
    # the light is reflected at the same side of both eyes
    glint = ((across + 0.016 * sign(side)) ** 2 + (above - 0.03) ** 2).sqrt()
    highlight = edge(HIGHLIGHT - glint, 0.012)
    rounded = 1 - 0.25 * smoothstep((lids.along.abs() - 0.55) / 0.45)
    channels = []
    for channel, white in enumerate(SCLERA):
        colour = blend(white * rounded, people.iris[:, channel] * iris_light, iris)
        channels.append(blend(colour * dark, 0.95, highlight))
    return torch.stack(channels, 1)
