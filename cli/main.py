"""The `countersign` command. Each command imports what it needs when it runs, so that each starts quickly."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from cli import policy, prices
from cli.options import DataDir
from infra.errors import OperatorError


class OneLineErrors(TyperGroup):
    """What an operator can put right is said in words, without a traceback."""

    def invoke(self, ctx: typer.Context) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            typer.echo(f"countersign: {error}", err=True)
            raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
key = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys for the API.")
app.add_typer(key, name="key")
app.add_typer(policy.app, name="policy")
app.add_typer(prices.app, name="prices")

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Overrides COUNTERSIGN_PORT.")]
Supervised = Annotated[bool, typer.Option(hidden=True, help="Stop when standard input closes.")]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"countersign {version('countersign')}")
        raise typer.Exit


@app.callback()
def countersign(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Countersign: decisions about ML platforms, planned in the open and countersigned by a person."""


@app.command()
def up(port: Port = None, data_dir: DataDir = None) -> None:
    """Run the console, the worker and, unless COUNTERSIGN_DATABASE_URL is set, PostgreSQL. Ctrl-C stops all of it."""
    from cli.up import up

    up(port, data_dir)


@app.command()
def web(data_dir: DataDir = None, supervised: Supervised = False) -> None:
    """Run the console alone."""
    from cli.web import web

    web(data_dir, supervised)


@app.command()
def worker(
    concurrency: Annotated[int | None, typer.Option(min=1, help="Overrides COUNTERSIGN_WORKER_CONCURRENCY.")] = None,
    data_dir: DataDir = None,
    supervised: Supervised = False,
) -> None:
    """Run a worker alone."""
    from cli.worker import worker

    worker(concurrency, data_dir, supervised)


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version."""
    from cli.migrate import migrate

    migrate(data_dir)


@key.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="viewer, operator, approver or admin.")],
    data_dir: DataDir = None,
) -> None:
    """Print a new API key, once."""
    from cli.key import create_key

    create_key(name, role, data_dir)


@key.command("list")
def list_keys(data_dir: DataDir = None) -> None:
    """Name every key, its role, and when it was made, last used and revoked."""
    from cli.key import list_keys

    list_keys(data_dir)


@key.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(metavar="NAME")], data_dir: DataDir = None) -> None:
    """Let a key open nothing any more, from the next request on."""
    from cli.key import revoke_key

    revoke_key(name, data_dir)


@app.command()
def extract(file: Annotated[Path, typer.Argument(metavar="FILE.jsonl")]) -> None:
    """Read constraints from the text of each line; print them with their evidence."""
    from cli.extract import extract

    extract(file)


@app.command()
def verify(decision_set_id: str, data_dir: DataDir = None) -> None:
    """Derive every hash of a decision set again; exit 1 with the first difference."""
    from cli.verify import verify

    verify(decision_set_id, data_dir)


if __name__ == "__main__":
    app(prog_name="countersign")
