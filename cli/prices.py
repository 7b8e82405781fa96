"""`countersign prices`: the price book in force, and the operator's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import DataDir
from infra.errors import OperatorError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Price books: use, list.")


@app.command()
def use(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="With instances.csv, services.csv and sources.csv.")
    ] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to what the release ships.")] = False,
    by: Annotated[str | None, typer.Option(help="Whose decision this is; your login name if left out.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Price plans from now on by the figures in a folder. It is refused whole when anything in it is wrong."""
    from cli.inputs import put_in_force, who

    if (folder is None) != shipped:
        raise OperatorError("Name a folder of figures, or say --shipped.")
    if folder is None:
        typer.echo(put_in_force("prices use", "price_book", None, name="", files={}, by=who(by), data_dir=data_dir))
        return
    from providers.pricing import PriceBook, PriceBookRefused

    try:
        book = PriceBook.load(folder, today=datetime.now(UTC).date())
    except PriceBookRefused as refused:
        place = f"{folder / refused.file}:{refused.line}"
        raise OperatorError(f"{place}: {refused.reason}. The price book in force stays.") from None
    name = folder.resolve().name
    typer.echo(
        put_in_force(
            "prices use", "price_book", book.sha256, name=name, files=book.files, by=who(by), data_dir=data_dir
        )
    )


@app.command("list")
def list_books(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, data_dir: DataDir = None
) -> None:
    """Every price book that was ever in use here."""
    from cli.inputs import listing

    typer.echo(listing("prices list", "price_book", as_json=as_json, data_dir=data_dir))
