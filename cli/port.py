"""Whether the console's port is free, and who has it where it is not."""

from __future__ import annotations

import errno
import socket

from infra.errors import OperatorError, PortTaken


def require_free_port(host: str, port: int) -> None:
    """Raises PortTaken, which names the process where it may be known, or OperatorError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        remedy = "choose another with --port or COUNTERSIGN_PORT"
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken by {_listener(port)}: stop that, or {remedy}.") from None
        raise OperatorError(f"Cannot listen on {host}:{port} ({error.strerror or error}): {remedy}.") from None


def _listener(port: int) -> str:
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return "another process"
