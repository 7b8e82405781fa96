"""`countersign worker`"""

import os
from pathlib import Path

from cli.database import attached
from cli.parent import stop_with_parent
from infra.models import model_accesses
from infra.settings import load_settings


def worker(concurrency: int | None, data_dir: Path | None, supervised: bool) -> None:
    settings = load_settings(os.environ, worker_concurrency=concurrency, data_dir=data_dir)
    models = model_accesses(settings.models, os.environ)
    settings = attached(settings)
    if supervised:
        stop_with_parent()
    from worker.main import serve

    serve(settings, models)
