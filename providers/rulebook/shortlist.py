"""Which options people get to see, and in a few words why each was not taken."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from providers.rulebook.difference import added_risks, dearer, price_words, saved
from providers.rulebook.front import kept, pareto, quickness
from providers.rulebook.money import cents
from providers.rulebook.nearest import room_of
from providers.rulebook.options import RISK_WORDS, Option, ruled_out
from storage.records.plans import Candidate

SHOWN, KEPT_OUT = 12, 5


def shortlist(options: list[Option], chosen: Option | None, avoid: frozenset[str]) -> list[Candidate]:
    """The chosen option first, then by nearness: the Pareto front of what meets the constraints and the critics leave,
    and the nearest that each single constraint keeps out; up to SHOWN in all, options that bring a cloud, region, type,
    purchase or spread not seen yet."""
    rest = sorted((option for option in options if option is not chosen), key=_nearness)
    front = _front(options, chosen, avoid)
    picked = [*_nearest_kept_out(rest)[:KEPT_OUT], *(option for option in front if option is not chosen)]
    seen = {trait for option in ([chosen] if chosen else []) for trait in _traits(option)}
    room = SHOWN - len(picked) - (chosen is not None)
    for width in (2, 1):
        for option in rest:
            if room <= 0:
                break
            fresh = [trait for trait in _traits(option) if trait not in seen]
            if len(fresh) >= width and option not in picked:
                picked.append(option)
                seen.update(fresh)
                room -= 1
    shown = [*([chosen] if chosen else []), *sorted(picked, key=_nearness)]
    return [_candidate(option, chosen, avoid, option in front) for option in shown]


def _front(options: list[Option], chosen: Option | None, avoid: frozenset[str]) -> list[Option]:
    """Empty where nothing meets the constraints. A chosen option that the critics ruled out is weighed all the same."""
    if chosen is None:
        return []
    left = (option for option in options if option.feasible and (option is chosen or not ruled_out(option, avoid)))
    return kept(pareto(left), chosen)


def _nearest_kept_out(rest: list[Option]) -> list[Option]:
    """One option for each constraint that alone keeps something out, cheapest first."""
    nearest: dict[str, Option] = {}
    for option in rest:
        if len(option.violations) == 1 and option.compute is not None:
            nearest.setdefault(option.violations[0].field or option.violations[0].reason, option)
    return list(nearest.values())


def _nearness(option: Option) -> tuple[object, ...]:
    """What meets most constraints first: by rank when it meets all, else by cost, or by what the machine lacks."""
    if option.feasible:
        return 0, False, *option.rank
    short = 0.0 if option.capacity is not None else _shortfall(option)
    unrelaxable = None in [violation.field for violation in option.violations]
    return len(option.violations), unrelaxable, 0, option.compared, short, option.order


def _shortfall(option: Option) -> float:
    """Of what does not run and so has no cost: the latency it needs, or how much memory it has, the other way round."""
    needed = option.violations[-1].needed
    return -room_of(option) if needed is None else float(needed)


def _traits(option: Option) -> Iterator[tuple[str, object]]:
    machine = option.machine
    yield "cloud", machine.cloud
    yield "region", machine.region
    yield "type", (machine.type, machine.cloud)
    yield "accelerator", machine.accelerator
    yield "purchase", option.purchase
    yield "spread", (option.zones, option.risks)
    for violation in option.violations:
        yield "violation", violation.field or violation.reason


def _candidate(option: Option, chosen: Option | None, avoid: frozenset[str], pareto: bool) -> Candidate:
    machine = option.machine
    return Candidate(
        label=option.label,
        cost_usd_month=None if option.likely is None else cents(option.likely),
        chosen=option is chosen,
        rejected_because=None if option is chosen else _why_not(option, chosen, avoid),
        saves_usd_month=_saves(option, chosen, avoid),
        cloud=machine.cloud,
        region=machine.region,
        sku=machine.type,
        count=option.count,
        purchase=option.purchase,
        latency_p95_ms=option.capacity.latency_ms if option.capacity else None,
        capacity_rps=round(option.rate, 2) if option.rate is not None and option.serving else None,
        run_hours=round(option.run_hours, 2) if option.run_hours else None,
        pareto=pareto,
        risks=[RISK_WORDS[name] for name in option.risks],
    )


def _why_not(option: Option, chosen: Option | None, avoid: frozenset[str]) -> str:
    if option.violations or chosen is None:
        return _sentence("; ".join(violation.reason for violation in option.violations))
    if ruled_out(option, avoid):
        return "Ruled out by the critics."
    price = price_words(option, chosen)
    if option.risk > chosen.risk:
        return f"{price}, but {'; '.join(added_risks(option, chosen))}."
    if option.rank < chosen.rank:
        return f"{price}{_not_proposed(option, chosen)}"
    return f"{price}{_share(option, chosen)}."


def _share(option: Option, chosen: Option) -> str:
    more = dearer(option, chosen)
    return f" ({more / chosen.likely:+.0%})" if chosen.likely and (round(more) > 0 or saved(option, chosen)) else ""


def _not_proposed(option: Option, chosen: Option) -> str:
    """Of an option that ranks before the chosen one, so that rules would have taken it first."""
    risks = "risks less" if option.risk < chosen.risk else "risks no more"
    but = [*added_risks(option, chosen), *(["it is slower"] if quickness(option) > quickness(chosen) else [])]
    return f" and {risks}{', but ' + '; '.join(but) if but else ''}; not proposed."


def _saves(option: Option, chosen: Option | None, avoid: frozenset[str]) -> Decimal | None:
    """US dollars a month, of an option that meets the constraints and that no critic ruled out."""
    if chosen is None or option.violations or ruled_out(option, avoid):
        return None
    return saved(option, chosen)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
