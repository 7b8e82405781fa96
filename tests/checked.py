"""A generated bundle and the sandbox that it is checked in."""

from __future__ import annotations

import pytest

from infra.sandbox import Sandbox
from providers.rulebook.bundle import RulebookCodeGen
from storage.records.plans import Check, Validation
from tests.bundles import code_request

NONE = Sandbox("none", "no namespaces here")
CODEGEN = RulebookCodeGen()


@pytest.fixture(scope="module")
def detected() -> Sandbox:
    """The one that the product takes on this machine."""
    found = Sandbox.detect()
    if found.name == "none":
        pytest.skip(f"no sandbox on this machine: {found.reason}")
    return found


@pytest.fixture
async def bundle() -> dict[str, bytes]:
    return await CODEGEN.generate(code_request("gcp", "training"))


def named(validation: Validation, tool: str) -> Check:
    return next(check for check in validation.checks if check.tool == tool)
