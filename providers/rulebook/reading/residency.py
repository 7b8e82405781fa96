"""The jurisdiction that data has to stay in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from providers.pricing.regions import REGIONS, countries_of, regions_for
from providers.rulebook.reading import clauses, context, denial, items, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.places import JURISDICTIONS
from providers.rulebook.reading.text import Text

PEOPLE = re.compile(
    r"\b(?:users?|customers?|office|offices|team|based|headquarter\w*|company|students?|clients|i live|"
    r"we live|i am|i'm|we are a|hq|startup|colleagues?|engineers?|bank|hospital|nutzer|kunden|"
    r"firma)\b[^.;\n]{0,25}$"
)
"""In front of a place where people are, not machines."""
_PLACE = "|".join(f"(?P<j{number}>{pattern})" for number, pattern in enumerate(JURISDICTIONS.values()))
_JURISDICTION = re.compile(rf"(?<![\w-])(?:{_PLACE})(?!\w|-(?!only|based|hosted|resident|wide|data))")
_ANY_PLACE = "|".join(JURISDICTIONS.values())
_OR_ALSO = re.compile(r",? (?:or|oder) (?:in )?| ?/ ?")
"""Between two places, either of which will do."""
_AND_ALSO = re.compile(r",? (?:and|und|&|\+|plus|as well as) (?:in |within )?(?:the |der |den )?| ?(?:&|\+) ?")
"""Between two places of which each keeps its own data; neither is to be left."""
_NEXT_PEOPLE = re.compile(
    r"[ -](?:based )?(?:users?|customers?|clients?|visitors?|shoppers?|people|citizens?|residents|patients?|offices?|"
    r"teams?|markets?|"
    r"staff|law|laws|regulat\w+|employees|players|traffic|companies|nutzer|kunden)\b"
)
_FROM_TO = re.compile(r"\b(?:from|between|von|zwischen|both|move\w*|migrat\w*|transfer\w*)\s(?:the )?$")
_BUT_FOR = re.compile(
    rf",? (?:except(?: for)?|excluding|without|but not|other than|apart from|außer|ohne|aber nicht) (?:in )?"
    rf"(?P<barred>{_ANY_PLACE})(?![\w-])"
)
_STAY_BEFORE = re.compile(
    joined(
        r"""(?:\b(?:in-country|im inland)\W{1,3}|\b(?:only|nur|solely|exclusively|strictly|
        ausschließlich)\s+(?:be\s+)?(?:\w+ )?(?:in|within|inside|
            on|innerhalb)?\s*(?:der |des )?|\b(?:stays?|remains?|kept?|keep|stored?|resides?|hosted|hosting|lives?|
            processed|bleiben|bleibt|gehostet|verarbeitet|located|run|runs|running|deploy|deployed|host|serve|
            served|be|gespeichert|laufen|store|process)\s+(?:[\w-]+\s+){0,4}?(?:in|within|inside|on|innerhalb|
            to)\s+(?:an? |der |des |den |any )?|\b(?:not|never|n't|cannot|nicht|may not|
            must not|shouldn't|should not|won't|dürfen|nothing)\s+(?:be\s+|may |can |must )?(?:\w+ )?(?:leave|(?:go|
            get|move) out(?: of)?|
            leaves|leaving|transferred? out(?:side)?(?: of)?|
            outside(?: of)?|verlassen|sent outside(?: of)?|go outside(?: of)?|exit)\s+(?:der |die |des )?|
            \b(?:residency|residence|sovereignty|datenhaltung|jurisdiction|datenresidenz|localization|
            data location|regions?|region must be|location)\s*(?:is|in|:|=|must be|should be|has to be|
            requirement\w*|within|of)*\s*(?:in |within |inside )?(?:der )?|\bwithin (?:the )?borders of |
            \b(?:leave|leaves|leaving|outside(?: of)?) )$"""
    )
)
_STAY_AFTER = re.compile(
    joined(
        r"""^[\s-]*(?:(?:data |region |regions |hosting |hosted |based |resident )?only\b|data only|residency|
            resident\b|data residency|hosted\b|-?based hosting|sovereign\w*|soil|nicht verlassen|
            regions?\b(?! ?\w+ (?:is|are) (?:down|slow))|data ?cent(?:er|re)s?\b|servers?\b|data residency|
            jurisdiction|hosting)"""
    )
)
_INSIDE = re.compile(r"\b(?:(?P<sure>within|inside|innerhalb)|in)(?: the| der| des| an?)?\s$")
_PLACED = phrases(
    r"""run(?:s|ning)?|deploy\w*|host\w*|serv(?:e[ds]?|ing|ers?)|stor(?:e[ds]?|ing|age)|process\w*|keep|kept|stay\w*|
    located|place[ds]?|everything|workloads?|data|infra\w*|clusters?|endpoints?|capacity|hardware|compute|only|must|
    residency|sovereignty|gdpr|dsgvo|regions?|cloud|aws|gcp|azure|inference|nodes?|gpus?|daten|laufen|läuft|
    betrieb\w*|bleiben|nur|alles"""
)
_PEOPLE_OR_MARKET = phrases(
    r"""users?|customers?|clients?|offices?|teams?|based|headquarter\w*|compan(?:y|ies)|students?|live|lives|i am|i'm|
    we are|we're|hq|startup|colleagues|engineers?|doctors?|nurses?|banks?|hospitals?|markets?|sell\w*|sales|shops?|
    regulat\w+|laws?|acts?|providers?|citizens?|residents?|people|population|born|from|compared|like|vs|university|
    institute|conference|authorit\w+|nutzer|kunden|firma|wir sind|bin|sitz|patients"""
)
_MOVING = re.compile(
    r"\b(?:mov\w+|migrat\w+|switch\w*|expand\w*|umzieh\w*|wechseln)\b[^.;]{0,30}\b(?:to|into|in|nach)\s(?:the |die )?$"
)
"""A change of place says where it runs next, not that it has to stay."""
_REGION = re.compile(r"\s(?:regions?|data ?cent(?:er|re)s?|servers?)\b")
_TODAY = phrases(r"currently|at the moment|right now|happens|derzeit|momentan")
_LEAVE = re.compile(r"\b(?:leave|leaves|leaving|outside(?: of)?|exit) (?:der |die |des )?$")
_NOT_OUT = re.compile(
    r"\b(?:leaves?|leaving|outside(?: of)?|exit|verlassen|not|no|except|excluding|without)\b[^.;,]{0,20}$"
)
_NOT = re.compile(r"\b(?:not|never|n't|cannot|can't|no|nicht|nothing)\b")


def residency(text: Text, coded: Collection[int], cities: Collection[int]) -> Iterator[Candidate]:
    """`coded`: the positions that a region's code covers; `cities`: where a place begins that names a region."""
    for name, start, end in places(text):
        if start in coded:
            continue
        sentence = text.sentence(start)
        before = text.working[max(sentence.start, start - 70) : start]
        after = text.working[end : min(sentence.end, end + 30)]
        stays = _STAY_BEFORE.search(before)
        behind = _STAY_AFTER.match(after)
        moving = _MOVING.search(before) is not None
        if (start in cities or moving) and behind is not None and _REGION.match(after):
            behind = None
        if stays is None and behind is None and (moving or start in cities or not _is_placed(text, start, end)):
            continue
        if PEOPLE.search(before) and behind is None:
            continue
        leaves = _LEAVE.search(before) is not None
        if stays is not None and leaves and _NOT.search(before) is None:
            continue
        if not _is_claimed(text, start, end, leaving=leaves or (behind is not None and "verlassen" in behind.group())):
            continue
        first = start if stays is None else start - len(stays.group().lstrip())
        last = end if behind is None else end + len(behind.group())
        yield Candidate("data_residency", name, first, last, "residency", 2)


def places(text: Text) -> Iterator[tuple[str, int, int]]:
    """Each place with its span; those that are offered side by side are one: "UK or Ireland"."""
    found: list[tuple[str, int, int]] = []
    for match in _JURISDICTION.finditer(text.working):
        name, (start, end) = _name(match), match.span()
        if name == "US" and not _capital(text, start, end):
            continue
        if found and (
            _OR_ALSO.fullmatch(text.working, found[-1][2], start) or _are_paired(text, found[-1], start, end)
        ):
            before, first, _ = found.pop()
            name, start = before if name in before.split(" or ") else f"{before} or {name}", first
        found.append((name, start, end))
    yield from found


def _are_paired(text: Text, first: tuple[str, int, int], start: int, end: int) -> bool:
    """ "EU and US": one residency, unless it is said of people, or of a way from one to the other."""
    if _AND_ALSO.fullmatch(text.working, first[2], start) is None or _NEXT_PEOPLE.match(text.working, end):
        return False
    sentence = text.sentence(start)
    before = text.working[max(sentence.start, first[1] - 70) : first[1]]
    return not (PEOPLE.search(before) or _FROM_TO.search(before) or _NOT_OUT.search(before))


def _name(match: re.Match[str]) -> str:
    names = list(JURISDICTIONS)
    return next(names[int(key[1:])] for key, words in match.groupdict().items() if words is not None)


def but_for(text: Text, stay: Candidate, clouds: Collection[str]) -> Iterator[Candidate]:
    """ "Europe except Germany": the regions of `clouds`, or of all, that remain."""
    behind = _BUT_FOR.match(text.working, stay.end)
    barred = None if behind is None else _JURISDICTION.match(text.working, behind.start("barred"))
    if behind is None or barred is None:
        return
    out = countries_of(_name(barred))
    remaining = sorted(
        name
        for cloud, name in regions_for(str(stay.value))
        if (not clouds or cloud in clouds) and REGIONS[cloud, name].country not in out
    )
    if remaining:
        yield Candidate("regions", remaining, stay.start, behind.end(), "places but for one", 1)


def _is_placed(text: Text, start: int, end: int) -> bool:
    """ "run it in the EU", "within Germany", or the place alone between commas; not where people or markets are."""
    clause = clauses.clause(text, start, end)
    if (but := _BUT_FOR.match(text.working, end)) is not None:
        clause = clause.replace(but.group(), "")
    if _PEOPLE_OR_MARKET.search(clause):
        return False
    inside = _INSIDE.search(text.working, max(0, start - 20), start)
    if inside is None:
        alone = re.sub(
            r"^(?:please|also|and|und|the|bitte|multi-?region|both|only) | (?:data|daten)$|"
            r"[\s.,;:()!*-]",
            "",
            clause.strip(" .,;:"),
        ) == re.sub(r"[\s.]", "", text.working[start:end])
        return alone and (_PEOPLE_OR_MARKET.search(clauses.sentence(text, start)) is None or _is_item(text, start, end))
    if inside["sure"] is not None or _PLACED.search(clause):
        return True
    return len(clause.split()) <= 5 and _PEOPLE_OR_MARKET.search(clauses.sentence(text, start)) is None


def _is_item(text: Text, start: int, end: int) -> bool:
    """A place in a list of facts, of which the items beside it speak of no people."""
    beside = " , ".join(items.neighbours(text, start))
    return items.alone(text, start, end) and items.facts(text, start) >= 2 and not _PEOPLE_OR_MARKET.search(beside)


def _capital(text: Text, start: int, end: int) -> bool:
    """ "US" is a country, "us" is not."""
    words = text.working[start:end]
    span = text.origin(start, end)
    return not re.fullmatch(r"(?:the )?us", words) or text.original[span.start : span.end].endswith("US")


def _is_claimed(text: Text, start: int, end: int, *, leaving: bool) -> bool:
    if (
        context.injected(text, start)
        or denial.unsaid(text, start)
        or tense.later(text, start)
        or context.someone_elses(text, start)
    ):
        return False
    if context.only_asked(text, start) or (_TODAY.search(clauses.clause(text, start, end)) and not leaving):
        return False
    return leaving or not denial.denied(text, start, end)
