"""What the processes count, for Prometheus. Each has a registry of its own, built by its composition root."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

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
MODEL_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 180.0)
NODE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)


def process_registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def exposition(registry: CollectorRegistry) -> tuple[bytes, str]:
    """The body of `/metrics`, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST


@dataclass(slots=True)
class WebMetrics:
    registry: CollectorRegistry = field(default_factory=process_registry)
    _requests: Histogram = field(init=False)
    _open_streams: Gauge = field(init=False)
    _refused_credentials: Counter = field(init=False)

    def __post_init__(self) -> None:
        self._requests = Histogram(
            "countersign_request_seconds",
            "HTTP requests, by route and status; a stream counts until its response starts.",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=REQUEST_SECONDS,
        )
        self._open_streams = Gauge("countersign_open_streams", "Event streams open now.", registry=self.registry)
        self._refused_credentials = Counter(
            "countersign_refused_credentials",
            "API keys and sign-in links that were not good, or not any more.",
            ("kind",),
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the template, such as `/decision-sets/{id}`: a path would make a series of each id."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def refused_credential(self, kind: str) -> None:
        self._refused_credentials.labels(kind).inc()

    @contextmanager
    def stream(self) -> Iterator[None]:
        with self._open_streams.track_inprogress():
            yield


@dataclass(slots=True)
class WorkerMetrics:
    registry: CollectorRegistry = field(default_factory=process_registry)
    _nodes: Histogram = field(init=False)
    _jobs: Counter = field(init=False)
    _running: Gauge = field(init=False)
    _models: Histogram = field(init=False)
    _tokens: Counter = field(init=False)

    def __post_init__(self) -> None:
        self._nodes = Histogram(
            "countersign_node_seconds",
            "What the nodes of the graphs took, by outcome, without the transaction that records it.",
            ("node", "outcome"),
            registry=self.registry,
            buckets=NODE_SECONDS,
        )
        self._jobs = Counter("countersign_jobs", "Jobs done, by outcome.", ("outcome",), registry=self.registry)
        self._running = Gauge("countersign_jobs_running", "Jobs under way now.", registry=self.registry)
        self._models = Histogram(
            "countersign_model_seconds",
            "What chat models took for an answer with all its tries, by outcome: answered, quarantined or failed.",
            ("model", "outcome"),
            registry=self.registry,
            buckets=MODEL_SECONDS,
        )
        self._tokens = Counter(
            "countersign_model_tokens",
            "Tokens that chat models counted, in and out.",
            ("model", "direction"),
            registry=self.registry,
        )

    def node(self, name: str, outcome: str, seconds: float) -> None:
        self._nodes.labels(name, outcome).observe(seconds)

    def job(self, outcome: str) -> None:
        self._jobs.labels(outcome).inc()

    def model(self, name: str, outcome: str, seconds: float, tokens_in: int, tokens_out: int) -> None:
        self._models.labels(name, outcome).observe(seconds)
        self._tokens.labels(name, "in").inc(tokens_in)
        self._tokens.labels(name, "out").inc(tokens_out)

    @contextmanager
    def running(self) -> Iterator[None]:
        with self._running.track_inprogress():
            yield
