"""What if: a few constraints as sliders, beginning where they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from intake.requirements import required
from intake.schema import name_of
from providers.pricing import REGIONS, regions_for
from storage.records.decision_sets import DecisionSet
from web.views.fields import typed_text
from web.views.fork import Asked
from web.views.words import FIELDS, value_words

SLIDERS = ("monthly_budget_usd", "latency_p95_ms", "throughput_rps")
ASKABLE = (*SLIDERS, "regions", "spot_ok")
STEPS = 200
"""Stops of a slider; its values lie apart by the same factor, two digits each."""
SPAN = 10
"""A slider reaches from a tenth of where it begins to ten times that."""
_USUAL = {"monthly_budget_usd": 2000.0, "latency_p95_ms": 200.0, "throughput_rps": 10.0}


@dataclass(frozen=True, slots=True)
class Slider:
    """`typed` is what the box beside it holds, empty where nothing is stated; `least` and `most` are its ends, `at` its
    place in `STEPS`; `stands` is the value of the plan that stands, in words."""

    name: str
    label: str
    unit: str
    typed: str
    least: float
    most: float
    at: int
    steps: int
    stands: str
    error: str


@dataclass(frozen=True, slots=True)
class Place:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Places:
    cloud: str
    places: list[Place]


@dataclass(frozen=True, slots=True)
class WhatIfForm:
    """`region` and `spot` are what is chosen; `stated` the regions that stand, where any are."""

    decision_set: str
    sliders: list[Slider]
    region: str
    stated: Place | None
    clouds: list[Places]
    spot: Literal["", "yes", "no"]
    spot_stands: str
    region_stands: str


def read_changes(typed: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """What an address or a form asks for, of the fields that can be asked about."""
    return {name: typed[name] for name in ASKABLE if name in typed}


def what_if_form(found: DecisionSet, asked: Asked, priced: Set[tuple[str, str]]) -> WhatIfForm:
    """`priced`: the clouds and regions that a plan can be made for."""
    known = found.constraints.root
    needed = {name for fact in required(found.constraints) for name in fact.fields} | {"monthly_budget_usd"}
    sliders = [_slider(found, name, asked) for name in SLIDERS if name in known or name in needed]
    regions, spot = (known[name].value if name in known else None for name in ("regions", "spot_ok"))
    stated = Place(typed_text(regions), value_words("regions", regions)) if regions else None
    return WhatIfForm(
        decision_set=found.id,
        sliders=sliders,
        region=_typed(asked, "regions", stated.value if stated else ""),
        stated=stated,
        clouds=_clouds(found, stated, priced),
        spot=_spot(_typed(asked, "spot_ok", "" if spot is None else typed_text(spot))),
        spot_stands=value_words("spot_ok", spot),
        region_stands=value_words("regions", regions),
    )


def _typed(asked: Asked, name: str, stood: str) -> str:
    return ", ".join(asked.typed[name]) if name in asked.typed else stood


def _spot(typed: str) -> Literal["", "yes", "no"]:
    return "yes" if typed == "yes" else "no" if typed == "no" else ""


def _slider(found: DecisionSet, name: str, asked: Asked) -> Slider:
    item, words = found.constraints.root.get(name), FIELDS[name]  # pyright: ignore[reportArgumentType, reportCallIssue]
    stood = float(item.value) if item and isinstance(item.value, int | float) and item.value > 0 else None
    begins = stood or (float(found.cost.likely) if name == "monthly_budget_usd" and found.cost else 0) or _USUAL[name]
    least, most = _round(max(begins / SPAN, 0.01)), _round(begins * SPAN)
    asked_for = asked.changes.get(name, stood)
    now = float(asked_for) if isinstance(asked_for, int | float) and asked_for > 0 else begins
    at = round(STEPS * math.log(now / least) / math.log(most / least))
    return Slider(
        name=name,
        label=words.label,
        unit=words.unit,
        typed=_typed(asked, name, "" if item is None else typed_text(item.value)),
        least=least,
        most=most,
        at=min(max(at, 0), STEPS),
        steps=STEPS,
        stands=value_words(name, item.value if item else None),
        error=asked.errors.get(name, ""),
    )


def _round(value: float) -> float:
    """To two digits."""
    return float(f"{value:.2g}")


def _clouds(found: DecisionSet, stated: Place | None, priced: Set[tuple[str, str]]) -> list[Places]:
    """The priced regions of the clouds that are allowed, where the data may lie."""
    values = found.constraints.values
    stays = regions_for(values.data_residency) if values.data_residency else priced
    by_cloud: dict[str, list[Place]] = {}
    for cloud, name in sorted(priced & stays):
        if (not values.cloud or cloud in values.cloud) and not (stated and name == stated.value):
            by_cloud.setdefault(cloud, []).append(Place(name, f"{name} ({REGIONS[cloud, name].city})"))
    return [Places(name_of(cloud), places) for cloud, places in by_cloud.items()]
