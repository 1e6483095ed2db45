"""The command line: one module a verb, imported when the program starts, so all of them light."""

import signal
import sys

import typer

from ferbench import __version__
from ferbench.cli.board import board
from ferbench.cli.check import check
from ferbench.cli.compare import compare
from ferbench.cli.data import data_app
from ferbench.cli.doctor import doctor
from ferbench.cli.figures import figures
from ferbench.cli.generate import generate
from ferbench.cli.info import info
from ferbench.cli.list import list_
from ferbench.cli.merge import merge
from ferbench.cli.new import new
from ferbench.cli.plan import plan
from ferbench.cli.published import published
from ferbench.cli.run import run
from ferbench.cli.verify import verify
from ferbench.errors import FerbenchError, Interrupted

app = typer.Typer(
    name="ferbench",
    help="Benchmark identity-disentangled facial expression recognition.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.command("run")(run)
app.command("plan")(plan)
app.command("list")(list_)
app.command("info")(info)
app.command("doctor")(doctor)
app.command("board")(board)
app.command("figures")(figures)
app.command("generate")(generate)
app.command("compare")(compare)
app.command("published")(published)
app.command("merge")(merge)
app.command("verify")(verify)
app.command("new")(new)
app.command("check")(check)
app.add_typer(data_app, name="data")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"ferbench {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True),
) -> None:
    """Benchmark identity-disentangled facial expression recognition."""


def main() -> None:
    """The program. Exit codes: 0 done, 1 something failed, 2 wrong use, 130 interrupted.

    Asked to end (SIGTERM, as job schedulers send it), it ends as on Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except FerbenchError as error:
        print(f"ferbench: {error}", file=sys.stderr)
        sys.exit(130 if isinstance(error, Interrupted) else 2)
