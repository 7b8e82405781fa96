"""Whether the machines carry what is asked, in time and in memory."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from providers.rulebook.case import Case
from providers.rulebook.counted import plain, requests
from providers.rulebook.critics.objection import Objection, Severity
from providers.rulebook.devices import MEMORY_SHARE as DEVICE_MEMORY_SHARE
from providers.rulebook.devices import on_device
from providers.rulebook.options import lasting
from providers.rulebook.stores import LARGEST_GIB, server_named, store_of
from providers.rulebook.workload import workload_of

LATENCY_SHARE, MEMORY_SHARE, DEADLINE_SHARE = 0.95, 0.85, 0.9
ROUNDED = 0.99


def objections(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        yield Objection("infeasible", "high", "Nothing meets the constraints.", tuple(case.plan.relax))
        return
    if case.serving:
        yield from _too_little(case)
        yield from _latency_margin(case)
        yield from _cold_start(case)
        yield from _store(case)
    yield from _late(case)
    yield from _memory(case)
    yield from _device(case)
    yield from _assumed_size(case)


def _too_little(case: Case) -> Iterator[Objection]:
    chosen, wanted = case.chosen, case.values.throughput_rps
    if chosen is None or chosen.capacity_rps is None or wanted is None or chosen.capacity_rps >= wanted:
        return
    yield Objection(
        "capacity",
        "high",
        "The machines do not carry the peak.",
        (f"{requests(f'{chosen.capacity_rps:,.0f}')} against {wanted:,.0f}",),
        "capacity",
        "Add machines.",
        (chosen.label,),
    )


def _latency_margin(case: Case) -> Iterator[Objection]:
    target = case.values.latency_p95_ms
    if target is None:
        return
    tight = [
        item
        for item in case.plan.candidates
        if item.latency_p95_ms is not None and item.latency_p95_ms > target * LATENCY_SHARE
    ]
    chosen = next((item for item in tight if item.chosen), None)
    if chosen is None or chosen.latency_p95_ms is None:
        return
    over = chosen.latency_p95_ms > target
    yield Objection(
        "latency",
        "high" if over else "medium",
        "The latency target would be missed." if over else "The latency target leaves no margin.",
        (f"p95 {plain(chosen.latency_p95_ms)} ms estimated, {plain(target)} ms required",),
        "p95",
        "Choose a faster accelerator.",
        tuple(item.label for item in tight),
    )


def _cold_start(case: Case) -> Iterator[Objection]:
    target = case.values.latency_p95_ms
    if case.plan.min_replicas or target is None:
        return
    yield Objection(
        "cold start",
        "high" if target < 1000 else "medium",
        "The first request after an idle hour waits for a machine to start.",
        ("minimum of 0 machines", f"p95 target {plain(target)} ms"),
        counter_proposal="Keep one machine running.",
    )


def _memory(case: Case) -> Iterator[Objection]:
    if case.weights is None:
        return
    needed, there = case.weights
    if needed <= there * MEMORY_SHARE:
        return
    severity: Severity = "high" if needed > there else "medium"
    evidence = (f"weights need {needed:,.0f} GiB, the machine has {there:,.0f} GiB",)
    avoid = (case.chosen.label,) if case.chosen and severity == "high" else ()
    yield Objection("memory", severity, "The model leaves little memory for requests.", evidence, "memory", None, avoid)


def _store(case: Case) -> Iterator[Objection]:
    database, store = case.database, store_of(workload_of(case.values))
    if database is None or store is None:
        return
    if store.larger_than_any:
        evidence = (f"{ceil(store.vcpus):,} vCPUs and {store.gib:,.0f} GiB; the largest has {LARGEST_GIB:,.0f} GiB",)
        counter = "Split it over several, or take a store that is made to be."
        yield Objection("store size", "medium", "No single database server carries the store.", evidence, "", counter)
    server = server_named(database.sku)
    vcpus = server.steady if server and server.steady < server.vcpus else database.vcpus
    if vcpus < store.vcpus or database.memory_gib < store.gib * ROUNDED:
        needs = f"{plain(store.lookups)} lookups a second and {store.disk_gb:,.0f} GB take {store.vcpus:,.1f} vCPUs"
        evidence = (f"{needs} and {store.gib:,.0f} GiB, planned are {plain(vcpus)} and {database.memory_gib:,.0f} GiB",)
        yield Objection("store", "high", "The database does not carry the store.", evidence, "", "Take a larger one.")


def _late(case: Case) -> Iterator[Objection]:
    """A run that has no time left to be started again."""
    hours, deadline = case.chosen.run_hours if case.chosen else None, case.values.deadline_hours
    if hours is None or not deadline or hours <= deadline * DEADLINE_SHARE:
        return
    spot = case.machine is not None and case.machine.purchase == "spot"
    taken = ("what a reclaimed machine did since its last checkpoint is done again",) if spot else ()
    evidence = (f"{lasting(hours)} of {plain(deadline)} hours", *taken)
    counter = "Add a machine, or allow a run more time."
    yield Objection("deadline", "medium" if spot else "low", "A run hardly fits its deadline.", evidence, "", counter)


def _device(case: Case) -> Iterator[Objection]:
    if case.plan.workload_type != "edge":
        return
    found = on_device(workload_of(case.values))
    if found.device is None:
        return
    free = found.device.memory_gib * DEVICE_MEMORY_SHARE
    evidence = (found.words, f"{found.needed_gib:,.2f} GiB in INT8, {free:,.1f} GiB free on a {found.device.name}")
    if not found.keeps:
        claim = "No device that is known runs the model as asked."
        yield Objection(
            "device", "high", claim, evidence, "", "Take a smaller model, fewer bits or fewer frames a second."
        )
    elif case.values.latency_p95_ms and found.milliseconds > case.values.latency_p95_ms * LATENCY_SHARE:
        yield Objection(
            "device", "medium", "The time for a frame leaves no margin.", evidence, "", "Take a faster device."
        )


def _assumed_size(case: Case) -> Iterator[Objection]:
    if said := workload_of(case.values).assumed.get("model_size_params"):
        claim = "The size of the model is assumed; everything scales with it."
        yield Objection("size", "low", claim, (said,), counter_proposal="State it.")
