"""What is counted shows in the exposition, and each registry is its own."""

from __future__ import annotations

from infra.metrics import build_metrics


def test_what_is_counted_is_shown() -> None:
    metrics = build_metrics()
    metrics.request("GET", "/decision-sets/{id}", 200, 0.02)
    metrics.node("planner", "completed", 1.5)
    metrics.job("succeeded")
    with metrics.stream():
        text = metrics.exposition()[0].decode()
    labels = 'method="GET",route="/decision-sets/{id}",status="200"'
    assert f"countersign_request_seconds_count{{{labels}}} 1.0" in text
    assert f'countersign_request_seconds_bucket{{le="0.025",{labels}}} 1.0' in text
    assert 'countersign_node_seconds_sum{node="planner",outcome="completed"} 1.5' in text
    assert 'countersign_jobs_total{outcome="succeeded"} 1.0' in text
    assert "countersign_open_streams 1.0" in text
    assert "countersign_open_streams 0.0" in metrics.exposition()[0].decode()


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = build_metrics(), build_metrics()
    first.job("succeeded")
    assert "countersign_jobs_total{" not in second.exposition()[0].decode()
