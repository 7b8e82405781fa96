"""What the generated code does of a plan, and what the plan may therefore say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.policies import PolicyBundle, evaluate
from providers.pricing import PriceBook
from providers.rulebook.bundle import RulebookCodeGen, built
from tests.bundles import code_request
from tests.unit.planning.plans import Planning

pytestmark = pytest.mark.anyio


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy that may be changed."""
    shutil.copytree(built.TEMPLATES, tmp_path / "templates")
    monkeypatch.setattr(built, "TEMPLATES", tmp_path / "templates")
    for cached in (built.encrypts, built._terraform):
        cached.cache_clear()
    yield tmp_path / "templates"
    monkeypatch.undo()
    for cached in (built.encrypts, built._terraform):
        cached.cache_clear()


@pytest.mark.parametrize("cloud", ["aws", "gcp", "azure"])
@pytest.mark.parametrize("workload", ["realtime_inference", "batch_inference", "training"])
def test_every_cloud_encrypts(cloud: str, workload: str) -> None:
    assert built.encrypts(workload, cloud)


def test_nobody_knows_about_machines_on_premises() -> None:
    assert not built.encrypts("realtime_inference", "onprem")


def test_a_plan_is_as_encrypted_as_its_terraform(templates: Path) -> None:
    """Without the setting, sensitive data may not be planned there."""
    disk = templates / "terraform" / "aws_common.tf.j2"
    disk.write_text(disk.read_text().replace("encrypted   = true", "encrypted   = false"))
    values, proposal = Planning(PriceBook.load()).fraud(cloud=["aws"])
    assert not proposal.plan.encrypted
    assert "Encryption at rest" not in {pattern.name for pattern in proposal.plan.patterns}
    report = evaluate(PolicyBundle.load(), values, proposal.plan, proposal.cost)
    assert {item.id for item in report.results if item.outcome == "fail"} == {"sensitive-encryption"}


async def test_audit_logging_is_built_for_a_service_with_a_test_of_its_own() -> None:
    files = await RulebookCodeGen().generate(code_request("aws", "realtime_inference"))
    assert "app.add_middleware(AuditLog)" in files["service/app.py"].decode()
    assert "tests/test_audit.py" in files
    _, proposal = Planning(PriceBook.load()).fraud()
    left = {pattern.name for pattern in built.not_built(proposal.plan)}
    assert "Audit logging" in {pattern.name for pattern in proposal.plan.patterns} - left
    assert {"Alerting", "Model registry"} <= left


def test_a_job_does_not_claim_an_audit_log() -> None:
    _, proposal = Planning(PriceBook.load()).of(workload_type="batch_inference", data_sensitivity="pii", cloud=["aws"])
    assert "Audit logging" in RulebookCodeGen().not_built(proposal.plan)
