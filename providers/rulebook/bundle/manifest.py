"""Which template becomes which file."""

from __future__ import annotations

from dataclasses import dataclass

from providers.rulebook.bundle.built import Family
from providers.rulebook.bundle.view import BundleView


@dataclass(frozen=True, slots=True)
class Variable:
    """A Terraform variable that only some clouds need. `default` is HCL; without one it must be given."""

    name: str
    type: str
    description: str
    default: str | None = None


_COMMON = {
    "README.md": "common/README.md",
    "Dockerfile": "common/Dockerfile",
    ".dockerignore": "common/dockerignore",
    "pytest.ini": "common/pytest.ini",
    "requirements.txt": "common/requirements.txt",
    "requirements-dev.txt": "common/requirements-dev.txt",
    "ruff.toml": "common/ruff.toml",
    "tests/test_model_file.py": "common/test_model_file.py",
    "tests/test_plan.py": "common/test_plan.py",
    "tests/test_store.py": "common/test_store.py",
    "infra/variables.tf": "terraform/variables.tf",
}
_PACKAGE = {
    "__init__.py": "common/init.py",
    "model_file.py": "common/model_file.py",
    "store.py": "common/store.py",
}
_FAMILY: dict[Family, dict[str, str]] = {
    "realtime": {
        "service/app.py": "realtime/app.py",
        "service/audit.py": "realtime/audit.py",
        "service/latency.py": "realtime/latency.py",
        "service/loaders.py": "realtime/loaders.py",
        "service/plan.py": "realtime/plan.py",
        "tests/test_audit.py": "realtime/test_audit.py",
        "tests/test_latency.py": "realtime/test_latency.py",
        "tests/test_loaders.py": "realtime/test_loaders.py",
        "tests/test_service.py": "realtime/test_service.py",
        "examples/model.json": "common/example_model.json",
        "examples/request.json": "common/example_request.json",
    },
    "batch": {
        "job/__main__.py": "batch/main.py",
        "job/scoring.py": "batch/scoring.py",
        "tests/test_scoring.py": "batch/test_scoring.py",
        "examples/model.json": "common/example_model.json",
        "examples/input.jsonl": "common/example_input.jsonl",
    },
    "training": {
        "training/__main__.py": "training/main.py",
        "training/data.py": "training/data.py",
        "training/loop.py": "training/loop.py",
        "tests/test_loop.py": "training/test_loop.py",
        "tests/test_command.py": "training/test_command.py",
        "examples/data.jsonl": "common/example_data.jsonl",
    },
}
_CI = {
    "github": (".github/workflows/ci.yml", "common/github_ci.yml"),
    "gitlab": (".gitlab-ci.yml", "common/gitlab_ci.yml"),
}

_INPUT = Variable("input_uri", "string", "Where the input is; see README.md.")
_OUTPUT = Variable("output_uri", "string", "The folder or prefix to write to; see README.md.")
_VPC = (
    Variable("vpc_id", "string", "The network to run in."),
    Variable("subnet_ids", "list(string)", "Private subnets for the machines, one a zone."),
)
_GOOGLE = (
    Variable("google_project", "string", "The Google Cloud project."),
    Variable("billing_account", "string", "The billing account that the budget alarm watches."),
    Variable("network", "string", "The network to run in."),
    Variable("subnetwork", "string", "Its subnetwork in the region."),
)
_AZURE = (
    Variable("subscription_id", "string", "The subscription to run in."),
    Variable("subnet_id", "string", "The subnet for the machines."),
    Variable("registry_id", "string", "The container registry's resource id."),
    Variable("storage_account_id", "string", "The resource id of the storage account with models and data."),
    Variable("budget_start", "string", "The first day of this month, such as 2026-01-01T00:00:00Z."),
)
_KUBECONFIG = Variable("kubeconfig", "string", "Path of the cluster's configuration; the region names its context.")
_CIDRS = Variable("allowed_cidrs", "list(string)", "Who may call the service.", '["10.0.0.0/8"]')
TERRAFORM_VARIABLES: dict[tuple[str, bool], tuple[Variable, ...]] = {
    ("aws", True): (
        *_VPC,
        Variable("balancer_subnet_ids", "list(string)", "Subnets for the load balancer, in two zones at least."),
        Variable("access_log_bucket", "string", "The S3 bucket for the load balancer's access log."),
        Variable("certificate_arn", "string", "The ACM certificate of the service's name."),
        _CIDRS,
    ),
    ("aws", False): (*_VPC, _INPUT, _OUTPUT),
    ("gcp", True): (
        *_GOOGLE,
        Variable("zones", "list(string)", "Zones of the region that offer the machine."),
        Variable("certificate", "string", "The id of the SSL certificate of the service's name."),
        _CIDRS,
    ),
    ("gcp", False): (*_GOOGLE, _INPUT, _OUTPUT),
    ("azure", True): (
        *_AZURE,
        Variable("zones", "list(string)", "Availability zones to spread over.", '["1", "2"]'),
        Variable("ssh_public_key", "string", "For the machines' operator; Azure asks for one."),
        _CIDRS,
    ),
    ("azure", False): (*_AZURE, _INPUT, _OUTPUT),
    ("onprem", True): (_KUBECONFIG,),
    ("onprem", False): (
        _KUBECONFIG,
        _INPUT,
        _OUTPUT,
        Variable("run", "bool", "Set it to true to run the job once.", "false"),
    ),
}


def templates_for(view: BundleView) -> dict[str, str]:
    """Template names, without their suffix, by path in the bundle."""
    kind = "service" if view.service else "job"
    files = _COMMON | _FAMILY[view.family]
    files |= {f"{view.package}/{name}": template for name, template in _PACKAGE.items()}
    files |= {
        "infra/main.tf": f"terraform/{view.cloud}_{kind}.tf",
        "infra/outputs.tf": f"terraform/{view.cloud}_{kind}_outputs.tf",
    }
    if view.service and view.cloud in ("gcp", "azure"):
        files["infra/cloud-init.yaml"] = f"terraform/{view.cloud}_cloud_init.yaml"
    path, template = _CI[view.ci]
    files[path] = template
    if view.model_requirements:
        files["requirements-model.txt"] = "common/requirements-model.txt"
    return files
