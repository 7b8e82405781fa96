"""What stops embedded PostgreSQL, in words for the person at the terminal."""

from infra.errors import OperatorError


class EmbeddedPostgresError(OperatorError):
    """Embedded PostgreSQL cannot run here."""


class DataFolderInUse(EmbeddedPostgresError):
    """Another process holds the data folder."""
