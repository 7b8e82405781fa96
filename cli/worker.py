"""`countersign worker`"""

import os

from cli.database import attached
from cli.parent import stop_with_parent
from infra.settings import load_settings


def worker(concurrency: int | None, supervised: bool) -> None:
    settings = attached(load_settings(os.environ, worker_concurrency=concurrency))
    if supervised:
        stop_with_parent()
    from worker.main import serve

    serve(settings)
