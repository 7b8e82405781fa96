"""Bare answers to an open question: "80", "<100 ms", "yes", "EU only", "4k"."""

from __future__ import annotations

import re
from collections.abc import Callable

from providers.base import Finding, Problem, Reading
from providers.pricing.regions import regions_for
from providers.rulebook.counted import plain
from providers.rulebook.reading.exchange import Currency, conversion, in_dollars
from providers.rulebook.reading.floors import is_bare_floor
from providers.rulebook.reading.governance import REGIMES
from providers.rulebook.reading.location import CLOUDS
from providers.rulebook.reading.misplaced import misplaced
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.places import CLOUD_OF, PLACES, region_of
from providers.rulebook.reading.residency import places
from providers.rulebook.reading.stack import MONITORS
from providers.rulebook.reading.terms import Vocabulary
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import ADVERB, DURATION, PERIOD, SIZE, factor, rounded, unit_of
from storage.records.constraints import ConstraintValue, FieldName

_YES = re.compile(
    r"\s*(?:yes|yep|yeah|yup|y|sure|ok|okay|fine|true|of course|please(?: do)?|definitely|absolutely|"
    r"allowed|required|needed|it is|they are|we do|ja|gerne|klar|certainly|go ahead|we can|it can|"
    r"that's fine|no problem)\b"
)
_NO = re.compile(
    r"\s*(?:no|nope|nah|n|never|false|not|nein|none|don't|do not|without|kein\w*|nicht|forbidden|rather not|"
    r"better not|cpu(?:s)?\b)\b"
)
_UNSURE = re.compile(
    r"\b(?:don't know|do not know|not sure|no idea|unsure|dunno|no clue|can't say|weiß nicht|keine ahnung|"
    r"unknown|tbd|any|whatever|don't care|doesn't matter|egal|no preference|skip|what (?:do|would) you (?:suggest|"
    r"recommend)|you (?:choose|decide)|it depends|no limit|unlimited)\b"
)
_EURO = re.compile(r"€|\beur(?:os?)?\b")
_POUND = re.compile(r"£|\bgbp\b|\bpounds?\b")
_FRANC = re.compile(r"\bchf\b|\bfranken\b|\bfrancs?\b")
_ONE_UNIT = re.compile(
    r"\b(?P<one>an?|one|einer?|einem) (?=(?:second|minute|hour|day|week|fortnight|month|"
    r"stunde|tag|woche)\b)"
)
_BOOLEANS: frozenset[FieldName] = frozenset({"gpu_required", "spot_ok", "scale_to_zero"})
_WORKLOADS = Vocabulary(
    {
        "streaming_inference": r"streams?|streaming(?:[ _]inference)?|video|kafka|continuous stream",
        "fine_tuning": r"fine[- _]?tun\w*",
        "feature_store": r"feature[ _]store",
        "data_pipeline": r"(?:data[ _])?pipeline|etl",
        "rag": r"rag|retrieval\w*|(?:documents|chat) (?:search|answers)",
        "edge": r"edge|devices?|on[- ]device",
        "training": r"(?:re)?train\w*",
        "batch_inference": r"batch(?:es)?(?:[ _]inference)?|nightly|offline|overnight|bulk|in bulk",
        "realtime_inference": (
            r"real[- _]?time(?:[ _]inference)?|online|live|endpoint|api|serving|serve|interactive|echtzeit|"
            r"per request"
        ),
    }
)
_SENSITIVITIES = Vocabulary(
    {
        "phi": r"phi|health\w*|patients?|medical|gesundheit\w*",
        "financial": r"financial|finance|payment\w*|cards?|bank\w*",
        "pii": r"pii|personal\w*|private|personenbezogen\w*|names|yes",
        "internal": r"internal|confidential|intern\w*|business|no(?:ne)?|neither",
        "public": r"public|open|öffentlich",
    }
)


_MONEY: frozenset[FieldName] = frozenset({"monthly_budget_usd"})


def answer(text: Text, amounts: list[Amount], field: FieldName) -> Reading:
    words = text.working.strip()
    if not words or len(words) > 200:
        return Reading()
    if _UNSURE.search(words):
        return Reading(unsure=True)
    if field in _BOOLEANS:
        return _boolean(text, field)
    if (numeric := _NUMBERS.get(field)) is not None:
        return _number(text, amounts, field, numeric)
    return _named(text, field)


def _whole(text: Text) -> tuple[int, int]:
    """The answer without the blanks around it, in the original."""
    stripped = text.original.strip()
    start = text.original.index(stripped)
    return start, start + len(stripped)


def _boolean(text: Text, field: FieldName) -> Reading:
    start, end = _whole(text)
    if _NO.match(text.working):
        return Reading([Finding(field, False, start, end, "answer")])
    if _YES.match(text.working):
        return Reading([Finding(field, True, start, end, "answer")])
    return Reading()


def _number(text: Text, amounts: list[Amount], field: FieldName, convert: Callable[[Text, Amount], float]) -> Reading:
    if not amounts and (one := _ONE_UNIT.search(text.working)) is not None:
        amounts = [Amount(*one.span("one"), 1.0, 1.0)]
    if not amounts:
        return Reading()
    start, end = _whole(text)
    amount = amounts[-1] if len(amounts) > 1 else amounts[0]
    if (reason := misplaced(text, amount, field)) is not None:
        return Reading(problems=[Problem(field, start, end, reason)])
    if field == "monthly_budget_usd" and is_bare_floor(text, amount):
        reason = "The answer says the least it may cost, and a plan is held to the most."
        return Reading(problems=[Problem(field, start, end, reason)])
    value = convert(text, amount)
    if value <= 0 or (field == "availability_slo" and value > 100):
        limit = "between 0 and 100 %" if field == "availability_slo" else "above zero"
        return Reading(
            problems=[Problem(field, start, end, f"{plain(value)} cannot be: the answer has to be {limit}.")]
        )
    whole = field in {"gpu_count", "max_replicas", "model_size_params"}
    if whole and value != int(value):
        return Reading(problems=[Problem(field, start, end, "The answer has to be a whole number.")])
    exchanged = conversion(amount.count, _currency(text), _period(text, amount)) if field in _MONEY else ""
    rule = f"answer, {exchanged}" if exchanged else "answer"
    return Reading([Finding(field, int(value) if whole else value, start, end, rule)])


def _time(text: Text, amount: Amount, default: str, to: str) -> float:
    unit = DURATION.match(text.working, amount.end)
    value = amount.high
    if amount.letter == "m" and to == "hour":
        return rounded(value / 1e6 / 60)
    return rounded(value * factor(default if unit is None else unit_of(unit), to))


def _rate(text: Text, amount: Amount) -> float:
    tail = text.working[amount.end :]
    for start in range(min(len(tail), 40)):
        period = PERIOD.match(tail, start) or ADVERB.match(tail, start)
        if period is not None:
            return rounded(amount.count / factor(unit_of(period), "second"))
    return rounded(amount.count)


def _dollars(text: Text, amount: Amount) -> float:
    return round(in_dollars(amount.count, _currency(text)) / factor(_period(text, amount), "month"), 2)


def _currency(text: Text) -> Currency:
    words = text.working
    return "EUR" if _EURO.search(words) else "GBP" if _POUND.search(words) else "CHF" if _FRANC.search(words) else "USD"


def _period(text: Text, amount: Amount) -> str:
    """What the sum is for; a month unless another follows it."""
    tail = text.working[amount.end :]
    for start in range(min(len(tail), 30)):
        period = PERIOD.match(tail, start) or ADVERB.match(tail, start)
        if period is not None:
            return unit_of(period)
    return "month"


def _gigabytes(text: Text, amount: Amount) -> float:
    unit = SIZE.match(text.working, amount.end)
    return rounded(amount.high * (1 if unit is None else factor(unit_of(unit), "GB")))


def _parameters(text: Text, amount: Amount) -> float:
    return amount.count if amount.count >= 1000 else amount.count * 1e9


def _percent(text: Text, amount: Amount) -> float:
    return amount.high


_NUMBERS: dict[FieldName, Callable[[Text, Amount], float]] = {
    "latency_p95_ms": lambda text, amount: _time(text, amount, "millisecond", "millisecond"),
    "throughput_rps": _rate,
    "monthly_budget_usd": _dollars,
    "gpu_count": lambda _, amount: amount.count,
    "model_size_params": _parameters,
    "dataset_size_gb": _gigabytes,
    "availability_slo": _percent,
    "deadline_hours": lambda text, amount: _time(text, amount, "hour", "hour"),
    "max_replicas": lambda _, amount: amount.count,
}


def _named(text: Text, field: FieldName) -> Reading:
    start, end = _whole(text)
    value = _VOCABULARIES[field](text) if field in _VOCABULARIES else _free(text)
    return Reading() if value is None else Reading([Finding(field, value, start, end, "answer")])


def _first(vocabulary: Vocabulary) -> Callable[[Text], ConstraintValue | None]:
    return lambda text: next((mention.name for mention in vocabulary.claimed(text)), None)


def _every(vocabulary: Vocabulary) -> Callable[[Text], ConstraintValue | None]:
    return lambda text: sorted({mention.name for mention in vocabulary.claimed(text)}) or None


def _regions(text: Text) -> ConstraintValue | None:
    found = {code for code in CLOUD_OF if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text.working)}
    if not found:
        named = (place for place in PLACES if re.search(rf"\b{re.escape(place)}\b", text.working))
        found = {code for place in named if (code := region_of(place, "aws") or region_of(place, "gcp")) is not None}
        countries = {name for either, _, _ in places(text) for name in either.split(" or ")} - {"EU"}
        found |= {code for name in countries for cloud, code in regions_for(name) if cloud == "aws"}
    return sorted(found) or None


def _jurisdiction(text: Text) -> ConstraintValue | None:
    """The first place named, with those that will do as well."""
    return next((name for name, _, _ in places(text)), None)


def _free(text: Text) -> ConstraintValue | None:
    """A short name that no vocabulary knows, as it was typed."""
    words = text.original.strip().strip(".!\"'")
    return words if 0 < len(words) <= 40 and len(words.split()) <= 3 and _NO.match(words.lower()) is None else None


_VOCABULARIES: dict[FieldName, Callable[[Text], ConstraintValue | None]] = {
    "workload_type": _first(_WORKLOADS),
    "cloud": _every(CLOUDS),
    "regions": _regions,
    "data_residency": _jurisdiction,
    "compliance": _every(REGIMES),
    "data_sensitivity": _first(_SENSITIVITIES),
    "monitoring": _every(MONITORS),
}
