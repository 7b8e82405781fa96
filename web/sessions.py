"""Session cookies: who signed in, signed with the secret that every machine shares, never the role itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, ValidationError

from storage import access
from storage.access import Principal
from storage.postgres import Connection
from storage.records.ids import UserId

COOKIE = "countersign_session"
DAYS = 14


class Session(BaseModel):
    """A person, or an API key by its SHA-256 (hex). Both are looked up again on each request, so that a revoked key or
    a changed role holds at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: UserId | None = None
    key_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    secret: bytes

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="countersign.session")

    def sign(self, session: Session) -> str:
        return self._signer.dumps(session.model_dump(exclude_none=True))

    def read(self, cookie: str) -> Session | None:
        """None when the cookie was not signed here, or too long ago."""
        try:
            return Session.model_validate(self._signer.loads(cookie, max_age=DAYS * 86_400))
        except (BadData, ValidationError):
            return None


def key_session(key: str) -> Session:
    return Session(key_sha256=hashlib.sha256(key.encode()).hexdigest())


async def principal_of(conn: Connection, session: Session, bootstrap_key: str | None) -> Principal | None:
    """Who the session stands for today; None when the person or the key is gone."""
    if session.user is not None:
        return await access.person(conn, session.user)
    if session.key_sha256 is not None:
        return await access.principal_for_digest(conn, bytes.fromhex(session.key_sha256), bootstrap_key)
    return None
