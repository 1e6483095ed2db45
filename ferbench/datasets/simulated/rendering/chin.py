"""The chin's boss, and the fold between it and the lower lip."""

from ferbench.datasets.simulated.rendering.batch import Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.soft import bump
from ferbench.datasets.simulated.rendering.surface import HeadGrid


def draw_chin(grid: HeadGrid, units: Units, layout: Layout, canvas: Canvas) -> None:
    """Raise the boss (action unit 17 pushes it up) and cut the fold above it."""
    window, raiser = grid.chin, units[17]
    boss = bump(window.x / 0.1, (window.y + 0.84 - 0.05 * raiser) / 0.07)
    fold_y = layout.mouth_y - 0.17 - 0.03 * units[25] - 0.3 * layout.jaw_drop + 0.02 * raiser
    fold = bump(window.x / 0.15, (window.y - fold_y) / 0.035)
    canvas.lift(window, (boss * (0.035 + 0.035 * raiser) - fold * 0.028) * window.weight)
    canvas.darken(window, 1 - fold * (0.1 + 0.2 * raiser).clamp(0, 0.35))
