"""`countersign web`"""

import os

from cli.database import attached
from cli.parent import stop_with_parent
from infra.settings import load_settings


def web(supervised: bool) -> None:
    settings = attached(load_settings(os.environ))
    if supervised:
        stop_with_parent()
    from web.app import serve

    serve(settings)
