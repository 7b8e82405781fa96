"""Keys and sign-in links, made on a connection of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from storage import access
from storage.access import Role
from storage.postgres import Connection, connect


def create_key(dsn: str, name: str, role: Role) -> str:
    return _asked(dsn, lambda conn: access.create_key(conn, name, role))


def create_sign_in_link(dsn: str, base_url: str) -> str:
    return _asked(dsn, lambda conn: access.create_sign_in_link(conn, base_url))


def _asked(dsn: str, ask: Callable[[Connection], Awaitable[str]]) -> str:
    """In a thread of its own: whoever asks may have a loop running."""

    async def answered() -> str:
        async with await connect(dsn) as conn:
            return await ask(conn)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answered()).result()
