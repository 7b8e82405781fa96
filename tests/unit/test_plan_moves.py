"""What a plan changes against the one that stood, as the approval panel lists it."""

from __future__ import annotations

from typing import Any

from storage.changes import losses, plan_moves, resource_counts


def resource(kind: str, sku: str, count: int = 1, region: str = "eu-central-1", **fields: Any) -> dict[str, Any]:
    made = {"kind": kind, "cloud": "aws", "region": region, "sku": sku, "count": count, "purchase": "on_demand"}
    return made | fields


def plan(*resources: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"plan": {"resources": list(resources), **fields}}


def lines(base: dict[str, Any], head: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    return [(item.what, item.old, item.new, item.destructive) for item in plan_moves(base, head, losses(base, head))]


def test_a_whole_plan_that_moves_is_one_line() -> None:
    kinds = [("compute", "c7i.large"), ("load_balancer", "alb"), ("storage", "gp3")]
    base = plan(*(resource(kind, sku) for kind, sku in kinds))
    head = plan(*(resource(kind, sku, region="us-east-1") for kind, sku in kinds))
    assert lines(base, head) == [("Region", "aws eu-central-1", "aws us-east-1", True)]
    assert resource_counts(base, head) == {"added": 0, "changed": 3, "removed": 0}


def test_what_moves_alone_is_named() -> None:
    base = plan(resource("compute", "c7i.large"), resource("storage", "gp3"))
    head = plan(resource("compute", "c7i.large"), resource("storage", "gp3", region="us-east-1"))
    assert lines(base, head) == [("Region of Storage", "aws eu-central-1", "aws us-east-1", True)]


def test_fewer_machines_take_nothing_away_and_another_type_replaces_them() -> None:
    base = plan(resource("compute", "c7i.large", 3))
    assert lines(base, plan(resource("compute", "c7i.large", 2))) == [
        ("Machines", "3 × c7i.large on demand", "2 × c7i.large on demand", False)
    ]
    spot = plan(resource("compute", "m7i.large", 3, purchase="spot"))
    assert lines(base, spot) == [("Machines", "3 × c7i.large on demand", "3 × m7i.large spot", True)]
    none = plan(resource("compute", "c7i.large", 0))
    assert lines(base, none) == [("Machines", "3 × c7i.large on demand", "0 × c7i.large on demand", True)]


def test_zones_and_safeguards_given_up_are_destructive_and_won_are_not() -> None:
    safe = plan(resource("compute", "c7i.large"), zones=3, encrypted=True, public_endpoint=False)
    open_ = plan(resource("compute", "c7i.large"), zones=2, encrypted=False, public_endpoint=True)
    assert lines(safe, open_) == [
        ("Zones", "3", "2", True),
        ("Encryption", "on", "off", True),
        ("Endpoint", "private", "public", True),
    ]
    assert [line[3] for line in lines(open_, safe)] == [False, False, False]


def test_what_one_side_says_nothing_of_is_not_compared() -> None:
    whole = plan(resource("compute", "c7i.large"), zones=1, encrypted=False, public_endpoint=True)
    assert lines(plan(resource("compute", "c7i.large")), whole) == []


def test_resources_come_and_go() -> None:
    base = plan(resource("compute", "c7i.large"), resource("queue", "sqs", purchase="usage"))
    head = plan(resource("compute", "c7i.large"), resource("database", "db.t4g.medium", 2))
    assert lines(base, head) == [
        ("Queue", "1 × sqs", "none", True),
        ("Database", "none", "2 × db.t4g.medium on demand", False),
    ]
    assert resource_counts(base, head) == {"added": 1, "changed": 0, "removed": 1}
    assert resource_counts({}, head) == {"added": 2, "changed": 0, "removed": 0}


def test_nothing_is_changed_where_nothing_stood() -> None:
    assert lines({}, plan(resource("compute", "c7i.large"))) == []
