"""What stands when planning starts on something doubtful, or is decided again."""

from __future__ import annotations

from intake.starting import settle, without_assumptions
from storage.records.constraints import Constraint, ConstraintSchema, Evidence
from storage.records.intake import Contradiction

WORDS = Evidence(message=1, start=0, end=4)
DISPUTE = Contradiction(field="latency_p95_ms", earlier=50.0, later=30.0, message=2, evidence=WORDS, source="reader")


def test_the_later_of_two_values_stands_where_nobody_was_asked() -> None:
    settled = settle([DISPUTE], [])
    assert settled.changes == {
        "latency_p95_ms": Constraint(value=30.0, status="stated", evidence=WORDS, source="reader")
    }
    assert settled.left == []
    assert settled.words == ("Two values were given, and the later one is planned with. Latency p95: 50 ms and 30 ms.")


def test_what_was_asked_and_passed_over_stays_as_it_was() -> None:
    settled = settle([DISPUTE], ["latency_p95_ms"])
    assert (settled.changes, settled.left, settled.words) == ({}, [DISPUTE], "")


def test_only_what_nobody_said_is_assumed_anew() -> None:
    known = {
        "cloud": Constraint(value=["aws"], status="stated"),
        "spot_ok": Constraint(value=False, status="assumed"),
        "latency_p95_ms": Constraint(value=50.0, status="assumed", evidence=WORDS),
        "availability_slo": Constraint(value=99.5, status="assumed"),
    }
    given = ConstraintSchema({"availability_slo": known["availability_slo"]})
    kept = without_assumptions(ConstraintSchema(known), given).root  # pyright: ignore[reportArgumentType]
    assert set(kept) == {"cloud", "latency_p95_ms", "availability_slo"}
