"""What is counted shows in the exposition, and each registry is its own."""

from __future__ import annotations

from infra.metrics import WebMetrics, WorkerMetrics, exposition


def test_what_the_console_counts_is_shown() -> None:
    metrics = WebMetrics()
    metrics.request("GET", "/decision-sets/{id}", 200, 0.02)
    metrics.refused_credential("key")
    with metrics.stream():
        text = exposition(metrics.registry)[0].decode()
    labels = 'method="GET",route="/decision-sets/{id}",status="200"'
    assert f"countersign_request_seconds_count{{{labels}}} 1.0" in text
    assert f'countersign_request_seconds_bucket{{le="0.025",{labels}}} 1.0' in text
    assert 'countersign_refused_credentials_total{kind="key"} 1.0' in text
    assert "countersign_open_streams 1.0" in text
    assert "countersign_open_streams 0.0" in exposition(metrics.registry)[0].decode()


def test_what_a_worker_counts_is_shown() -> None:
    metrics = WorkerMetrics()
    metrics.node("planner", "completed", 1.5)
    metrics.job("done")
    metrics.model("ollama:llama", "answered", 2.5, 300, 40)
    with metrics.running():
        text = exposition(metrics.registry)[0].decode()
    assert 'countersign_node_seconds_sum{node="planner",outcome="completed"} 1.5' in text
    assert 'countersign_jobs_total{outcome="done"} 1.0' in text
    assert "countersign_jobs_running 1.0" in text
    assert 'countersign_model_seconds_sum{model="ollama:llama",outcome="answered"} 2.5' in text
    assert 'countersign_model_tokens_total{direction="in",model="ollama:llama"} 300.0' in text
    assert 'countersign_model_tokens_total{direction="out",model="ollama:llama"} 40.0' in text
    assert "countersign_jobs_running 0.0" in exposition(metrics.registry)[0].decode()


def test_neither_process_names_what_the_other_counts() -> None:
    console, worker = (exposition(metrics().registry)[0].decode() for metrics in (WebMetrics, WorkerMetrics))
    assert "countersign_node" not in console
    assert "countersign_jobs" not in console
    assert "countersign_request" not in worker


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = WorkerMetrics(), WorkerMetrics()
    first.job("done")
    assert "countersign_jobs_total{" not in exposition(second.registry)[0].decode()
