"""Old figures are known to be old, and a plan that rests on them says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from providers.base import PlanRequest
from providers.policies import document_of
from providers.policies.expression import share_older
from providers.pricing import FIGURES, STALE_DAYS, PriceBook, PriceBookRefused, ages, with_staleness
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues

from .plans import FRAUD, Planning


def stale(assumptions: list[str]) -> list[str]:
    return [words for words in assumptions if "older than" in words]


def test_every_figure_counts_once_under_its_source(book: PriceBook) -> None:
    found = ages(book, date(2026, 8, 1))
    priced = sum((item.on_demand is not None) + (item.spot is not None) for item in book.instances)
    assert sum(item.figures for item in found) == priced + len(book.services)
    assert [item.days for item in found] == sorted((item.days for item in found), reverse=True)
    assert found[-1].days == 2
    assert {item.source.id for item in found if item.stale} >= {"aws-lb", "aws-instances"}
    assert not any(item.stale for item in found if item.days <= STALE_DAYS)


def test_a_plan_on_old_figures_says_so_and_no_amount_moves(book: PriceBook) -> None:
    values = ConstraintValues.model_validate(FRAUD)
    fresh = plan(PlanRequest(values, today=date(2024, 7, 2)), book)
    partly = plan(PlanRequest(values, today=date(2026, 6, 1)), book)
    wholly = plan(PlanRequest(values, today=date(2027, 1, 1)), book)
    undated = plan(PlanRequest(values), book)
    assert stale(fresh.cost.assumptions) == stale(undated.cost.assumptions) == []
    assert [words.split(" prices are")[0] for words in stale(partly.cost.assumptions)] == ["7 of 8"]
    assert "the oldest is of 2024-07-01" in stale(partly.cost.assumptions)[0]
    assert stale(wholly.cost.assumptions)[0].startswith(f"Every price is older than {STALE_DAYS} days, $1,503.34")
    without = {"assumptions": []}
    assert wholly.cost.model_copy(update=without) == undated.cost.model_copy(update=without)


def test_a_figure_of_ninety_days_is_not_stale_yet(planning: Planning) -> None:
    _, proposal = planning.fraud()
    newest = proposal.cost.model_copy(update={"lines": [proposal.cost.lines[0]], "assumptions": []})
    assert newest.lines[0].as_of == "2026-05"
    assert with_staleness(newest, date(2026, 7, 30)).assumptions == []
    assert len(with_staleness(newest, date(2026, 7, 31)).assumptions) == 1


def test_the_document_counts_ages_to_the_day_or_to_its_newest_figure(planning: Planning) -> None:
    values, proposal = planning.fraud()
    ages_of = {
        today: document_of(values, proposal.plan, proposal.cost, today=today)["cost"]["ages"]
        for today in (None, date(2026, 5, 11))
    }
    assert min(item["days"] for item in ages_of[None]) == 0
    assert min(item["days"] for item in ages_of[date(2026, 5, 11)]) == 10
    assert share_older(ages_of[None], 10_000) == 0.0
    assert share_older(ages_of[None], -1) == 1.0
    assert 0 < share_older(ages_of[None], 365) < 0.5
    assert share_older([], 1) == 0.0


def test_a_figure_from_the_future_is_refused_where_the_day_is_known() -> None:
    files = {path.name: path.read_bytes() for path in Path(FIGURES).iterdir()}
    assert PriceBook.of(files, today=date(2026, 7, 30)).as_of == date(2026, 7, 30)
    with pytest.raises(PriceBookRefused, match=r"sources\.csv:\d+: as_of is 2026-07-30, which is after today"):
        PriceBook.of(files, today=date(2026, 7, 29))


def test_a_book_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in Path(FIGURES).iterdir()}
    marked = {name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for name, data in files.items()}
    assert len(PriceBook.of(marked).instances) == len(PriceBook.of(files).instances)


def test_a_missing_file_refuses_the_book() -> None:
    with pytest.raises(PriceBookRefused, match=r"instances\.csv:1: is missing"):
        PriceBook.of({})
