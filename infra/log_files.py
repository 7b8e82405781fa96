"""The log files of the processes that an installation on one machine starts."""

from pathlib import Path

LOG_BYTES = 20 << 20


def rotate(log: Path) -> None:
    """Sets it aside where it has grown past 20 MiB, in place of the one set aside before."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".1.log"))


def last_lines(log: Path, lines: int) -> str:
    """Nothing where it cannot be read."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
