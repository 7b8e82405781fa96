"""`countersign key create`"""

import os

import typer

from cli.database import database
from infra.errors import OperatorError
from infra.settings import load_settings


def create_key(name: str, role: str) -> None:
    with database(load_settings(os.environ), "key create") as settings:
        from storage.access import create_key

        try:
            key = create_key(settings.dsn, name, role)
        except ValueError as refused:
            raise OperatorError(f"No key was made: {refused}.") from refused
    typer.echo(key)
