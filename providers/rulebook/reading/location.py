"""Where it may run: clouds, regions, and the jurisdiction the data has to stay in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.exclusions import PUBLIC_CLOUDS, exclusions, left, rest
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.places import CLOUD_OF, JURISDICTIONS, PLACES, REGIONS, CloudName, region_of
from providers.rulebook.reading.terms import Mention, Vocabulary
from providers.rulebook.reading.text import Text

CLOUDS = Vocabulary(
    {
        **PUBLIC_CLOUDS,
        "onprem": joined(
            r"""on-?prem(?:ises?|ise)?|on premises?|(?:our|my|eigene[nmsr]?|unsere?[nmsr]?) (?:own |
                eigenen? )?(?:servers?|data ?cent(?:er|re)s?|rack|workstations?|hardware|machines?(?! learning)|boxes|
                cluster on bare metal|server room|rechenzentrum|server|basement)|own (?:hardware|servers?|
                data ?cent(?:er|re)|machines?|rechenzentrum)|bare[- ]metal|in-house (?:servers?|hardware|cluster|
                data ?cent(?:er|re))|in our (?:own )?(?:data ?cent(?:er|re)|server room)|air-?gapped|
                self-hosted servers?|company servers?"""
        ),
    }
)
_SERVICES = Vocabulary(
    {
        "aws": joined(
            r"""sage-?maker|ec2|eks|ecs|ecr|fargate|amazon s3|aws s3|s3(?!-compat| compat)|bedrock|cloudwatch|
                dynamodb|code ?pipeline|kinesis|redshift|athena|step functions|mwaa|inferentia|trainium|
                lambda functions?|aurora|emr|sqs|cloudformation|(?:ml\.)?(?:[cmrtpgix]\d[a-z]{0,3}|inf\d|trn\d|
                p4de?)\.(?:\d*x?large|micro|small|medium|nano|metal)"""
        ),
        "gcp": (
            r"gke|vertex(?:[- ]?ai)|big-?query|cloud ?run|gcs(?: buckets?)?|dataflow|pub/?sub|cloud ?build|"
            r"dataproc|cloud composer|[aengc]\d[a-z]?-(?:standard|highgpu|highmem|highcpu|ultragpu|megagpu|"
            r"micro)\S*"
        ),
        "azure": (
            r"aks|azure ?ml|cosmos ?db|standard_[a-z]+\d+\w*|azure (?:openai|devops|blob|container apps|"
            r"functions)"
        ),
    }
)
_AZURE_SPACED = {
    code: re.sub((
        r"^(north|south|east|west|central|uk|france|germany|switzerland|sweden|norway|poland|italy|spain|japan|"
        r"korea|australia|canada|brazil|southeast)(central|west|east|south|north|southeast)?(europe|us|central|"
        r"asia|india)?(\d?)$"
    ),
                 lambda m: r"[ -]?".join(part for part in m.groups() if part), code)
    for code in REGIONS["azure"]
}  # fmt: skip
_CODES = Vocabulary(
    {
        code: rf"{re.escape(code)}(?=[a-f]?(?![\w-]))[a-f]?" if cloud != "azure" else rf"{_AZURE_SPACED[code]}"
        for code, cloud in sorted(CLOUD_OF.items(), key=lambda item: -len(item[0]))
    }
)
_CITY = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, PLACES), key=len, reverse=True))})(?![\w-])")
_CITY_BEFORE = re.compile(
    r"(?:\b(?:regions?|zones?|data ?cent(?:er|re)s?|location|rechenzentrum|standort)\s*(?:is|in|of|:|=)?\s*|"
    r"\b(?:deploy\w*|run\w*|host\w*|serv(?:e[ds]?|ing)|stay\w*|launch\w*|live|located|stored?|keep|kept|be|"
    r"remain|laufen|betrieben|only|nur|aws|gcp|azure|google|amazon)\s+(?:\w+ ){0,4}?(?:in|from|to|out of|"
    r"near|at|only|,)?\s*(?:the )?(?:aws |gcp |azure |google |amazon )?|"
    r"\b(?:in|from|on)\s+(?:the )?(?:aws|gcp|azure|google)(?:'s)? |\((?:aws |gcp |azure )?)$"
)
_CITY_AFTER = re.compile(
    r"^\s?\)?,?\s*(?:regions?|data ?cent(?:er|re)|zone|only|rechenzentrum|\((?:aws|gcp|azure|region|"
    r"[a-z]{2,}-[a-z]+-?\d)|standort)\b"
)
_PEOPLE = re.compile(
    r"\b(?:users?|customers?|office|offices|team|based|headquarter\w*|company|students?|clients|i live|"
    r"we live|i am|i'm|we are a|hq|startup|colleagues?|engineers?|bank|hospital|nutzer|kunden|"
    r"firma)\b[^.;\n]{0,25}$"
)
_PLACE = "|".join(f"(?P<j{number}>{pattern})" for number, pattern in enumerate(JURISDICTIONS.values()))
_JURISDICTION = re.compile(rf"(?<![\w-])(?:{_PLACE})(?!\w|-(?!only|based|hosted|resident|wide|data))")
_STAY_BEFORE = re.compile(
    joined(
        r"""(?:\b(?:only|nur|solely|exclusively|strictly|ausschließlich)\s+(?:be\s+)?(?:\w+ )?(?:in|within|inside|
            on|innerhalb)?\s*(?:der |des )?|\b(?:stays?|remains?|kept?|keep|stored?|resides?|hosted|hosting|lives?|
            processed|bleiben|bleibt|gehostet|verarbeitet|located|run|runs|running|deploy|deployed|host|serve|
            served|be|gespeichert|laufen|store|process)\s+(?:[\w-]+\s+){0,4}?(?:in|within|inside|on|innerhalb|
            to)\s+(?:an? |der |des |den |any )?|\b(?:not|never|n't|cannot|nicht|may not|
            must not)\s+(?:be\s+)?(?:\w+ )?(?:leave|leaves|leaving|transferred? out(?:side)?(?: of)?|
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
_TODAY = phrases(r"currently|at the moment|right now|happens|derzeit|momentan")
_LEAVE = re.compile(r"\b(?:leave|leaves|leaving|outside(?: of)?|exit) (?:der |die |des )?$")
_NOT = re.compile(r"\b(?:not|never|n't|cannot|can't|no|nicht|nothing)\b")


def location(text: Text) -> Iterator[Candidate]:
    codes = [mention for mention in _CODES.claimed(text) if not _is_prose(text, mention)]
    excluded = exclusions(text)
    barred = {name for item in excluded for name in item.names}
    origins = left(text)
    named = [item for item in CLOUDS.claimed(text) if item.name not in barred and item.start not in origins]
    services = [item for item in _SERVICES.claimed(text) if item.name not in barred]
    yield from rest(excluded)
    for mention in named:
        yield Candidate("cloud", [mention.name], mention.start, mention.end, "cloud", 3)
    for mention in codes:
        yield Candidate("regions", [mention.name], mention.start, mention.end, "region code", 2)
        yield Candidate("cloud", [CLOUD_OF[mention.name]], mention.start, mention.end, "cloud of region", 2)
    for mention in services:
        yield Candidate("cloud", [mention.name], mention.start, mention.end, "cloud of service", 1)
    clouds = (
        {mention.name for mention in named}
        or {CLOUD_OF[item.name] for item in codes}
        or {item.name for item in services}
    )
    yield from _cities(text, clouds, bool(codes))
    yield from _residency(text)


def _is_prose(text: Text, mention: Mention) -> bool:
    """ "we are in the central us" is a place, "northeurope" a code: spaced Azure names count when Azure is meant."""
    words = text.working[mention.start : mention.end]
    if CLOUD_OF[mention.name] != "azure" or " " not in words:
        return False
    return "azure" not in text.working and "region" not in context.sentence(text, mention.start)


def _cities(text: Text, clouds: set[str], coded: bool) -> Iterator[Candidate]:
    named: list[CloudName] = [name for name in REGIONS if name in clouds]
    for match in _CITY.finditer(text.working):
        code = region_of(match.group(), named[0]) if named else _as_written(text, match)
        sentence = text.sentence(match.start())
        before = text.working[max(sentence.start, match.start() - 60) : match.start()]
        after = text.working[match.end() : min(sentence.end, match.end() + 30)]
        if code is None or coded or _PEOPLE.search(before) or clouds == {"onprem"}:
            continue
        if not (_CITY_BEFORE.search(before) or _CITY_AFTER.match(after)):
            continue
        if match.group() in _COUNTRIES and not (re.search(r"\bregions?\b", before + after) or clouds):
            continue
        if context.claimed(text, match.start(), match.end()):
            yield Candidate("regions", [code], match.start(), match.end(), "city", 1)


_COUNTRIES = {
    "ireland",
    "belgium",
    "netherlands",
    "finland",
    "taiwan",
    "singapore",
    "singapur",
    "bahrain",
    "uae",
    "california",
    "texas",
    "washington",
    "virginia",
}


def _as_written(text: Text, match: re.Match[str]) -> str:
    """The place itself, while nobody has said which cloud's region it stands for."""
    span = text.origin(match.start(), match.end())
    return text.original[span.start : span.end].title()


def _residency(text: Text) -> Iterator[Candidate]:
    names = list(JURISDICTIONS)
    for match in _JURISDICTION.finditer(text.working):
        name = next(names[int(key[1:])] for key, words in match.groupdict().items() if words is not None)
        start, end = match.span()
        if name == "US" and not _capital(text, start, end):
            continue
        sentence = text.sentence(start)
        before = text.working[max(sentence.start, start - 70) : start]
        after = text.working[end : min(sentence.end, end + 30)]
        stays = _STAY_BEFORE.search(before)
        behind = _STAY_AFTER.match(after)
        if stays is None and behind is None:
            continue
        if _PEOPLE.search(before) and behind is None:
            continue
        if stays is not None and _LEAVE.search(before) and _NOT.search(before) is None:
            continue
        if not _is_claimed(text, start, end, leaving=_LEAVE.search(before) is not None):
            continue
        first = start if stays is None else start - len(stays.group().lstrip())
        last = end if behind is None else end + len(behind.group())
        yield Candidate("data_residency", name, first, last, "residency", 2)


def _capital(text: Text, start: int, end: int) -> bool:
    """ "US" is a country, "us" is not."""
    words = text.working[start:end]
    span = text.origin(start, end)
    return not re.fullmatch(r"(?:the )?us", words) or text.original[span.start : span.end].endswith("US")


def _is_claimed(text: Text, start: int, end: int, *, leaving: bool) -> bool:
    if context.injected(text, start) or context.later(text, start) or context.someone_elses(text, start):
        return False
    if context.only_asked(text, start) or (_TODAY.search(context.clause(text, start, end)) and not leaving):
        return False
    return leaving or not context.denied(text, start, end)
