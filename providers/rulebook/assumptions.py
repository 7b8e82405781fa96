"""What a plan takes for granted, in sentences: sizes that nobody stated, what is not priced, what is accepted."""

from __future__ import annotations

from decimal import Decimal

from providers.rulebook.catalogue import SCALING, Catalogue
from providers.rulebook.costing import runs_assumed
from providers.rulebook.devices import DEVICES, UNMEASURED, model_gb, on_device
from providers.rulebook.money import dollars
from providers.rulebook.options import RISK_WORDS, Option, ruled_out
from providers.rulebook.services import EXPOSABLE, KUBERNETES, faces_internet
from storage.records.constraints import SENSITIVE
from storage.records.names import name_of

_MANAGED = frozenset(
    {"sagemaker", "vertex", "vertex ai", "azureml", "azure ml", "databricks", "ecs", "lambda", "batch", "cloud_run"}
    | {"container_apps", "step_functions"}
)


def named(orchestrator: str) -> str:
    name = name_of(orchestrator)
    return orchestrator.replace("_", " ").capitalize() if name == orchestrator else name


def risks_of(chosen: Option, catalogue: Catalogue) -> list[str]:
    found = [RISK_WORDS[name] for name in chosen.risks]
    return [*found, UNMEASURED] if catalogue.workload.type == "edge" else found


def assumptions(catalogue: Catalogue, chosen: Option, avoid: frozenset[str]) -> list[str]:
    found = sizing(catalogue, chosen)
    if more := _sold_in_larger_pieces(catalogue, chosen):
        found.append(more)
    if unpriced := [cloud for cloud in catalogue.values.cloud or () if not _has_figures(cloud, catalogue)]:
        found.append(f"Not considered, because the price book has no figures for it: {', '.join(unpriced)}.")
    if said := _private(catalogue):
        found.append(said)
    if said := _orchestrator(catalogue.values.orchestrator):
        found.append(said)
    if said := _not_spot(catalogue, chosen):
        found.append(said)
    if risks := risks_of(chosen, catalogue):
        found.append(f"Accepted within these constraints: {'; '.join(risks)}.")
    if ruled_out(chosen, avoid):
        found.append("The critics ruled out every option that meets the constraints; the best of them stands.")
    return found


def _private(catalogue: Catalogue) -> str:
    """Where nothing but a missing word keeps the endpoint from the internet."""
    kind, said = catalogue.workload.type, catalogue.values.data_sensitivity
    if kind not in EXPOSABLE or said in SENSITIVE or faces_internet(catalogue.workload, catalogue.values):
        return ""
    return "The endpoint is private, and callers run in the same network; it is public where the data are stated to be."


def _orchestrator(stated: str | None) -> str:
    """What a stated orchestrator costs, where the bill has nothing of it."""
    if stated is None or stated.lower() in KUBERNETES:
        return ""
    if stated.lower() in _MANAGED:
        return f"Priced as plain machines: what {named(stated)} adds is not in the price book."
    return f"{named(stated)} is taken to run already: neither its servers nor a managed service for it are priced."


def _not_spot(catalogue: Catalogue, chosen: Option) -> str:
    """Why machines were bought on demand though spot is accepted."""
    if not catalogue.values.spot_ok or chosen.purchase == "spot":
        return ""
    machine = chosen.machine
    if machine.spot is None:
        return f"On demand though spot is accepted: no spot price of {machine.type} is known there."
    if not chosen.serving:
        return "On demand though spot is accepted: no spot machine there is cheaper."
    saved = (chosen.compute or Decimal(0)) - machine.spot * chosen.hours * chosen.count
    if saved <= 0:
        return "On demand though spot is accepted: spot is no cheaper there."
    return f"On demand though spot is accepted, which would save {dollars(saved)}: {RISK_WORDS['spot']}, all at once."


def sizing(catalogue: Catalogue, option: Option | None) -> list[str]:
    """What sizes the workload, whatever is chosen."""
    workload = catalogue.workload
    found = list(workload.assumptions)
    if workload.type == "edge":
        fetched = f"{DEVICES} devices fetch one release of {model_gb(workload):,.2f} GB a month"
        found += [
            on_device(workload).words,
            f"Devices are not priced, and inference costs nothing in the cloud; {fetched}.",
        ]
    if option is not None and not option.serving:
        found.append(runs_assumed(option, workload))
        if option.count > 1:
            found.append(f"{option.count} machines together do {SCALING:.0%} of what each would do alone.")
    answer = option.capacity.answer_seconds if option and option.serving and option.capacity else None
    if answer is not None:
        whole = f"A whole answer of {workload.tokens_out} tokens takes about {answer:,.1f} s"
        found.append(f"{whole} when the machines carry all they are sized for.")
    return found


def _sold_in_larger_pieces(catalogue: Catalogue, chosen: Option) -> str:
    machine, stated = chosen.machine, catalogue.values.gpu_count
    planned = chosen.count * machine.accelerators
    if stated is None or planned <= stated:
        return ""
    place = f"{machine.cloud} {machine.region}"
    return f"{planned} × {machine.accelerator} instead of {stated}: {place} sells them by {machine.accelerators}."


def _has_figures(cloud: str, catalogue: Catalogue) -> bool:
    return any(cloud == name for name, _ in catalogue.book.regions)
