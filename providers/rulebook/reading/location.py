"""Where it may run: clouds, regions, and the jurisdiction the data has to stay in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, items, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.exclusions import PUBLIC_CLOUDS, exclusions, left, rest
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.places import CLOUD_OF, PLACES, REGIONS, CloudName, region_of
from providers.rulebook.reading.refusals import refusals
from providers.rulebook.reading.residency import PEOPLE, but_for, residency
from providers.rulebook.reading.terms import Mention, Vocabulary
from providers.rulebook.reading.text import Text

CLOUDS = Vocabulary(
    {
        **PUBLIC_CLOUDS,
        "onprem": joined(
            r"""on[- ]?prem(?:ises?|ise)?|(?:(?:our|my|eigene[nmsr]?|unsere?[nmsr]?) (?:own|eigenen?)|
                (?<=on )(?:our|my)|(?<=in )our|(?<=to )our|(?<=auf )unsere[nmr]|
                (?<=in )unsere[nmr]) (?:servers?|racks?|metal|iron|kit|workstations?|hardware|machines?(?! learning)|
                boxes)|(?:our|my|
                unsere[nmr]?) (?:own )?(?:[a-z]+ )?(?:dc|
                data ?cent(?:er|re)s?|
                cluster on bare metal|server room|rechenzentrum|basement)|eigene[nmrs]? (?:rechenzentrum|servern?)|
                own (?:hardware|servers?|
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
            r"gke|cloud tpus?|tpus?[ -]?v\d\w?(?:-\d+)?|v\d\w?-\d+ tpus?|vertex(?:[- ]?ai)|big-?query|"
            r"cloud ?run|gcs(?: buckets?)?|dataflow|pub/?sub|cloud ?build|"
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


def _zoned(code: str, cloud: CloudName) -> str:
    """The code with the letter of a zone; AWS's are also written with blanks ("us east 1")."""
    written = code.replace("-", "[- ]") if cloud == "aws" else code
    return rf"{written}(?=-?[a-f]?(?![\w-]))(?:-?[a-f])?"


_CODES = Vocabulary(
    {
        code: _zoned(code, cloud) if cloud != "azure" else rf"{_AZURE_SPACED[code]}"
        for code, cloud in sorted(CLOUD_OF.items(), key=lambda item: -len(item[0]))
    }
)
_CITY = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, PLACES), key=len, reverse=True))})(?![\w-])")
_CITY_BEFORE = re.compile(
    r"(?:\b(?:regions?|zones?|data ?cent(?:er|re)s?|location|rechenzentrum|standort)\s*(?:is|in|of|:|=)?\s*|"
    r"\b(?:deploy\w*|run\w*|host\w*|serv(?:e[ds]?|ing)|stay\w*|launch\w*|live|located|stored?|keep|kept|be|"
    r"remain|laufen|betrieben|only|nur|aws|gcp|azure|google|amazon)\s+(?:\w+ ){0,4}?(?:in|from|to|out of|"
    r"near|at|only|,)?\s*(?:the )?(?:aws |gcp |azure |google |amazon )?|"
    r"\b(?:in|from|on)\s+(?:the )?(?:aws|gcp|azure|google)(?:'s)? |\((?:aws |gcp |azure )?|"
    r"\b(?:aws|gcp|azure|google cloud|eks|gke|aks|ecs|ec2|s3|sagemaker|vertex(?: ai)?|fargate|cloud run)(?:,|:| -|"
    r" in)? (?:most probably |probably |preferably |either )?)$"
)
_CITY_LIST_MORE = re.compile(
    rf",? ?(?:or|and|/|\+|&|oder|und) ?(?:{'|'.join(sorted(map(re.escape, PLACES), key=len, reverse=True))})(?![\w-])"
)
_LOAD_BEFORE = re.compile(
    r"(?<![$€£])\d[\d.,]*k? ?(?:[rqt]ps|(?:req(?:uest)?s?|calls|queries|events|messages|images|predictions|"
    r"transactions|"
    r"tx|msgs?)? ?(?:/ ?s(?:ec)?|(?:per|a) second|/ ?min|(?:per|a) minute)|m?s|%|[gt]b|gpus?|[ahtlv]\d{1,3}s?) "
    r"(?:in|from|out of) (?:the )?$|"
    r"\b(?:models?|endpoints?|apis?|services?|filters?|classifiers?|rankers?|recommenders?|detectors?|clusters?|"
    r"pipelines?|jobs?|"
    r"inference|serving|scoring|training|fine-?tuning|chatbots?|deployments?|(?:need|want|like) (?:it|this|"
    r"everything|that|one)) "
    r"in (?:the )?$"
)
"""A load, a limit or what is to run, directly in front of the place where it is wanted."""
_WEIGHS = re.compile(r"\b(?:which|better|should|or|compared|versus|vs)\b")
_ABOUT_PEOPLE = phrases(
    r"office|offices|headquarter\w*|hq|team|colleagues|conference|meetup|meeting|trip|flight|born|weather|job ad|"
    r"salary|vacancy"
)
_OFFERED_BEFORE = re.compile(
    r"\b(?:(?:supported|available|valid|listed) (?:regions?|locations?|zones?|clouds?|providers?|platforms?)|"
    r"(?:(?:is|are) )?(?:only |already |now )?(?:available|offered|supported|rolled out|"
    r"launched) (?:only )?(?:in|on|by|for)|"
    r"(?:it|vendor|provider|tool|product|library|which|that) (?:only )?(?:supports?|offers?)|verfügbar in|"
    r"unterstützt)\b[^.;\n]*$"
)
_OFFERS_AFTER = re.compile(
    r"(?:(?:,|,? (?:and|or|und|oder|&)) [\w ]{2,14}?){0,4},? (?:all |both |also |each |alle |"
    r"beide )?(?:(?<!to )offers?|"
    r"supports?|rolled out|introduced|released|shipped|has (?:something|this|that|a similar)|(?:team|people|"
    r"folks|support|docs?) "
    r"(?:is|are|has|have|says?|works?|told|was|will)|"
    r"provides?|sells?|charges?|recommends?|announced|launched|lists?|advertises?|bieten?|verlangt)\b|(?:(?:,|"
    r",? (?:and|or)) ?[\w ]{2,14}?){0,3},? ?etc\b"
)
_DISTANCE = re.compile(r"\b(?:latency|ping|distance|round[- ]?trip|rtt)\b[^.;,\n]{0,30}\b(?:to|from) $")
_CITY_LIST = re.compile(r"\s?(?:,|/|or|and|oder|und|, (?:or|and))\s?(?:the )?")
_CITY_AFTER = re.compile(
    r"^\s?\)?,?\s*(?:regions?|data ?cent(?:er|re)|zone|only|rechenzentrum|(?:aws|gcp|azure)\b|\((?:aws|gcp|azure|"
    r"region|"
    r"[a-z]{2,}-[a-z]+-?\d)|standort)\b"
)
_SUPPORTING = re.compile(
    r"\b(?:lets?|allow\w*|enable) (?:the |an? )?\w+ (?:to )?(?:pick|choose|select)|dropdown|multi-?cloud|"
    r"support(?:s|ed)?\b|"
    r"compar\w+|feature|cloud[- ]agnostic"
)
"""What a tool shall be able to do with each cloud."""
_OWNER = re.compile(
    r"\b(?:their|his|her|your|(?:players?|users?|customers?|clients?|visitors?|students?|developers?|members?|"
    r"owners?|hosts?|"
    r"contributors?|persons?|people|someone|somebody)'?s?'?)\s$"
)
_HOSTING = phrases(
    r"host\w*|run|runs|running|deploy\w*|serv(?:e|es|ed|ing)|infer\w*|train\w*|endpoints?|clusters?|instances?|"
    r"regions?|"
    r"rps|qps|requests|gpus?|latency|cloud"
)
_SELLING = phrases(
    r"sell\w*|sold|shops?|sellers?|reviews?|products?|listings?|prime|alexa|books?|orders?|ads|"
    r"catalogue"
)


def location(text: Text) -> Iterator[Candidate]:
    codes = [
        item
        for item in _CODES.claimed(text)
        if not (_is_prose(text, item) or _is_offered(text, item) or _is_far(text, item))
    ]
    yield from refusals(text)
    excluded = exclusions(text)
    barred = {name for item in excluded for name in item.names}
    origins = left(text)
    named = [
        item
        for item in CLOUDS.claimed(text)
        if not (_is_a_shop(text, item) or _is_somebodys(text, item))
        and item.name not in barred
        and item.start not in origins
        and not (_is_wondered(text, item) or _is_offered(text, item))
    ]
    if len({item.name for item in named}) > 2 and _SUPPORTING.search(clauses.sentence(text, named[0].start)):
        named = []
    services = [item for item in _SERVICES.claimed(text) if item.name not in barred]
    if len({item.name for item in services}) > 2:
        services = []  # a comparison of the clouds, not a choice among them
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
    cities = list(_cities(text, clouds, bool(codes)))
    yield from cities
    covered = {position for item in codes for position in range(item.start, item.end)}
    stay = list(residency(text, covered, {item.start for item in cities} if clouds else frozenset()))
    yield from stay
    for item in stay:
        yield from but_for(text, item, clouds)


def _is_offered(text: Text, mention: Mention) -> bool:
    """ "available in us-east-1", "Azure offers it": what a vendor has, where nothing is asked for."""
    sentence = text.sentence(mention.start)
    if _OFFERS_AFTER.match(text.working, mention.end, sentence.end) is not None:
        return True
    before = text.working[max(sentence.start, mention.start - 90) : mention.start]
    return _OFFERED_BEFORE.search(before) is not None and not tense.asks(text.slice(sentence))


def _is_far(text: Text, mention: Mention) -> bool:
    """ "latency from Perth to us-west-2 is 210 ms": how far it is, not where it shall run."""
    return _DISTANCE.search(text.working, max(0, mention.start - 50), mention.start) is not None


def _is_a_shop(text: Text, mention: Mention) -> bool:
    """ "on amazon" is where one hosts, or where one sells."""
    if text.working[mention.start : mention.end] != "amazon":
        return False
    words = clauses.clause(text, mention.start, mention.end)
    return _HOSTING.search(words) is None or _SELLING.search(words) is not None


def _is_somebodys(text: Text, mention: Mention) -> bool:
    """ "on the player's own machine": owned, but by others."""
    before = text.working[max(text.sentence(mention.start).start, mention.start - 25) : mention.start]
    own = text.working.startswith("own ", mention.start)
    return own and _OWNER.search(before) is not None


def _is_wondered(text: Text, mention: Mention) -> bool:
    """ "AWS? GCP?": the name alone is the question."""
    sentence = text.sentence(mention.start)
    words = text.slice(sentence).strip()
    return words.endswith("?") and len(words.split()) <= 2


def _is_prose(text: Text, mention: Mention) -> bool:
    """ "we are in the central us" is a place, "northeurope" a code: spaced Azure names count when Azure is meant."""
    words = text.working[mention.start : mention.end]
    if CLOUD_OF[mention.name] != "azure" or " " not in words:
        return False
    if words.count(" ") >= 2:
        return False
    return "azure" not in text.working and "region" not in clauses.sentence(text, mention.start)


def _cities(text: Text, clouds: set[str], coded: bool) -> Iterator[Candidate]:
    named: list[CloudName] = [name for name in REGIONS if name in clouds]
    last = -1
    for match in _CITY.finditer(text.working):
        code = region_of(match.group(), named[0]) if named else _as_written(text, match)
        sentence = text.sentence(match.start())
        before = text.working[max(sentence.start, match.start() - 60) : match.start()]
        after = text.working[match.end() : min(sentence.end, match.end() + 30)]
        if code is None or coded or PEOPLE.search(before) or clouds == {"onprem"}:
            continue
        listed = last >= 0 and _CITY_LIST.fullmatch(text.working, last, match.start()) is not None
        placed = listed or _CITY_BEFORE.search(before) or _LOAD_BEFORE.search(before) or _CITY_AFTER.match(after)
        if not (placed or _is_item(text, match)) or tense.present_state(text, *match.span()):
            continue
        if match.group() in _COUNTRIES and not (re.search(r"\bregions?\b", before + after) or clouds):
            continue
        if context.claimed(text, match.start(), match.end()):
            last = match.end()
            yield Candidate("regions", [code], match.start(), match.end(), "city", 1)


def _is_item(text: Text, match: re.Match[str]) -> bool:
    """ "300 req/s, Frankfurt, $4k": a city alone in a list of facts."""
    end = match.end()
    while (more := _CITY_LIST_MORE.match(text.working, end)) is not None:
        end = more.end()
    if not items.alone(text, match.start(), end) or items.facts(text, match.start()) < 1:
        return False
    sentence = clauses.sentence(text, match.start())
    if sentence.rstrip().endswith("?") and _WEIGHS.search(sentence):
        return False
    return not _ABOUT_PEOPLE.search(items.words(text, match.start())[-400:])


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
    """The place itself, spelt right, while nobody has said which cloud's region it stands for."""
    return text.working[match.start() : match.end()].title()
