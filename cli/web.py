"""`countersign web`"""

import os
from pathlib import Path

from cli.database import attached, plain_errors
from cli.parent import stop_with_parent
from infra.settings import load_settings


def web(data_dir: Path | None, supervised: bool) -> None:
    settings = attached(load_settings(os.environ, data_dir=data_dir))
    if supervised:
        stop_with_parent()
    import psycopg

    from web.app import serve

    with plain_errors():
        psycopg.connect(settings.dsn).close()
    serve(settings)
