"""What every request may use: built once by the composition root, passed down."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from infra.metrics import WebMetrics
from providers.inputs import VersionedInputs
from storage.artifacts import ArtifactStore
from storage.postgres import Pool
from web.hub import Hub
from web.readiness import Readiness
from web.sessions import Sessions
from web.templating import Templates
from web.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Console:
    """`base_url` is where a browser finds the console, without a closing slash; `models` are those that are asked, the
    fallbacks after the first; `quarantine` holds the answers of models that did not fit their schema."""

    pool: Pool
    hub: Hub
    readiness: Readiness
    metrics: WebMetrics
    templates: Templates
    sessions: Sessions
    artifacts: ArtifactStore
    quarantine: ArtifactStore
    what_if: WhatIf
    bootstrap_key: str | None
    models: tuple[str, ...]
    base_url: str

    @property
    def inputs(self) -> VersionedInputs:
        """The price book and the policy bundle in force."""
        return self.what_if.inputs

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https:")


def console_of(request: Request) -> Console:
    return request.app.state.console
