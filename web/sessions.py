"""Session cookies: the token of a row, signed with the secret that every machine shares, never who or which role."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from storage.access import SESSION_DAYS

COOKIE = "countersign_session"
SECONDS = SESSION_DAYS * 86_400


@dataclass(frozen=True, slots=True)
class Sessions:
    secret: bytes

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="countersign.session")

    def sign(self, token: str) -> str:
        return self._signer.dumps(token)

    def read(self, cookie: str) -> str | None:
        """The token; None when the cookie was not signed here, too long ago, or before tokens were in it."""
        try:
            token = self._signer.loads(cookie, max_age=SECONDS)
        except BadData:
            return None
        return token if isinstance(token, str) else None
