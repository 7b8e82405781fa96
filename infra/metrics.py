"""What the processes count, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
NODE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Metrics:
    registry: CollectorRegistry
    requests: Histogram
    nodes: Histogram
    open_streams: Gauge
    jobs: Counter

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the template, such as `/decision-sets/{id}`: a path would make a series of each id."""
        self.requests.labels(method, route, str(status)).observe(seconds)

    def node(self, name: str, outcome: str, seconds: float) -> None:
        self.nodes.labels(name, outcome).observe(seconds)

    def job(self, outcome: str) -> None:
        self.jobs.labels(outcome).inc()

    @contextmanager
    def stream(self) -> Iterator[None]:
        with self.open_streams.track_inprogress():
            yield

    def exposition(self) -> tuple[bytes, str]:
        """The body of `/metrics`, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


def build_metrics() -> Metrics:
    """One per process, built by its composition root."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return Metrics(
        registry=registry,
        requests=Histogram(
            "countersign_request_seconds",
            "HTTP requests, by route and status; a stream counts until its response starts.",
            ("method", "route", "status"),
            registry=registry,
            buckets=REQUEST_SECONDS,
        ),
        nodes=Histogram(
            "countersign_node_seconds",
            "Executions of a graph's nodes.",
            ("node", "outcome"),
            registry=registry,
            buckets=NODE_SECONDS,
        ),
        open_streams=Gauge("countersign_open_streams", "Event streams open now.", registry=registry),
        jobs=Counter("countersign_jobs", "Jobs done, by outcome.", ("outcome",), registry=registry),
    )
