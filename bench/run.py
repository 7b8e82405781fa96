"""`make bench`: prints ratios and writes bench/results/latest.json. Figures of one run; nothing asserts them."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import ledger_speed, reading_planning, whole
from infra.embedded import EmbeddedPostgres
from infra.logging import configure_logging
from storage.migrations import migrate

RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> None:
    given = os.environ.get("COUNTERSIGN_DATABASE_URL")
    if given:
        report(given)
        return
    with tempfile.TemporaryDirectory(prefix="countersign-bench-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder), address="make bench")
        postgres.start()
        try:
            report(postgres.dsn)
        finally:
            postgres.stop()


def report(dsn: str) -> None:
    configure_logging("warning", process="bench")
    migrate(dsn)
    with tempfile.TemporaryDirectory(prefix="countersign-bench-", ignore_cleanup_errors=True) as folder:
        figures = {
            "runs per second": asyncio.run(ledger_speed.measure(dsn)),
            "reading and planning": reading_planning.measure(Path(folder)),
            "the whole product": whole.measure(Path(folder) / "data"),
        }
    for group, values in figures.items():
        print(group)
        for name, value in values.items():
            print(f"  {name:50} {value:>8}")
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "figures": figures,
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(f"written to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    main()
