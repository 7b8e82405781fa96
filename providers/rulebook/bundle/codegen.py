"""Renders the bundle. Python files are the same for every plan: people's values reach code through plan.json alone."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict

import jinja2

from providers.base import CodeRequest
from providers.rulebook.bundle.archive import UnsafePath, safe_path
from providers.rulebook.bundle.built import TEMPLATES, not_built
from providers.rulebook.bundle.escape import hcl, markdown
from providers.rulebook.bundle.manifest import TERRAFORM_VARIABLES, templates_for
from providers.rulebook.bundle.view import NATIVE_TYPES, BundleView, NothingToBuild, view_of
from storage.records.ids import Sha256
from storage.records.plans import Plan

__all__ = ["NothingToBuild", "RulebookCodeGen"]

_CPU_TARGET = 60
_ATTEMPTS = 5
_GCP_ROLES = ("roles/artifactregistry.reader", "roles/logging.logWriter", "roles/monitoring.metricWriter")
_GCP_SERVICE_ROLES = ("roles/storage.objectViewer",)
_GCP_JOB_ROLES = (
    "roles/batch.agentReporter",
    "roles/batch.jobsEditor",
    "roles/storage.objectUser",
)


class RulebookCodeGen:
    """Deterministic: the same request gives the same bytes. `pack` covers every template."""

    name = "rulebook"
    model = "rulebook"

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            undefined=jinja2.StrictUndefined,
            variable_start_string="{=",
            variable_end_string="=}",
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - the files are not HTML; people's text goes through hcl or markdown
        )
        self._environment.filters |= {"hcl": hcl, "markdown": markdown}
        self.pack = _pack()

    def not_built(self, plan: Plan) -> list[str]:
        return [pattern.name for pattern in not_built(plan)]

    async def generate(self, request: CodeRequest) -> dict[str, bytes]:
        """File contents by relative path. Raises NothingToBuild for a plan without machines, UnsafePath for a document
        that leaves the bundle or takes the place of code."""
        return await asyncio.to_thread(self._generate, request)

    def _generate(self, request: CodeRequest) -> dict[str, bytes]:
        view = view_of(request)
        values = {
            **{name: getattr(view, name) for name in BundleView.__dataclass_fields__},
            "service": view.service,
            "tag_width": view.tag_width,
            "facts": view.facts,
            "built": view.built,
            "left": view.left,
            "native_types": NATIVE_TYPES,
            "model_input": view.family != "training",
            "aws_image": "gpu/" if view.gpus else "arm64/" if view.arm else "",
            "cpu_target": _CPU_TARGET,
            "attempts": _ATTEMPTS,
            "gcp_roles": [*_GCP_ROLES, *(_GCP_SERVICE_ROLES if view.service else _GCP_JOB_ROLES)],
            "extra_variables": TERRAFORM_VARIABLES[view.cloud, view.service],
        }
        files = {
            path: self._environment.get_template(f"{template}.j2").render(values).encode()
            for path, template in templates_for(view).items()
        }
        files["plan.json"] = _plan_json(view)
        for path, text in request.documents.items():
            if str(safe_path(path)) in files or not path.endswith(".md"):
                raise UnsafePath(f"{path!r} cannot be a document of the bundle")
            files[path] = text.encode()
        return dict(sorted(files.items()))


def _plan_json(view: BundleView) -> bytes:
    kept = ("project", "workload_type", "cloud", "region", "sku", "spot", "min_replicas", "replicas", "max_replicas")
    values = asdict(view)
    data = {name: values[name] for name in (*kept, "zones", "latency_p95_ms", "throughput_rps")}
    return (json.dumps({**data, "monthly_budget_usd": view.budget_usd}, indent=2, ensure_ascii=True) + "\n").encode()


def _pack() -> Sha256:
    digest = hashlib.sha256()
    for path in sorted(TEMPLATES.rglob("*.j2")):
        digest.update(f"{path.relative_to(TEMPLATES)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return Sha256(digest.hexdigest())
