"""What stands around the machines: load balancer, storage, registry, logs, network, queue, database, cluster.

Quantities rest on assumptions, all a month:
- The average load is half the peak. An answer has 2 KB, 4 KB of text from a generative model, and leaves the cloud only
  where the endpoint is public: what calls a private service, a feature store or a stream's consumer runs beside it.
- A request writes 0.5 KB of logs, up to 50 requests a second on average; above that a sample is logged, so that the
  volume stays. An audit line has 0.2 KB and is never left out. A run of a job writes 0.1 GB.
- An event of a stream has 1 KB. One in ten requests opens a connection, and one load balancer capacity unit takes 25 of
  them a second (AWS, "Application Load Balancer pricing").
- 50 GB of disk a machine, for a neural network 100 GB or 60 GB and its weights with a fifth over (a quarter of the
  month for a job), 10 kept versions of a model, 5 GB of images; backups take
  the room of what they back up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Literal

from providers.pricing import HOURS_A_MONTH, Figure, PriceBook
from providers.rulebook.capacity import WEIGHT_OVERHEAD
from providers.rulebook.devices import DEVICES, TELEMETRY_GB, model_gb
from providers.rulebook.money import cents
from providers.rulebook.stores import GIB, Store, server_named, sold_apart, store_of
from providers.rulebook.workload import RECORD_BYTES, Workload
from storage.records.constraints import SENSITIVE, ConstraintValues

Scale = Literal["fixed", "zone", "machine", "standby"]
Swing = Literal["steady", "traffic", "machines"]

SECONDS_A_MONTH = 730 * 3600
AVERAGE_LOAD = 0.5
DISK_GB, NETWORK_DISK_GB, RUNTIME_GB = 50, 100, 60
JOB_DISK_SHARE, KEPT_VERSIONS, IMAGES_GB = 0.25, 10, 5
LOG_KB, LOGGED_A_SECOND, AUDIT_KB, JOB_LOG_GB = 0.5, 50.0, 0.2, 0.1
REQUEST_LOGS, AUDIT_LOGS = "Request logs", "Request and audit logs"
EXPOSABLE = frozenset({"realtime_inference", "rag"})
"""What people or systems elsewhere may call."""
KUBERNETES = frozenset({"kubernetes", "k8s", "eks", "gke", "aks", "kubeflow", "kserve", "seldon", "ray", "knative"})

OTHERS = ("aws", "gcp", "azure")
BACKUPS_INCLUDED = frozenset({"aws", "azure"})
"""Backups up to the size of the disk cost nothing (AWS RDS and Azure Database for PostgreSQL, pricing pages)."""


_UNITS = {"_gb_month": "GB-month", "registry": "GB-month", "_hour": "hour", "_unit": "LCU-hour"}


@dataclass(frozen=True, slots=True)
class Need:
    """`quantity` is per zone or machine where the scale says so, in the unit the item's name ends with; `standby` is
    once more for a second zone. `swing` says what moves it between the low and the high estimate. `store` is what a
    database has to carry."""

    kind: str
    item: str
    words: str
    scale: Scale
    quantity: float
    swing: Swing = "steady"
    store: Store | None = None

    @property
    def unit(self) -> str:
        """What it is counted in where no price says otherwise."""
        return next((unit for ending, unit in _UNITS.items() if self.item.endswith(ending)), "GB")


@dataclass(frozen=True, slots=True)
class Service:
    """A need and its price in one region; `figure` is None where the book has none, and `reserve` is then the dearest
    figure for the same thing in another cloud, a month. `vcpus` and `gib` are the size of one database server, or what
    it has to have where none is known that has it."""

    need: Need
    figure: Figure | None
    quantity: Decimal
    reserve: Decimal = Decimal(0)
    vcpus: int = 0
    gib: float = 0

    def usd(self, zones: int, machines: int) -> Decimal:
        if self.figure is None:
            return Decimal(0)
        return cents(self.quantity * self.times(zones, machines) * self.figure.usd)

    def times(self, zones: int, machines: int) -> int:
        match self.need.scale:
            case "fixed":
                return 1
            case "zone":
                return zones
            case "machine":
                return machines
            case "standby":
                return min(zones, 2)


def needs_of(workload: Workload, values: ConstraintValues) -> tuple[Need, ...]:
    weights_gb = max(1.0, workload.params * 2 / 1e9)
    stored = weights_gb * KEPT_VERSIONS + workload.dataset_gb
    hours = float(HOURS_A_MONTH)
    disk = disk_gb(workload) * (1 if workload.family == "serving" else JOB_DISK_SHARE)
    needs = [
        Need("storage", "storage_gb_month", "Model versions and data", "fixed", stored),
        Need("registry", "registry", "Container images", "fixed", IMAGES_GB),
        Need("compute", "disk_gb_month", "Machine disks", "machine", disk, "machines"),
    ]
    if workload.family == "serving":
        needs += _serving(workload, values)
    else:
        needs.append(Need("logs", "logs_gb", "Job logs", "fixed", JOB_LOG_GB * workload.runs_a_month))
    if workload.type == "edge":
        fetched = DEVICES * model_gb(workload)
        needs.append(Need("network", "egress_gb", "Model downloads to devices", "fixed", fetched, "traffic"))
        needs.append(Need("logs", "logs_gb", "Device telemetry", "fixed", DEVICES * TELEMETRY_GB, "traffic"))
    if values.data_sensitivity in SENSITIVE:
        needs.append(Need("network", "nat_hour", "Outbound gateway of the private network", "zone", hours))
    if (values.orchestrator or "").lower() in KUBERNETES:
        needs.append(Need("cluster", "cluster_hour", "Kubernetes control plane", "fixed", hours))
    return tuple(needs)


def disk_gb(workload: Workload) -> int:
    """GB on one machine: the system, the image and, for a neural network, its runtime and 16-bit weights."""
    if workload.classical or not workload.has_model:
        return DISK_GB
    weights = workload.params * 2 * WEIGHT_OVERHEAD / 1e9
    return max(NETWORK_DISK_GB, ceil((RUNTIME_GB + weights) / 10) * 10)


def faces_internet(workload: Workload, values: ConstraintValues) -> bool:
    """Whether its endpoint is public: only where the data are stated to be, so that nothing is exposed by default."""
    return workload.type in EXPOSABLE and values.data_sensitivity == "public"


def audited(values: ConstraintValues) -> bool:
    return values.data_sensitivity in SENSITIVE or bool(values.compliance)


def logged_gb(workload: Workload, values: ConstraintValues) -> float:
    average = workload.rps * AVERAGE_LOAD
    kilobytes = min(average, LOGGED_A_SECOND) * LOG_KB + (average * AUDIT_KB if audited(values) else 0.0)
    return kilobytes * SECONDS_A_MONTH / 1e6


def _serving(workload: Workload, values: ConstraintValues) -> list[Need]:
    requests = workload.rps * AVERAGE_LOAD * SECONDS_A_MONTH
    hours = float(HOURS_A_MONTH)
    words = AUDIT_LOGS if audited(values) else REQUEST_LOGS
    units = hours * max(1.0, workload.rps * AVERAGE_LOAD * 0.1 / 25)
    needs = [
        Need("load_balancer", "load_balancer_hour", "Load balancer", "fixed", hours),
        Need("load_balancer", "load_balancer_unit", "Load balancer capacity", "fixed", units, "traffic"),
        Need("logs", "logs_gb", words, "fixed", logged_gb(workload, values), "traffic"),
    ]
    if faces_internet(workload, values):
        answers = requests * (4 if workload.generative else 2) / 1e6
        needs.append(Need("network", "egress_gb", "Answers sent out", "fixed", answers, "traffic"))
    if workload.type == "streaming_inference":
        needs = [need for need in needs if need.kind != "load_balancer"]
        needs.append(Need("queue", "queue_in", "Stream ingestion", "fixed", requests * RECORD_BYTES / 1e9, "traffic"))
    if store := store_of(workload):
        disk, copy = f"{store.words}, storage", f"{store.words}, backups"
        needs.append(Need("database", "database_hour", store.sized, "standby", hours, store=store))
        needs.append(Need("database", "database_gb_month", disk, "standby", store.disk_gb))
        needs.append(Need("database", "backup_gb_month", copy, "fixed", store.disk_gb))
    return needs


def priced(needs: tuple[Need, ...], cloud: str, region: str, book: PriceBook) -> tuple[Service, ...]:
    """Every need with its figure in this region. A cloud that sells an item by another measure is asked for that."""
    found: list[Service] = []
    for need in needs:
        if need.item == "load_balancer_unit" and cloud != "aws":
            continue
        if need.item == "backup_gb_month" and cloud in BACKUPS_INCLUDED:
            continue
        if need.store is not None:
            found += _servers(need, need.store, cloud, region, book)
            continue
        figure, quantity = book.service(cloud, need.item, region), Decimal(repr(round(need.quantity, 3)))
        if figure is None:
            found.append(Service(need, None, quantity, _reserve(need, quantity, cloud, book)))
            continue
        scale: Scale = "machine" if figure.unit == "VM-hour" else need.scale
        found.append(Service(replace(need, scale=scale), figure, _in_unit(quantity, figure.unit)))
    return tuple(found)


def _servers(need: Need, store: Store, cloud: str, region: str, book: PriceBook) -> list[Service]:
    """The server that carries the store, whole or by vCPU and memory; without a figure where the book has none that is
    large enough, with the dearest of another cloud as its reserve."""
    if found := _carrying(need, store, cloud, region, book):
        return found
    elsewhere = [_carrying(need, store, other, "", book) for other in OTHERS if other != cloud]
    reserve = max((sum((part.usd(1, 1) for part in parts), Decimal(0)) for parts in elsewhere), default=Decimal(0))
    return [Service(need, None, _hours(need), reserve, ceil(store.vcpus), float(ceil(store.gib)))]


def _carrying(need: Need, store: Store, cloud: str, region: str, book: PriceBook) -> list[Service]:
    """Empty where the book has no server of that size."""
    figure = book.service(cloud, "database_hour", region)
    server = server_named(figure.sku) if figure else None
    if figure and server and (times := server.times(store)):
        sku = f"{figure.sku}, {times} times its size" if times > 1 else figure.sku
        size = (server.vcpus * times, server.gib * times)
        return [Service(need, replace(figure, sku=sku), _hours(need) * times, Decimal(0), *size)]
    figure, apart = book.service(cloud, "database_vcpu_hour", region), sold_apart(store)
    if figure is None or apart is None:
        return []
    memory = book.service(cloud, "database_memory_gb_month", region)
    words = Need(need.kind, "database_memory_gb_month", f"{store.words}, memory", need.scale, float(apart[1]))
    return [
        Service(need, figure, _hours(need) * apart[0], Decimal(0), apart[0], apart[1] * 1e9 / GIB),
        Service(words, memory, Decimal(apart[1])),
    ]


def _hours(need: Need) -> Decimal:
    return Decimal(repr(need.quantity))


def _in_unit(quantity: Decimal, unit: str) -> Decimal:
    """The quantity in the unit the cloud sells: TiB instead of GB, days instead of a number of GB."""
    if unit == "TiB":
        return (quantity / 1024).quantize(Decimal("0.001"))
    return (HOURS_A_MONTH / 24).quantize(Decimal("0.01")) if unit == "day" else quantity


def _reserve(need: Need, quantity: Decimal, cloud: str, book: PriceBook) -> Decimal:
    figures = (book.service(other, need.item, "") for other in OTHERS if other != cloud)
    prices = [figure.usd for figure in figures if figure is not None and figure.unit not in ("day", "TiB", "VM-hour")]
    return quantity * max(prices, default=Decimal(0))
