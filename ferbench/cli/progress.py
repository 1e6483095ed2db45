"""Progress on the terminal: cells done, running, failed and the time left."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SHOWN_RUNNING = 2
"""How many running cells are named."""


def error_console() -> Console:
    """Progress goes to standard error, so that standard output holds results alone."""
    return Console(stderr=True)


@contextmanager
def counting(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that says `text`; what it yields is called with how many more are done."""
    if total == 0:
        yield lambda count: None
        return
    with Progress(
        TextColumn(text),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=error_console(),
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)


def preparing(images: int) -> AbstractContextManager[Callable[[int], None]]:
    """A bar for images that are decoded or rendered once, before cells run."""
    return counting("preparing images", images)


class RichMonitor:
    """A bar for the cells; with `show_epochs`, the epoch and scores of the one that runs."""

    def __init__(self, cells: int, show_epochs: bool) -> None:
        self._running: dict[str, str] = {}
        self._failed = 0
        self._show_epochs = show_epochs
        self._progress = Progress(
            TextColumn("cells"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.description}"),
            console=error_console(),
            disable=cells == 0,
        )
        self._task = self._progress.add_task("", total=cells)

    def __enter__(self) -> "RichMonitor":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def started(self, label: str) -> None:
        """A cell or stage has started."""
        self._running[label] = label
        self._show()

    def epoch(self, label: str, epoch: int, scalars: dict[str, float]) -> None:
        """An epoch of it has ended."""
        if self._show_epochs:
            values = " ".join(f"{name} {value:.3f}" for name, value in scalars.items())
            self._running[label] = f"{label} epoch {epoch + 1} {values}"
            self._show()

    def ended(self, label: str, failed: bool) -> None:
        """It has ended; stages are shown while they run, and not counted as cells."""
        self._running.pop(label, None)
        self._failed += failed
        if not label.startswith("stage "):
            self._progress.advance(self._task)
        self._show()

    def _show(self) -> None:
        shown = list(self._running.values())
        text = "; ".join(shown[:SHOWN_RUNNING])
        if len(shown) > SHOWN_RUNNING:
            text += f" and {len(shown) - SHOWN_RUNNING} more"
        if self._failed:
            text = f"[red]{self._failed} failed[/red] {text}"
        self._progress.update(self._task, description=text)
