"""What may fail, be taken back or leak."""

from __future__ import annotations

from collections.abc import Iterator

from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.case import Case
from providers.rulebook.counted import plain, requests
from providers.rulebook.critics.objection import Objection, Severity
from providers.rulebook.options import SPOT
from providers.rulebook.stores import PROMISED
from storage.records.constraints import SENSITIVE


def objections(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        return
    if case.serving:
        yield from _zones(case)
        yield from _spot_serving(case)
        yield from _database(case)
    yield from _sensitive(case)
    machine = case.machine
    if machine is not None and (chip := ACCELERATORS.get(machine.accelerator)) and chip.retired:
        label = (case.chosen.label,) if case.chosen and case.values.gpu_type is None else ()
        yield Objection(
            "retired", "medium", f"{chip.name} is being withdrawn by the clouds.", (machine.sku,), avoid=label
        )
    patterns = {pattern.name for pattern in case.plan.patterns}
    if machine is not None and machine.purchase == "spot" and not case.serving and not _restartable(patterns):
        claim = "A reclaimed spot machine would lose the run."
        yield Objection("checkpoint", "high", claim, ("no checkpointing",), "", "Add checkpointing.")


def _restartable(patterns: set[str]) -> bool:
    return bool(patterns & {"Spot with checkpointing", "Checkpointing"})


def _zones(case: Case) -> Iterator[Objection]:
    slo = case.values.availability_slo
    if case.machine is None:
        return
    if case.plan.zones == 1:
        severity: Severity = "high" if slo is not None and slo > 99.5 else "medium"
        wanted = f"availability {plain(slo)} %" if slo is not None else "no availability is stated"
        counter = "Spread the machines over two zones."
        yield Objection(
            "zone", severity, "The loss of its one zone stops the service.", ("1 zone", wanted), "", counter
        )
        return
    peak, left = case.values.throughput_rps, case.without_zone
    if peak is None or left is None:
        return
    if left < peak:
        evidence = (f"{requests(f'{left:,.0f}')} without one zone, {peak:,.0f} at the peak",)
        yield Objection(
            "partial",
            "low",
            "Without one zone the peak is not carried.",
            evidence,
            "capacity without a zone",
            "Add a machine.",
        )


def _spot_serving(case: Case) -> Iterator[Objection]:
    if case.machine is None or case.machine.purchase != "spot":
        return
    slo = case.values.availability_slo
    evidence = (f"availability {plain(slo)} %" if slo else "no availability is stated",)
    severity: Severity = "high" if slo else "medium"
    claim = "People wait for machines that can be taken back."
    yield Objection("spot", severity, claim, evidence, "", "Buy on demand.", (SPOT,))


def _database(case: Case) -> Iterator[Objection]:
    database, slo = case.database, case.values.availability_slo
    promised = PROMISED.get(database.cloud) if database else None
    if database is None or slo is None or promised is None or slo <= promised:
        return
    evidence = (f"{plain(promised)} % a month with a standby on {database.cloud}, {plain(slo)} % is required",)
    counter = "Answer from the machines' memory while it fails over."
    yield Objection("promise", "medium", "The database is promised less than is asked.", evidence, "", counter)


def _sensitive(case: Case) -> Iterator[Objection]:
    kind = case.values.data_sensitivity
    if kind not in SENSITIVE:
        return
    if case.plan.public_endpoint:
        claim = f"{kind} data would be reachable from the internet."
        yield Objection("exposed", "high", claim, ("public endpoint",), "", "Use a private network.")
    if not case.plan.encrypted:
        yield Objection(
            "unencrypted", "high", f"{kind} data would lie unencrypted.", ("not encrypted",), "", "Encrypt at rest."
        )
    if case.values.data_residency is None and case.values.regions is None:
        claim = f"Nobody said where {kind} data may lie."
        where = ", ".join(sorted({item.region for item in case.plan.resources}))
        yield Objection("residency", "low", claim, (f"planned in {where}",), "", "State the residency.")
