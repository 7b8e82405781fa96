"""Why a policy bundle was not taken into use."""

from __future__ import annotations

from storage.records.errors import DomainError


class PolicyBundleRefused(DomainError):
    """The policy bundle is not valid; the one in use stays."""

    code, status = "policy-bundle-refused", 422

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{file}:{line}: {reason}")
