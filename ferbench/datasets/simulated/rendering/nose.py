"""The nose: ridge, ball and wings, nostrils, and the wrinkles of action unit 9."""

import torch

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.soft import bump, power, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid


def nose_relief_height(people: People) -> torch.Tensor:
    """(B, 1, 1): how far the ridge stands out; glasses rest on it."""
    return 0.235 + 0.035 * people.shape.nose_height


def draw_nose(grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas) -> None:
    """Raise the nose and paint its hollows."""
    shape, window = people.shape, grid.nose
    x, y, tip = window.x, window.y, layout.nose_tip_y
    off_axis = x.abs()
    width = 1 + 0.15 * shape.nose_width + 0.06 * units[12]
    wrinkles = torch.sin((y - 0.6 * off_axis) * 75)

    profile = power(smoothstep((0.2 - y) / (0.2 - tip)), 1.25 - 0.2 * shape.nose_bridge)
    # the base hangs lowest at the septum and the wings, and rises over the nostrils
    wing = bump((off_axis - 0.108 * width) / (0.036 * width))
    base = tip - 0.052 - 0.034 * bump(x / 0.034) - 0.028 * wing
    rounded = smoothstep((y - base) / 0.085)
    profile = profile * rounded + 0.12 * shape.nose_hump * bump((y + 0.02) / 0.09)
    ridge = nose_relief_height(people) * profile * bump(x / ((0.050 + 0.028 * profile) * width))
    ball = (0.062 + 0.012 * shape.nose_tip) * bump(x / (0.066 * width), (y - tip - 0.008) / 0.055)
    wings = (0.092 + 0.012 * shape.nose_width) * wing * bump((y - tip + 0.024) / 0.042)
    wrinkled = units[9] * bump(off_axis / 0.12, (y - 0.1) / 0.1) * wrinkles
    wrinkled = wrinkled * 0.010 * people.wrinkles.clamp_min(0.7)
    canvas.lift(window, (ridge + ball + wings + wrinkled) * window.weight)

    outwards = off_axis - 0.056 * width
    nostrils = bump(
        outwards / (0.023 * width),
        (y - tip + 0.073 - 0.4 * outwards) / (0.011 + 0.005 * shape.nose_upturn).clamp_min(0.006),
    )
    crease = bump((off_axis - 0.150 * width) / 0.016, (y - tip + 0.022) / 0.042)
    under = bump(x / (0.11 * width), (y - tip + 0.098) / 0.022)
    furrows = units[9] * bump(x / 0.08, (y - 0.1) / 0.09) * (wrinkles > 0.2)
    canvas.darken(
        window,
        (1 - 0.62 * nostrils * (0.9 + 0.1 * shape.nose_upturn))
        * (1 - 0.3 * crease)
        * (1 - 0.10 * under)
        * (1 - 0.20 * furrows),
    )
