"""`countersign migrate`"""

import os

import typer

from cli.database import database
from infra.settings import load_settings


def migrate() -> None:
    with database(load_settings(os.environ), "migrate") as settings:
        from storage.migrations import migrate

        migrate(settings.direct_dsn)
    typer.echo("The database is up to date.")
