"""Decision sets by the hundred, as rows: more of each part than a page holds."""

from __future__ import annotations

import psycopg

_PROJECTS = """
insert into projects (id, slug, name, created_by)
select 'p-' || n, case n when 1 then 'old' when 2 then 'busy' else 'p' || lpad(n::text, 4, '0') end,
    case n when 1 then 'Old' when 2 then 'Busy' else 'Project ' || n end, 'ana'
from generate_series(1, %(projects)s) n
"""
_SETS = """
insert into decision_sets (id, project_id, number, title, status, stage, created_by, created_at, updated_at, question,
    cost_likely)
select %(first)s || lpad(to_hex(n), 12, '0'), %(project)s, %(base)s + n, %(title)s || ' ' || n, %(status)s, %(stage)s,
    'ana', %(at)s::timestamptz + n * interval '1 minute', %(at)s::timestamptz + n * interval '1 minute', %(question)s,
    %(cost)s
from generate_series(1, %(count)s) n
"""
_GATES = """
insert into gates (id, decision_set_id, run_id, thread_id, checkpoint_id, capsule, allowed, opened_seq, opened_at,
    expires_at)
select 'g-' || d.id, d.id, 'r', d.id, 'c', repeat('c', 64), '{approve,reject}', 1, d.created_at,
    now() + interval '1 day'
from decision_sets d where d.status = 'awaiting_approval' and d.project_id = 'p-1'
"""
_QUESTION = '{"id": "q", "field": "cloud", "text": "Which cloud?", "why": "Prices differ.", "options": []}'


def fill(
    dsn: str, *, projects: int = 2, decided: int = 0, running: int = 0, failed: int = 0, questions: int = 0
) -> None:
    """In `old`, before everything else: one completed at $1,000 a month, and one at its gate. In `busy`, `decided`
    completed ones at $10 each and as many of the others as are asked for; they are numbered on in this order."""
    with psycopg.connect(dsn) as conn:
        conn.execute(_PROJECTS, {"projects": projects})
        base = 0
        for order, (project, title, status, stage, count, cost) in enumerate(
            [
                ("p-1", "First of all", "completed", "done", 1, 1000),
                ("p-1", "Waits long", "awaiting_approval", "approval", 1, 40),
                ("p-2", "Decided", "completed", "done", decided, 10),
                ("p-2", "Running", "planning", "planner", running, None),
                ("p-2", "Failed", "failed", "planner", failed, None),
                ("p-2", "Asks", "intake", "intake", questions, None),
            ]
        ):
            given = {"project": project, "title": title, "status": status, "stage": stage, "count": count, "cost": cost}
            place = {"first": f"00000000-0000-7000-800{order}-", "base": base, "at": f"2026-0{order + 1}-01 00:00+00"}
            conn.execute(_SETS, {**given, **place, "question": _QUESTION if status == "intake" else None})
            base += count
        conn.execute(_GATES)
        conn.execute("update projects p set last_number = %s", [base])
