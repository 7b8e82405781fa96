"""`countersign worker`"""

import os

from cli.database import attached
from cli.parent import stop_with_parent
from infra.models import model_accesses
from infra.settings import load_settings


def worker(concurrency: int | None, supervised: bool) -> None:
    settings = load_settings(os.environ, worker_concurrency=concurrency)
    models = model_accesses(settings.models, os.environ)
    settings = attached(settings)
    if supervised:
        stop_with_parent()
    from worker.main import serve

    serve(settings, models)
