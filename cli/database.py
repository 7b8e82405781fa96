"""Which database a command works on, and what is said when it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.embedded import EmbeddedPostgres, holder_address, running_dsn
from infra.errors import OperatorError
from infra.settings import Settings

READING = (
    *("verify", "policy replay", "policy list", "prices list"),
    *("key create", "key list", "key revoke"),
)
"""Commands that have nothing to do where there is no database yet: a key to a new one would open nothing."""


def attached(settings: Settings) -> Settings:
    """With the address that is set, or that of the embedded PostgreSQL which `up` runs, and of its console. Raises
    SettingsError."""
    if settings.database_url:
        return settings
    console = holder_address(settings.data_dir) or ""
    found = {"database_url": running_dsn(settings.data_dir) or settings.dsn}
    if settings.public_url is None and console.startswith("http"):
        found["public_url"] = console
    return settings.model_copy(update=found)


@contextmanager
def database(settings: Settings, command: str) -> Iterator[Settings]:
    """As `attached`; where nothing runs, embedded PostgreSQL is started, migrated and stopped around the command."""
    if settings.database_url or running_dsn(settings.data_dir):
        with plain_errors():
            yield attached(settings)
        return
    if command in READING and not (settings.data_dir / "postgres").exists():
        raise OperatorError(
            f"There is no database in {settings.data_dir}: start `countersign up` first, or say where it ran, with"
            " --data-dir, COUNTERSIGN_DATA_DIR or COUNTERSIGN_DATABASE_URL."
        )
    with EmbeddedPostgres(settings.data_dir, address=f"`countersign {command}`", fsync=settings.fsync) as postgres:
        from storage.migrations import migrate

        migrate(postgres.dsn)
        yield settings.model_copy(update={"database_url": postgres.dsn})


@contextmanager
def plain_errors() -> Iterator[None]:
    """Raises OperatorError for a database that cannot be reached or refuses this user."""
    import psycopg

    try:
        yield
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"The database does not answer ({reason_of(error)}): check COUNTERSIGN_DATABASE_URL."
        ) from error


def reason_of(error: Exception) -> str:
    """What libpq says of the last address it tried, without its hints, which are indented."""
    said = [line for line in str(error).splitlines() if line.strip() and not line.startswith("\t")]
    return said[-1].rpartition("connection failed: ")[2].strip() if said else type(error).__name__
