"""`countersign policy replay`: past decision sets under another bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from infra.faults import reason
from providers.policies import PolicyBundle, evaluate
from storage import policy_decisions
from storage.policy_decisions import Gated
from storage.postgres import connect
from storage.records.constraints import ConstraintSchema
from storage.records.plans import Cost, Plan, PolicyReport, PolicyResult


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision set: what was recorded at its last gate, and what the bundle says of the same plan."""

    gated: Gated
    recorded: PolicyReport
    report: PolicyReport

    @property
    def blocked(self) -> bool:
        return self.report.outcome == "fail"

    @property
    def denies(self) -> list[PolicyResult]:
        """Denied now, and not as recorded."""
        return [item for item in self.report.results if item.outcome == "fail" and self._before(item.id) != "fail"]

    @property
    def warns(self) -> list[PolicyResult]:
        """Warned of now, and met or unknown as recorded."""
        before = (None, "pass")
        return [item for item in self.report.results if item.outcome == "warn" and self._before(item.id) in before]

    @property
    def passes(self) -> list[PolicyResult]:
        """Met now, and not as recorded."""
        return [
            item for item in self.report.results if item.outcome == "pass" and self._before(item.id) in ("warn", "fail")
        ]

    def _before(self, rule: str) -> str | None:
        return next((item.outcome for item in self.recorded.results if item.id == rule), None)


@dataclass(frozen=True, slots=True)
class NotRun:
    """A decision set whose recorded state this release can't read."""

    gated: Gated
    reason: str


@dataclass(slots=True)
class Replay:
    bundle: PolicyBundle
    replayed: list[Replayed] = field(default_factory=list)
    not_run: list[NotRun] = field(default_factory=list)

    @property
    def blocked(self) -> int:
        return sum(item.blocked for item in self.replayed)

    @property
    def moved(self) -> list[Replayed]:
        """Those that are blocked, or of which the bundle says something else than what was recorded."""
        return [item for item in self.replayed if item.blocked or item.denies or item.warns or item.passes]

    def lines(self, base_url: str) -> Iterator[str]:
        before = sum(item.recorded.outcome == "fail" for item in self.replayed)
        yield (
            f"{self.bundle.name} {self.bundle.sha256[:12]}: would have blocked {self.blocked} of {len(self.replayed)};"
            f" as recorded, {before} were"
        )
        for item in self.moved:
            yield f"{'✕' if item.blocked else '○'} {_named(item.gated, base_url)}"
            for words, results in (
                ("newly denies", item.denies),
                ("newly warns", item.warns),
                ("newly passes", item.passes),
            ):
                yield from (f"    {words}: {_found(result)}" for result in results)
        for item in self.not_run:
            yield f"? {_named(item.gated, base_url)}\n    not run: {item.reason}"

    def as_json(self, base_url: str) -> dict[str, Any]:
        return {
            "bundle": {"name": self.bundle.name, "sha256": self.bundle.sha256},
            "blocked": self.blocked,
            "of": len(self.replayed),
            "recorded_blocked": sum(item.recorded.outcome == "fail" for item in self.replayed),
            "decision_sets": [
                {
                    **_identity(item.gated, base_url),
                    "blocked": item.blocked,
                    "recorded": item.recorded.outcome,
                    "outcome": item.report.outcome,
                    "newly_denies": [_result(result) for result in item.denies],
                    "newly_warns": [_result(result) for result in item.warns],
                    "newly_passes": [_result(result) for result in item.passes],
                }
                for item in self.moved
            ],
            "not_run": [{**_identity(item.gated, base_url), "reason": item.reason} for item in self.not_run],
        }


async def replayed(dsn: str, bundle: PolicyBundle) -> Replay:
    """Every decision set that ever had a gate; prices are as old as they were on the day it opened."""
    found = Replay(bundle)
    async with await connect(dsn) as conn:
        async for gated in policy_decisions.gated(conn):
            try:
                found.replayed.append(_replayed(bundle, gated))
            except (ValidationError, KeyError) as error:
                found.not_run.append(NotRun(gated, _reason(error)))
    return found


def _replayed(bundle: PolicyBundle, gated: Gated) -> Replayed:
    """Raises ValidationError or KeyError where the recorded state can't be read."""
    state = gated.state
    constraints = ConstraintSchema.model_validate(state["constraints"])
    plan, cost = Plan.model_validate(state["plan"]), Cost.model_validate(state["cost_estimate"])
    recorded = PolicyReport.model_validate(state["policy_results"])
    report = evaluate(bundle, constraints.values, plan, cost, assumed=constraints.assumed, today=gated.opened_at.date())
    return Replayed(gated, recorded, report)


def _reason(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]} is recorded"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {reason(first)}"


def _link(gated: Gated, base_url: str) -> str:
    return f"{base_url}/decision-sets/{gated.id}"


def _named(gated: Gated, base_url: str) -> str:
    return f"{_link(gated, base_url)}  {gated.project} #{gated.number}  {gated.title}"


def _identity(gated: Gated, base_url: str) -> dict[str, Any]:
    return {
        "id": gated.id,
        "link": _link(gated, base_url),
        "project": gated.project,
        "number": gated.number,
        "title": gated.title,
        "opened_at": gated.opened_at.isoformat(),
    }


def _found(result: PolicyResult) -> str:
    if result.outcome == "pass":
        return f"{result.id} ({result.actual})"
    return f"{result.id} ({result.actual}; required {result.required})"


def _result(result: PolicyResult) -> dict[str, str]:
    return {"id": result.id, "level": result.level, "actual": result.actual, "required": result.required}
