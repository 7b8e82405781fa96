"""Who may do what: API keys, sign-in links and sessions, all stored as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from storage.postgres import Connection, every, one, queries
from storage.records.ids import UserId, new_id

SQL = queries("access")
Role = Literal["viewer", "operator", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LINK_MINUTES = 60
SESSION_DAYS = 14
LONGEST_NAME = 80
"""Characters of an API key's name, which decision sets and cards show."""


def checked_role(role: str) -> Role:
    """Raises ValueError."""
    for known in ROLES:
        if role == known:
            return known
    raise ValueError(f"role must be one of {', '.join(ROLES)}")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `user` is set for a person signed in, None for an API key."""

    name: str
    role: Role
    user: UserId | None = None


_BOOTSTRAP = Principal("bootstrap", "admin")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def principal_for_key(conn: Connection, key: str, bootstrap_key: str | None) -> Principal | None:
    """Whose key this is; None when it is unknown or revoked."""
    digest = _hash(key)
    if _is_bootstrap(digest, bootstrap_key):
        return _BOOTSTRAP
    row = await one(conn, SQL["key"], {"sha": digest})
    return Principal(f"key:{row['name']}", row["role"]) if row else None


def _is_bootstrap(digest: bytes, bootstrap_key: str | None) -> bool:
    return bootstrap_key is not None and hmac.compare_digest(digest, _hash(bootstrap_key))


async def redeem_link(conn: Connection, token: str) -> Principal | None:
    """Signs in once; None when the link was used, has expired or never was."""
    row = await one(conn, SQL["redeem_link"], {"sha": _hash(token)})
    return Principal(row["name"], row["role"], row["id"]) if row else None


async def begin_session(conn: Connection, *, user: UserId | None = None, key: str | None = None) -> str:
    """The token of a new session, of a person or of an API key, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    digest = None if key is None else _hash(key)
    await conn.execute(SQL["begin_session"], {"sha": _hash(token), "user": user, "key": digest, "days": SESSION_DAYS})
    return token


async def session(conn: Connection, token: str, bootstrap_key: str | None) -> Principal | None:
    """Whom the session stands for today; None when it was ended, or the person or the key is gone."""
    row = await one(conn, SQL["session"], {"sha": _hash(token)})
    if row is None:
        return None
    if row["key_sha256"] and _is_bootstrap(row["key_sha256"], bootstrap_key):
        return _BOOTSTRAP
    return Principal(row["name"], row["role"], row["user_id"]) if row["name"] else None


async def end_session(conn: Connection, token: str) -> None:
    await conn.execute(SQL["end_session"], {"sha": _hash(token)})


async def session_secret(conn: Connection) -> bytes:
    """The key that signs session cookies: 32 random bytes, the same on every machine."""
    row = await one(conn, SQL["secret"], {"name": "session", "value": secrets.token_bytes(32)})
    if row is None:  # another machine made it between our snapshot and our insert
        row = await one(conn, SQL["secret"], {"name": "session", "value": b""})
    if row is None:
        raise LookupError("the session secret is missing")
    return bytes(row["value"])


async def create_sign_in_link(conn: Connection, base_url: str, *, name: str = "operator", role: Role = "admin") -> str:
    """A link that signs one person in, once, within the hour."""
    token = secrets.token_urlsafe(32)
    row = await one(conn, SQL["ensure_user"], {"id": new_id(), "name": name, "role": role})
    if row is None:
        raise LookupError(name)
    await conn.execute(SQL["insert_link"], {"sha": _hash(token), "user": row["id"], "minutes": LINK_MINUTES})
    return f"{base_url.rstrip('/')}/sign-in?token={token}"


async def sweep_links(conn: Connection) -> None:
    await conn.execute(SQL["sweep_links"])


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`revoked_at` is None while it is in use."""

    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def keys(conn: Connection) -> list[ApiKey]:
    """Every key that was made, oldest first."""
    return [ApiKey(**row) for row in await every(conn, SQL["keys"])]


async def revoke_key(conn: Connection, name: str) -> bool:
    """False when no key in use has the name."""
    return await one(conn, SQL["revoke_key"], {"name": name}) is not None


async def create_key(conn: Connection, name: str, role: Role) -> str:
    """A new API key, shown once. Raises ValueError when the name is taken or none."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise ValueError(
            f"name must be 1 to {LONGEST_NAME} printable characters with no space at either end, such as ci-deploy"
        )
    key = f"cs_{secrets.token_urlsafe(32)}"
    if await one(conn, SQL["insert_key"], {"id": new_id(), "name": name, "role": role, "sha": _hash(key)}) is None:
        raise ValueError(f"a key named {name!r} exists already; choose another name")
    return key
