"""Which clouds and regions the plan does not use, and what their nearest option lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Literal

from providers.rulebook.catalogue import Catalogue
from providers.rulebook.options import RISK_WORDS, Option, Violation, ruled_out
from providers.rulebook.traces import stated_fields
from storage.records.constraints import FieldName
from storage.records.plans import FellOut

PLACE_FIELDS = ("cloud", "data_residency", "regions")
"""What speaks against a place whatever runs there."""
_BY_CRITICS = Violation(None, "the critics ruled out what meets the constraints there")
Place = tuple[str, str]
Kind = Literal["cloud", "region"]


def fell_out(catalogue: Catalogue, chosen: Option | None, avoid: Collection[str] = ()) -> list[FellOut]:
    """Clouds first, then regions; what no option meets first, then what the chosen option is better than. `from` holds
    only fields that were stated."""
    found, stated = _fallen(catalogue, chosen, avoid), stated_fields(catalogue.values)
    return [item.model_copy(update={"from_": [name for name in item.from_ if name in stated]}) for item in found]


def _fallen(catalogue: Catalogue, chosen: Option | None, avoid: Collection[str]) -> list[FellOut]:
    nearest = _nearest(catalogue.options)
    best = _best([option for option in catalogue.feasible if option is chosen or not ruled_out(option, avoid)])
    out = {place: option for place, option in nearest.items() if place not in best}
    lost = {place: option for place, option in best.items() if chosen is not None and place != _place(chosen)}
    used = {chosen.machine.cloud} if chosen else set()
    clouds = sorted({cloud for cloud, _ in nearest})
    gone = [name for name in clouds if name not in {cloud for cloud, _ in best}]
    beaten = [name for name in clouds if name not in gone and name not in used]
    found = [_cloud(name, out) for name in gone]
    if chosen is not None:
        found += [_beaten("cloud", name, _of(name, lost), chosen) for name in beaten]
        found += list(_regions({place: option for place, option in out.items() if place[0] not in gone}))
        found += [_beaten("region", name, _of(name, lost), chosen) for name in sorted(used) if _of(name, lost)]
        return found
    return [*found, *_regions({place: option for place, option in out.items() if place[0] not in gone})]


def _place(option: Option) -> Place:
    return option.machine.cloud, option.machine.region


def _of(cloud: str, options: dict[Place, Option]) -> dict[Place, Option]:
    return {place: option for place, option in options.items() if place[0] == cloud}


def _nearest(options: Sequence[Option]) -> dict[Place, Option]:
    """By place, the option that breaks the fewest constraints, and of those the cheapest."""
    found: dict[Place, tuple[tuple[int, Decimal], Option]] = {}
    for option in options:
        key, place = (len(option.violations), option.compared), _place(option)
        if place not in found or key < found[place][0]:
            found[place] = key, option
    return {place: option for place, (_, option) in sorted(found.items())}


def _best(feasible: Sequence[Option]) -> dict[Place, Option]:
    """By place, the first in rank."""
    found: dict[Place, Option] = {}
    for option in feasible:
        found.setdefault(_place(option), option)
    return dict(sorted(found.items()))


def _cloud(name: str, out: dict[Place, Option]) -> FellOut:
    """What the nearest option of the whole cloud lacks."""
    own = _of(name, out)
    nearest = min(own.values(), key=lambda option: (len(option.violations), option.compared))
    barred = _decisive(nearest)
    return _fell("cloud", name, [region for _, region in own], _sentence(barred), barred)


def _regions(out: dict[Place, Option]) -> Iterator[FellOut]:
    """Regions of one cloud that fell out over the same fields, with what the nearest of them lacks."""
    groups: dict[tuple[str, tuple[FieldName | None, ...]], list[Option]] = {}
    for place, option in out.items():
        groups.setdefault((place[0], tuple(item.field for item in _decisive(option))), []).append(option)
    for (cloud, _), options in groups.items():
        nearest = min(options, key=lambda option: option.compared)
        barred = _decisive(nearest)
        same = len({_words(_decisive(option)) for option in options}) == 1
        places = sorted(option.machine.region for option in options)
        yield _fell("region", cloud, places, _sentence(barred) if same else f"At best: {_words(barred)}.", barred)


def _beaten(kind: Kind, cloud: str, lost: dict[Place, Option], chosen: Option) -> FellOut:
    """Met the constraints, and was not the best."""
    nearest = min(lost.values(), key=lambda option: option.rank)
    more = nearest.compared - chosen.compared
    price = "costs the same" if not round(more) else f"costs ${abs(more):,.0f} a month {'more' if more > 0 else 'less'}"
    worse = "; ".join(RISK_WORDS[name] for name in nearest.risks if name not in chosen.risks)
    left = f", but {worse}" if worse else ", and was not proposed" if more < 0 else ""
    reason = f"Its best, {nearest.label}, {price}{left}."
    return _fell(kind, cloud, [region for _, region in lost], reason)


def _fell(kind: Kind, cloud: str, places: list[str], reason: str, over: Sequence[Violation] = ()) -> FellOut:
    fields = sorted({item.field for item in over if item.field})
    return FellOut.model_validate({"kind": kind, "cloud": cloud, "places": places, "reason": reason, "from": fields})


def _decisive(option: Option) -> tuple[Violation, ...]:
    """A place that is barred is barred, whatever else its options lack."""
    barred = tuple(item for item in option.violations if item.field in PLACE_FIELDS)
    return barred or option.violations or (_BY_CRITICS,)


def _words(violations: Sequence[Violation]) -> str:
    return "; ".join(item.reason for item in violations)


def _sentence(violations: Sequence[Violation]) -> str:
    words = _words(violations)
    return words[:1].upper() + words[1:] + "."
