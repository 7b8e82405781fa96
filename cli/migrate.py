"""`countersign migrate`"""

import os
from pathlib import Path

import typer

from cli.database import database
from infra.settings import load_settings


def migrate(data_dir: Path | None) -> None:
    with database(load_settings(os.environ, data_dir=data_dir), "migrate") as settings:
        from storage.migrations import migrate

        migrate(settings.direct_dsn)
    typer.echo("The database is up to date.")
