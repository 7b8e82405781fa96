"""The database that a feature store or a vector index needs, and which servers of the price book carry it.

Formulas
- Lookups: peak over 2,000 a second and vCPU, at 60 % utilisation. PostgreSQL answered about 11,000 lookups by primary
  key a second and vCPU from memory, without a network (Samokhvalov 2024, "four million TPS" on 360 vCPUs); less than a
  fifth of that is left for network, TLS and wider rows. Assumption.
- A search in a vector index takes 10 ms of one vCPU. Assumption.
- Features: a fifth of them is read all the time and has to be in memory. Assumption.
- Vector index: all of it has to be in memory, passages x (dimensions x bytes + 16 x links) x 1.2 (ScyllaDB, "Vector
  search: sizing", for HNSW), with 16 links (pgvector's default) and 1,024 dimensions of 2 bytes (halfvec). A passage
  has 512 tokens, 2 KB; all data is taken as text, since nobody is asked how much of a scan is.
- Three quarters of a server's memory caches data; the rest is for connections and the system. The disk holds text or
  rows, vectors and index, and a fifth more. Assumptions.
- A plan over several zones has a standby in a second one, which costs the same (AWS RDS, "Multi-AZ").

Servers: AWS and Azure name vCPUs and family in the class, with 4 GiB a vCPU in general-purpose, 8 in memory-optimised
families; within a family the price is proportional to the vCPUs, up to 96 (RDS r5, m5) and 64 (Azure D and E v3). A
burstable t3.large sustains 30 % of its vCPUs (AWS EC2, "CPU credits and baseline utilization") and has no larger
sister. Cloud SQL sells vCPUs, up to 96, and memory, up to 6.5 GB a vCPU, apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from providers.rulebook.workload import Workload

READS_A_VCPU, SEARCH_VCPU_SECONDS, UTILISATION = 2000.0, 0.010, 0.6
HOT_SHARE, CACHE_SHARE, FREE_DISK = 0.2, 0.75, 1.2
PASSAGE_BYTES, DIMENSIONS, LINKS, GRAPH_OVERHEAD = 2048, 1024, 16, 1.2
LEAST_VCPUS, LEAST_GIB, LEAST_DISK_GB = 2, 8.0, 20.0
LARGEST_VCPUS, LARGEST_GIB = 128, 1024.0
"""Of one server: db.r6i.32xlarge, the largest of RDS's general families."""
SOLD_APART_VCPUS, SOLD_APART_GIB = 96, 6.5
BASELINE = 0.3
PROMISED = {"aws": 99.95, "gcp": 99.95, "azure": 99.99}
"""Percent a month, with a standby in a second zone: the service level agreements of RDS, Cloud SQL Enterprise and Azure
Database for PostgreSQL flexible server."""
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Store:
    """What the busiest server has to have; `gib` is its memory, `disk_gb` what it stores."""

    words: str
    lookups: float
    vcpus: float
    gib: float
    disk_gb: float

    @property
    def sized(self) -> str:
        return f"{self.words} (PostgreSQL, at least {ceil(self.vcpus)} vCPU and {ceil(self.gib)} GiB)"

    @property
    def larger_than_any(self) -> bool:
        return self.vcpus > LARGEST_VCPUS or self.gib > LARGEST_GIB


@dataclass(frozen=True, slots=True)
class Server:
    """`steady` vCPUs can be used all the time. `largest` is how many times as large the family goes at as many times
    the price."""

    vcpus: int
    steady: float
    gib: float
    largest: int

    def times(self, store: Store) -> int | None:
        """The least power of two of it that carries the store; None where the family ends before."""
        times = 1
        while times * self.steady < store.vcpus or times * self.gib < store.gib:
            times *= 2
        return times if times <= self.largest else None


def store_of(workload: Workload) -> Store | None:
    """None for a workload that keeps nothing in a database."""
    if workload.type == "feature_store":
        return _features(workload)
    return _passages(workload) if workload.type == "rag" else None


def _features(workload: Workload) -> Store:
    vcpus = workload.rps / READS_A_VCPU / UTILISATION
    gib = workload.dataset_gb * 1e9 * HOT_SHARE / GIB / CACHE_SHARE
    return _store("Online feature store", workload.rps, vcpus, gib, workload.dataset_gb)


def _passages(workload: Workload) -> Store:
    passages = workload.dataset_gb * 1e9 / PASSAGE_BYTES
    vectors = passages * DIMENSIONS * 2
    index = passages * (DIMENSIONS * 2 + LINKS * 16) * GRAPH_OVERHEAD
    vcpus, gib = workload.rps * SEARCH_VCPU_SECONDS / UTILISATION, index / GIB / CACHE_SHARE
    return _store("Vector index", workload.rps, vcpus, gib, workload.dataset_gb + (vectors + index) / 1e9)


def _store(words: str, lookups: float, vcpus: float, gib: float, gb: float) -> Store:
    disk = max(LEAST_DISK_GB, gb * FREE_DISK)
    return Store(words, lookups, max(LEAST_VCPUS * BASELINE, vcpus), max(LEAST_GIB, gib), disk)


_AWS = re.compile(r"db\.([a-z])\d\w*\.(?:(\d*)(x?)large)")
_AZURE = re.compile(r"_([DE])(\d+)")
_GIB_A_VCPU = {"m": 4, "t": 4, "r": 8, "D": 4, "E": 8}


def server_named(sku: str) -> Server | None:
    """By the class in its name; None for one that says nothing of its size."""
    if found := _AWS.search(sku):
        family, times, extra = found.groups()
        vcpus = int(times or 1) * 4 if extra else 2
        if family not in _GIB_A_VCPU:
            return None
        gib = vcpus * _GIB_A_VCPU[family]
        return Server(vcpus, vcpus * BASELINE, gib, 1) if family == "t" else Server(vcpus, vcpus, gib, 96 // vcpus)
    if found := _AZURE.search(sku):
        vcpus = int(found[2])
        return Server(vcpus, vcpus, vcpus * _GIB_A_VCPU[found[1]], 64 // vcpus)
    return None


def sold_apart(store: Store) -> tuple[int, int] | None:
    """(vCPUs, GB of memory) where they are sold one by one; None for more than a server may have."""
    vcpus, memory = max(LEAST_VCPUS, ceil(store.vcpus)), ceil(store.gib * GIB / 1e9)
    vcpus = max(vcpus, ceil(memory / SOLD_APART_GIB))
    vcpus += vcpus % 2
    return (vcpus, memory) if vcpus <= SOLD_APART_VCPUS else None
