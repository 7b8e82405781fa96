"""Which clouds and regions the plan does not use, and what their nearest option lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, TypeVar

from providers.rulebook.catalogue import Catalogue
from providers.rulebook.difference import added_risks, price_words, saved
from providers.rulebook.nearest import Nearest, Place, nearest, place_of
from providers.rulebook.options import Option, Violation, ruled_out
from providers.rulebook.traces import stated_fields
from storage.records.constraints import FieldName
from storage.records.plans import FellOut

Kind = Literal["cloud", "region"]
_Found = TypeVar("_Found")


def fell_out(catalogue: Catalogue, chosen: Option | None, avoid: Collection[str] = ()) -> list[FellOut]:
    """Clouds first, then regions; what no option meets first, then what the chosen option is better than. `from` holds
    only fields that were stated."""
    found, stated = _fallen(catalogue, chosen, avoid), stated_fields(catalogue.values)
    return [item.model_copy(update={"from_": [name for name in item.from_ if name in stated]}) for item in found]


def _fallen(catalogue: Catalogue, chosen: Option | None, avoid: Collection[str]) -> list[FellOut]:
    best = _best([option for option in catalogue.feasible if option is chosen or not ruled_out(option, avoid)])
    out = nearest(catalogue, best)
    clouds = {cloud for cloud, _ in best}
    found = [_out("cloud", name, _of(name, out).values()) for name in sorted({cloud for cloud, _ in out} - clouds)]
    regions = _regions({place: item for place, item in out.items() if place[0] in clouds})
    if chosen is None:
        return [*found, *regions]
    used = chosen.machine.cloud
    lost = {place: option for place, option in best.items() if place != place_of(chosen)}
    found += [_beaten("cloud", name, _of(name, lost), chosen) for name in sorted(clouds - {used})]
    found += regions
    return [*found, *([_beaten("region", used, own, chosen)] if (own := _of(used, lost)) else [])]


def _of(cloud: str, found: dict[Place, _Found]) -> dict[Place, _Found]:
    return {place: item for place, item in found.items() if place[0] == cloud}


def _best(feasible: Sequence[Option]) -> dict[Place, Option]:
    """By place, the first in rank."""
    found: dict[Place, Option] = {}
    for option in feasible:
        found.setdefault(place_of(option), option)
    return dict(sorted(found.items()))


def _regions(out: dict[Place, Nearest]) -> Iterator[FellOut]:
    """Regions of one cloud that fell out over the same fields."""
    groups: dict[tuple[str, tuple[FieldName | None, ...]], list[Nearest]] = {}
    for (cloud, _), item in out.items():
        groups.setdefault((cloud, tuple(violation.field for violation in item.lacks)), []).append(item)
    for (cloud, _), group in groups.items():
        yield _out("region", cloud, group)


def _out(kind: Kind, cloud: str, places: Collection[Nearest]) -> FellOut:
    """With what the nearest option of these places lacks. Where each is barred, that holds whatever runs there."""
    first = min(places, key=lambda item: item.key)
    fields = sorted({item.field for item in first.lacks if item.field})
    if first.barred:
        shared = tuple(item for item in first.lacks if all(item in place.lacks for place in places))
        words = " or ".join(dict.fromkeys(_words(shared or place.lacks) for place in places))
        fields = sorted({item.field for place in places for item in shared or place.lacks if item.field})
    elif first.lacks:
        words = f"the nearest there, {first.option.label}: {_words(first.lacks)}"
    else:
        words = "the critics ruled out what meets the constraints there"
    regions = sorted(item.option.machine.region for item in places)
    return _fell(kind, cloud, regions, f"{words[:1].upper()}{words[1:]}.", fields)


def _beaten(kind: Kind, cloud: str, lost: dict[Place, Option], chosen: Option) -> FellOut:
    """Met the constraints, and was not the best."""
    best = min(lost.values(), key=lambda option: option.rank)
    price = price_words(best, chosen)
    worse = "; ".join(added_risks(best, chosen))
    left = f", but {worse}" if worse else ", and was not proposed" if saved(best, chosen) else ""
    reason = f"Its best, {best.label}, {price[:1].lower()}{price[1:]}{left}."
    return _fell(kind, cloud, [region for _, region in lost], reason)


def _fell(kind: Kind, cloud: str, places: list[str], reason: str, fields: Sequence[str] = ()) -> FellOut:
    found = {"kind": kind, "cloud": cloud, "places": places, "reason": reason, "from": list(fields)}
    return FellOut.model_validate(found)


def _words(violations: Sequence[Violation]) -> str:
    return "; ".join(item.reason for item in violations)
