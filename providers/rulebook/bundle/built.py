"""What the generated code does of a plan, and what its Terraform encrypts: read from the templates themselves."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from storage.records.plans import Pattern, Plan

Family = Literal["realtime", "batch", "training"]

TEMPLATES = Path(__file__).parent / "templates"
FAMILIES: dict[str, Family] = {
    "realtime_inference": "realtime",
    "streaming_inference": "realtime",
    "rag": "realtime",
    "feature_store": "realtime",
    "edge": "realtime",
    "batch_inference": "batch",
    "data_pipeline": "batch",
    "training": "training",
    "fine_tuning": "training",
}
_JOB_PATTERNS = frozenset({"Checkpointing", "Spot with checkpointing"})
_BUILT: dict[Family, frozenset[str]] = {
    "realtime": frozenset({"Real-time serving", "Autoscaling", "Multi-zone", "Audit logging"}),
    "batch": _JOB_PATTERNS,
    "training": _JOB_PATTERNS,
}
_ENCRYPTING: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("aws", "service"): (("aws_common", r"\bencrypted\s+= true"), ("aws_common", r"\bkms_key_id\s+= aws_kms_key")),
    ("aws", "job"): (("aws_common", r"\bencrypted\s+= true"), ("aws_common", r"\bkms_key_id\s+= aws_kms_key")),
    ("gcp", "service"): (("gcp_service", r"\bdisk_encryption_key \{"),),
    ("azure", "service"): (("azure_service", r"\bencryption_at_host_enabled\s+= true"),),
    ("azure", "job"): (("azure_job", r'\bdisk_encryption_target = "OsDisk"'),),
    ("gcp", "job"): (),
}
"""The settings, by Terraform template, that encrypt the machines' disks and logs. Google Cloud encrypts the disks of a
batch job and all logs without one (docs: "Default encryption at rest"). Nothing is known of machines on premises."""


def built_names(workload_type: str, cloud: str) -> frozenset[str]:
    """The names of the patterns that a bundle for this workload has."""
    family = FAMILIES[workload_type]
    names = _BUILT[family] | {"CI/CD"}
    if cloud == "onprem":
        return names - {"Multi-zone"}
    return names | {"Private networking"} | ({"Encryption at rest"} if encrypts(workload_type, cloud) else frozenset())


def not_built(plan: Plan) -> list[Pattern]:
    """The plan's patterns that its bundle has not, or not wholly."""
    machine = next((item for item in plan.resources if item.kind == "compute"), None)
    if machine is None:
        return []
    names = built_names(plan.workload_type, machine.cloud)
    return [pattern for pattern in plan.patterns if pattern.name not in names]


@cache
def encrypts(workload_type: str, cloud: str) -> bool:
    """Whether the Terraform for it has every setting that encrypts data at rest."""
    kind = "service" if FAMILIES[workload_type] == "realtime" else "job"
    settings = _ENCRYPTING.get((cloud, kind))
    return settings is not None and all(re.search(setting, _terraform(name)) for name, setting in settings)


@cache
def _terraform(name: str) -> str:
    return (TEMPLATES / "terraform" / f"{name}.tf.j2").read_text()
