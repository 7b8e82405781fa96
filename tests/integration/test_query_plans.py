"""Queries of pages that poll: an index finds what waits among what has ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from psycopg import sql

from storage.inbox import STATUSES, Search
from storage.postgres import queries
from tests.conftest import named
from tests.integration.many import fill

NOTHING = {**Search().parameters(), "cursor": None, "before": None, "limit": 21, "stands": False}


@pytest.fixture(scope="module")
def large(server_dsn: str, template: str) -> Iterator[psycopg.Connection]:
    name = f"{template}_plans"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        fill(named(server_dsn, name), decided=8000, running=5, failed=20, questions=5)
        with psycopg.connect(named(server_dsn, name)) as found:
            found.execute("analyze")
            yield found
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def scans(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each relation of a plan with how it is read."""
    if "Relation Name" in plan:
        yield plan["Relation Name"], plan["Node Type"]
    for part in plan.get("Plans", []):
        yield from scans(part)


@pytest.mark.parametrize(
    ("group", "query", "parameters"),
    [
        ("inbox", "waiting", {}),
        ("inbox", "approval", {}),
        ("inbox", "questions", {}),
        ("inbox", "others", {"statuses": list(STATUSES["running"])}),
        ("inbox", "others", {"statuses": list(STATUSES["decided"])}),
        ("decision_sets", "summaries", {"statuses": None, "parent": None}),
        ("costs", "priced", {}),
    ],
)
def test_no_page_reads_every_decision_set(
    large: psycopg.Connection, group: str, query: str, parameters: Mapping[str, Any]
) -> None:
    row = large.execute(b"explain (format json) " + queries(group)[query], {**NOTHING, **parameters}).fetchone()
    assert row is not None
    found = list(scans(row[0][0]["Plan"]))
    assert ("decision_sets", "Seq Scan") not in found, json.dumps(row[0], indent=1)
    assert "decision_sets" in {relation for relation, _ in found}
