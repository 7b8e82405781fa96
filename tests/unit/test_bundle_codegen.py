"""What the generator writes: the plan's figures, in files that hold together, whatever people wrote."""

from __future__ import annotations

import json
import re
from typing import Any

import hcl2
import pytest
import yaml

from providers.base import CodeRequest
from providers.rulebook.bundle import NothingToBuild, RulebookCodeGen, UnsafePath
from providers.rulebook.bundle.view import FAMILIES
from storage.records.constraints import WorkloadType
from storage.records.plans import Pattern
from tests.bundles import CLOUDS, WORKLOADS, code_request

pytestmark = pytest.mark.anyio

CODEGEN = RulebookCodeGen()
EVERY = pytest.mark.parametrize(("cloud", "workload"), [(cloud, work) for cloud in CLOUDS for work in WORKLOADS])
HOSTILE = '"}\n${file("/etc/passwd")} %{ if 1 } `id` $(id) ${{ secrets.X }} <script>x</script> [a](b) \x1b[31m \'"""'


async def generate(request: CodeRequest) -> dict[str, str]:
    return {path: data.decode() for path, data in (await CODEGEN.generate(request)).items()}


def terraform(files: dict[str, str]) -> str:
    return "\n".join(text for path, text in files.items() if path.endswith(".tf"))


def variables(files: dict[str, str]) -> dict[str, Any]:
    """Name to attributes, as python-hcl2 reads them."""
    blocks = hcl2.loads(files["infra/variables.tf"])["variable"]
    return {name.strip('"'): body for block in blocks for name, body in block.items()}


async def test_the_same_request_gives_the_same_bytes() -> None:
    first, second = await CODEGEN.generate(code_request()), await RulebookCodeGen().generate(code_request())
    assert list(first) == list(second)
    assert first == second


async def test_the_pack_is_known_by_its_content() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", CODEGEN.pack)
    assert RulebookCodeGen().pack == CODEGEN.pack


@EVERY
async def test_every_bundle_has_code_tests_image_pipeline_and_infrastructure(cloud: str, workload: str) -> None:
    files = await generate(code_request(cloud, workload))
    always = {"Dockerfile", "README.md", "plan.json", "ruff.toml", "requirements.txt", "docs/plan.md"}
    infra = {"infra/main.tf", "infra/variables.tf", "infra/outputs.tf", ".github/workflows/ci.yml"}
    assert always | infra <= set(files)
    assert sum(path.startswith("tests/") for path in files) >= 4
    assert all(text.endswith("\n") for text in files.values())


@EVERY
async def test_terraform_uses_every_variable_and_declares_every_one_it_uses(cloud: str, workload: str) -> None:
    files = await generate(code_request(cloud, workload))
    used = set(re.findall(r"\bvar\.([a-z0-9_]+)", files["infra/main.tf"] + files["infra/outputs.tf"]))
    assert used == set(variables(files))


@EVERY
async def test_terraform_refers_only_to_what_it_declares(cloud: str, workload: str) -> None:
    text = terraform(await generate(code_request(cloud, workload)))
    declared = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
    data = {f"data.{kind}.{name}" for kind, name in re.findall(r'^data "(\w+)" "(\w+)"', text, re.MULTILINE)}
    referred = set(re.findall(r"(?<![\w.\"/-])((?:data\.)?(?:aws|google|azurerm|kubernetes)_\w+\.\w+)", text))
    assert referred <= declared | data
    assert declared


@EVERY
async def test_the_plans_limits_reach_the_terraform(cloud: str, workload: str) -> None:
    files = await generate(code_request(cloud, workload))
    read = variables(files)
    assert (read["max_replicas"]["default"], read["monthly_budget_usd"]["default"]) == (6, 4000)
    plan = json.loads(files["plan.json"])
    assert (plan["max_replicas"], plan["monthly_budget_usd"]) == (6, "4000")


async def test_fewer_replicas_than_planned_bind_start_and_minimum_too() -> None:
    files = await generate(code_request(plan={"max_replicas": 1, "min_replicas": 2}))
    read = variables(files)
    assert [read[name]["default"] for name in ("min_replicas", "replicas", "max_replicas")] == [1, 1, 1]


async def test_without_a_stated_budget_the_alarm_is_the_high_estimate() -> None:
    files = await generate(code_request(values={"monthly_budget_usd": None}))
    assert variables(files)["monthly_budget_usd"]["default"] == 1204
    assert "No budget was stated" in files["README.md"]


@pytest.mark.parametrize("public", [True, False])
async def test_the_balancer_is_as_public_as_the_plan(public: bool) -> None:
    text = (await generate(code_request(plan={"public_endpoint": public})))["infra/main.tf"]
    assert re.findall(r"internal +=  *(\w+)", text) == ["false" if public else "true"]


@pytest.mark.parametrize(
    ("sku", "gpus", "image"),
    [
        ("g4dn.xlarge", 1, "gpu/recommended"),
        ("m7g.large", 0, "arm64/recommended"),
        ("m6i.large", 0, "2023/recommended"),
    ],
)
async def test_the_machine_image_fits_the_machine(sku: str, gpus: int, image: str) -> None:
    text = (await generate(code_request(sku=sku, gpus=gpus)))["infra/main.tf"]
    assert f"{image}/image_id" in text
    assert ("resourceRequirements" in text) == (gpus > 0)


async def test_the_framework_decides_what_is_installed() -> None:
    torch, plain = await generate(code_request()), await generate(code_request(values={"model_framework": None}))
    assert torch["requirements-model.txt"] == "torch>=2.2\n"
    assert "requirements-model.txt" not in plain


async def test_gitlab_gets_its_own_pipeline() -> None:
    files = await generate(code_request(values={"ci_cd": "GitLab CI"}))
    assert set(yaml.safe_load(files[".gitlab-ci.yml"])) == {"stages", "test", "terraform", "image"}
    assert ".github/workflows/ci.yml" not in files


@pytest.mark.parametrize("workload", sorted(FAMILIES))
async def test_every_workload_has_a_family_and_says_when_it_is_only_the_nearest(workload: WorkloadType) -> None:
    files = await generate(code_request(workload=workload))
    assert ("nearest family" in files["README.md"]) == (workload not in WORKLOADS)


async def test_what_the_bundle_does_not_build_is_said() -> None:
    patterns = [Pattern(name="Autoscaling", reason="A."), Pattern(name="Canary release", reason="B.")]
    readme = (await generate(code_request(plan={"patterns": patterns})))["README.md"]
    built, left = readme.split("Built here:")[1].split("In the plan, and not or not wholly built here:")
    assert ("**Autoscaling**" in built, "**Canary release**" in built) == (True, False)
    assert "**Canary release**" in left.split("## Try it")[0]


@EVERY
async def test_hostile_words_break_nothing(cloud: str, workload: str) -> None:
    values = {"ci_cd": HOSTILE[:80], "data_residency": HOSTILE[:80], "model_framework": HOSTILE[:80]}
    kind = await generate(code_request(cloud, workload))
    files = await generate(code_request(cloud, workload, project=HOSTILE, summary=HOSTILE, values=values))
    assert [path for path in kind if path.endswith(".py")] == [path for path in files if path.endswith(".py")]
    assert all(kind[path] == text for path, text in files.items() if path.endswith((".py", "Dockerfile", ".toml")))
    for path, text in files.items():
        if path.endswith(".tf"):
            hcl2.loads(text)
            assert "/etc/passwd" not in text
        if path.endswith((".yml", ".yaml")):
            assert "secrets.X" not in str(yaml.safe_load(text))
    assert json.loads(files["plan.json"])["project"] == HOSTILE
    assert "<script>" not in files["README.md"]
    assert "\x1b" not in files["README.md"]


async def test_documents_are_kept_as_they_stand() -> None:
    words = "# Plan\n\n<b>as given</b> {= project =} {% raw %}\n"
    assert (await generate(code_request(documents={"docs/a.md": words})))["docs/a.md"] == words


@pytest.mark.parametrize("path", ["../up.md", "/abs.md", "README.md", "service/app.py", "docs/run.sh", ".git/x.md"])
async def test_a_document_cannot_leave_the_bundle_or_take_the_place_of_code(path: str) -> None:
    with pytest.raises(UnsafePath):
        await CODEGEN.generate(code_request(documents={path: "x"}))


async def test_a_plan_without_machines_is_refused() -> None:
    with pytest.raises(NothingToBuild):
        await CODEGEN.generate(code_request(plan={"resources": []}))
