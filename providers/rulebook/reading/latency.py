"""Latency: the time of one answer, at the 95th percentile or without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from providers.rulebook.counted import plain
from providers.rulebook.reading import clauses, context, items, tense
from providers.rulebook.reading.candidates import Candidate, Doubt, Estimate
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.percentiles import (
    LENGTH_OF,
    OTHER_AFTER,
    P95_AFTER,
    UNITS,
    names_another,
    names_p95,
    other_percentile,
    percentiles,
)
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, factor, rounded, unit_of

_ONE = "(?:per|each|every|one|a single|pro|a|an|eine|jede)"
_EACH_ONE = re.compile(
    rf"\b{_ONE} (?:single )?(?:request|prediction|inference|call|query|frame|image|scan|page|document|doc|file|item|"
    rf"message|"
    r"record|sentence|anfragen?|vorhersage|bild|seite)\b"
)
_NOUN = phrases(
    joined(
        rf"""latency|latencies|latenz(?:en|zeit)?|response[- ]times?|antwortzeit(?:en)?|reaktionszeit|(?:inference|
            prediction|scoring|reply|turnaround|round[- ]?trip|serving|processing|query) times?|s[lp][ao]s?|
            (?:time[- ]to[- ])?first[- ]token|ttft|waits?|waiting|warten|decision|judged?|for the model|
        accepts?|delays?|lag|verzögerung|respon(?:d|
            ds|ses?|ding)|antwort(?:en|et)?|answers?|answered|answering|reply|
            replies|{_ONE} (?:request|prediction|inference|call|query|frame|anfrage|transaction|response|search|
            lookup)|(?:no|not) slower|(?:anfrage|antwort)|autocomplete|user-facing|flag(?:ged)?|detect(?:ed)?|
            react(?:s|ed)?|alert(?:s|ed)?|entscheidung(?:en)?|ergebnis(?:se)?|vorhersagen?|comes? back|returns?|
            returned|tail|
            (?:predictions?|decisions?|results?|scores?|recommendations?|labels?|verdicts?|rankings?|
            classifications?) (?:in|within|under)|p ?\(?95"""
    )
)
_OTHER_TIME = phrases(
    r"""timeouts?|intervals?|every|cold[- ]?starts?|start-?up|boot\w*|warm-?up|warms? up|polls?|polling|retention|
    retain\w*|ttl|epochs?|windows?|cache\w*|expire\w*|(?<!as )long(?! as)|clips?|chunks?|segments?|snippets?|
    train(?:ing|s|ed)?|
    retrain\w*|batch|nightly|jobs?|backups?|rto|rpo|recover\w*|failover|downtime|refresh\w*|freshness|stale\w*|
    sync\w*|
    build|sessions?|meetings?|old|ago|scale[- ]?up|heartbeats?|sleep\w*|idle|duration|deadline|finish\w*|audio|
    kaltstart|zeitüberschreitung|[45]0\d(?! ?(?:ms|msecs?|milli\w*|s|secs?|seconds?)\b)|timeframe"""
)
_BOUND_BEFORE = re.compile(
    r"(?:under|below|within|less than|(?:lower|shorter) than|(?:weniger|kürzer|schneller|nicht mehr) als|"
    r"at most|(?:no|not) (?:more|longer|slower|later) than|max\.?|maximum|<=?|up to|"
    r"sub-?|unter|höchstens|maximal|binnen|innerhalb von|faster than|exceed)\s*$"
)
_PER_ITEM = re.compile(
    r"\s?(?:per|/|a|each|for each|for every|pro|je) ?(?!s\b|sec|min|hour|day|h\b|token|step|epoch|batch|iteration|"
    r"layer|\d)[a-zäöüß]{3,}"
)
_LIMIT_AFTER = re.compile(
    r"[^.;\d]{0,25} (?:is|are|would be|ist|wäre) (?:too (?:slow|long|late)|not (?:ok\w*|usable|acceptable|good)|"
    r"unusable|useless|unacceptable|zu (?:lang|"
    r"langsam))|"
    r"\s?(?:is |as |ist )?(?:the |an? |our |die )?(?:hard|absolute|upper|max\w*|strict|harte?)\b"
)
_MEASURED = re.compile(
    r"(?:>=?\s?$|\b(?:over|above|exceeds?|exceeded|(?<!no )(?<!not )(?:more|longer) than)\s$)|"
    r"\b(?:after|does|spends?|spent|adds?|added|wast(?:es?|ed)|by|um|gives?|gave|yields?|reports?|eats?|los(?:es?|t)|"
    r"achiev\w+|manag\w+|averag\w+|"
    r"clock(?:s|ed)? in|turns? out|(?<!antwort )(?<!ergebnis )nach|"
    r"schafft)\s"
    r"(?:at |only |about |around |roughly |just |~ ?)*$"
)
"""In front of what a clock has shown; a wish is said with "within" or "under"."""
_EXCLUDED = re.compile(
    r"\b(?:not|never|n't|nothing|nie|nicht|no (?:answer|request|response|call|one)|nobody|too)\b[^.;]{0,40}$|"
    r"\b(?:anything|alles|everything|whatever)\b[^.;]{0,30}$"
)
"""In front of "over 300 ms", where it shall not come to that."""
_TAKES = re.compile(
    r"(?<!should )(?<!must )(?<!may )(?<!can )(?<!could )(?<!to )(?<!shall )(?<!not )(?<!may only )\b(?:takes|took|"
    r"taking|dauert)\s(?:about |around |roughly |only |just |~ ?|<=? ?|under |less than |up to |below )*$"
)
"""In front of what it takes as it is; "should take" is a wish."""
_SPAN_OF = re.compile(
    r"-(?:minute|min|second|sec)s? (?!(?:response|latency|limit|target|budget|sla|slo|max\w*|deadline|answer|"
    r"reply|p ?95|at)\b)[a-z]"
)
""""5-minute timeslices", "30-second clips": how long a thing is."""
_OTHER_LATENCY = phrases(r"network latency|latency (?:to|between|from) (?!\d)|disk latency|netzwerklatenz")
_SAID_WHOLE = {
    1000.0: re.compile(
        r"\bsub-?second\b|\b(?:within|(?:in )?(?:under|less than|below)|in weniger als|unter|innerhalb|binnen) "
        r"(?:an?|one|einer) (?:second|sekunde)\b|"
        r"\b(?:anything|alles|everything) (?:over|above|über) (?:an?|one|einer?) (?:second|"
        r"sekunde)(?=[^.;,\d]{0,20} (?:is|are|ist) "
        r"(?:too|not|zu|un))"
    ),
    250.0: re.compile(r"\b(?:in|innerhalb|binnen|unter)(?: von)? (?:einer )?viertelsekunde\b"),
    10.0: re.compile(r"\bsingle[- ]digit (?:ms|milli-?seconds?)\b|\beinstellige\w* millisekunden\w*"),
}
"""Milliseconds of limits that are said without a figure."""
_ENOUGH_AFTER = re.compile(
    r"\s(?:reicht|reichen|genügt|genügen|(?:is|are|would be) (?:enough|fine|ok|okay|plenty|sufficient)|will do|"
    r"would do)\b"
)
_AT_ONCE = 5_000
"""Milliseconds; what is called enough up to here is an answer's time, not a job's."""
_UNITLESS = re.compile(
    r"\bp ?95(?: latency)?(?: should| must)?(?: be| is| of| at)?(?: under| below| less than|"
    r" at most)?\s?[:=<]{0,2}\s?$"
)
_NO_UNIT_AFTER = re.compile(r"\s?(?:$|[.,;)\n](?!\d)|and\b|or\b|at\b|with\b|for\b)")
_MODAL = phrases(
    r"must|should|shall|need to|needs to|has to|have to|want|require[sd]?|requirement|target|goal|slo|sla|soll\w*|"
    r"muss|darf"
)
_STATED = re.compile(r"\bp ?95 ?[=:] ?\d")
_RATE_NEAR = re.compile(r"\d ?(?:[rqt]ps|req/s)\b|\b(?:a|per) (?:second|minute)\b|/s(?:ec)?\b|\bapi\b|\bendpoint\b")
_EXACT = re.compile(r"\d+\.\d{3,}")
"""Only a clock knows an answer's time so well."""
_OTHER_RULE = "latency at "
_LONGEST = 300_000
"""Milliseconds; a longer time without the word "latency" is a job's, not an answer's."""
_LONGEST_ITEM = 60
"""Seconds; what stands alone in a list with a rate and is longer may be a job's."""


def latencies(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt | Estimate]:
    """Where some are asked for and others only stated, the latter hold today. A bound on another percentile alone is a
    doubt: a higher one says more than the 95th has to keep, a lower one less."""
    every = list(_all(text, amounts))
    found = [item for item in every if not _is_other(item)]
    if not any(isinstance(item, Candidate) for item in found):
        others = [item for item in every if isinstance(item, Candidate) and not item.today]
        for item in sorted(others, key=lambda item: float(str(item.value))):
            yield from _another(item)
    figures = [item for item in found if isinstance(item, Candidate) and not item.today]
    asked = {item for item in figures if tense.wished(text, item.start, item.end)}
    for item in found:
        stated = (
            isinstance(item, Candidate)
            and asked
            and item not in asked
            and _STATED.search(text.working, item.start, item.end)
        )
        yield replace(item, today=True) if stated and isinstance(item, Candidate) else item


def _is_other(item: Candidate | Doubt) -> bool:
    return isinstance(item, Candidate) and item.rule.startswith(_OTHER_RULE)


def _another(item: Candidate) -> Iterator[Doubt | Estimate]:
    assert isinstance(item.value, float)
    named, figure = item.rule.removeprefix(_OTHER_RULE), f"{plain(item.value)} ms"
    reason = f"{figure} is said of {named}, and a plan is held to the 95th percentile."
    yield Doubt(item.field, item.start, item.end, reason)
    yield Estimate(item.field, item.value, item.start, item.end, f"{named} {figure}, held as p95")


def _all(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    for amount in amounts:
        unit = DURATION.match(text.working, amount.end)
        if unit is not None and unit_of(unit) in UNITS and amount.letter not in {"m", "b"}:
            yield from _latency(text, amount, unit_of(unit), unit.end())
        elif unit is None and _is_unitless(text, amount):
            yield from _latency(text, amount, "millisecond", amount.end)
    yield from percentiles(text)
    yield from _said_whole(text)


def _said_whole(text: Text) -> Iterator[Candidate]:
    for value, pattern in _SAID_WHOLE.items():
        for match in pattern.finditer(text.working):
            span = match.span()
            before = text.working[max(text.sentence(span[0]).start, span[0] - 60) : span[0]]
            measured = _TAKES.search(before) or tense.present_state(text, *span) or names_another(before)
            barred = _LIMIT_AFTER.match(text.working, span[1]) and not context.someone_elses(text, span[0])
            if (
                (barred or context.claimed(text, *span))
                and not measured
                and not _OTHER_TIME.search(clauses.clause(text, *span))
            ):
                yield Candidate("latency_p95_ms", value, *span, "latency")


def _is_unitless(text: Text, amount: Amount) -> bool:
    """ "p95 < 80": milliseconds, then."""
    return (
        _UNITLESS.search(text.working, max(0, amount.start - 40), amount.start) is not None
        and _NO_UNIT_AFTER.match(text.working, amount.end) is not None
    )


def _latency(text: Text, amount: Amount, unit: str, end: int) -> Iterator[Candidate | Doubt]:
    clause = clauses.clause(text, amount.start, end)
    before = text.working[text.sentence(amount.start).start : amount.start][-90:]
    at_p95 = P95_AFTER.match(text.working, end) is not None or names_p95(before)
    bounded = _BOUND_BEFORE.search(before) is not None
    another = None if at_p95 else other_percentile(text, before, amount.start, end, bounded=bounded)
    if not (at_p95 or another) and (OTHER_AFTER.match(text.working, end) or names_another(before)):
        return
    start = stated_from(text, _NOUN, amount.start)
    hard = _LIMIT_AFTER.match(text.working, end) is not None
    bounded = hard or bounded
    named = (
        _NOUN.search(clause) is not None
        or _NOUN.search(clauses.outside(text, amount.start)) is not None
        or _EACH_ONE.search(clause) is not None
        or _NOUN.match(text.working, start) is not None
        or (unit == "millisecond" and _PER_ITEM.match(text.working, end) is not None)
        or _is_item(text, amount, unit, end)
    )
    brief = (unit == "millisecond" and (bounded or tense.wished(text, amount.start, end))) or _is_brief(
        text, amount.high * factor(unit, "millisecond"), end, bounded=bounded
    )
    lasting = unit == "minute" and not at_p95 and before.endswith("for ")
    if lasting or _SPAN_OF.match(text.working, amount.end):
        return
    measured = _MEASURED.search(before) is not None and not hard and _EXCLUDED.search(before) is None
    if not (named or at_p95 or another or brief) or measured:
        return
    explicit = at_p95 or bool(another) or "latenc" in clause or "latenz" in clause
    around = f"{clauses.outside(text, amount.start)} {clause}"
    if _OTHER_LATENCY.search(clause) or (not explicit and _OTHER_TIME.search(around) and not _EACH_ONE.search(clause)):
        return
    if not context.claimed(text, amount.start, end):
        return
    scale = factor(unit, "millisecond")
    value = amount.high * scale
    if value > _LONGEST and not explicit:
        return
    if value <= 0:
        reason = f"A latency of {plain(amount.high)} {unit}s cannot be: it has to be above zero."
        yield Doubt("latency_p95_ms", start, end, reason)
        return
    today = bool(
        _is_taken(text, amount, before)
        or (_EXACT.fullmatch(text.working, amount.start, amount.end) and not tense.wished(text, amount.start, end))
        or tense.present_state(text, amount.start, end)
        or tense.superseded(text, amount.start, end)
    )
    rank = 3 if at_p95 else 2 if explicit or bounded else 1
    rank += 2 if hard else 0
    if another:
        named, place = another
        first, last = min(start, place.start), max(end, place.end)
        yield Candidate("latency_p95_ms", rounded(value), first, last, _OTHER_RULE + named, 0, scale, today)
        return
    yield Candidate("latency_p95_ms", rounded(value), start, end, "latency", rank, scale, today)


def _is_brief(text: Text, value: float, end: int, *, bounded: bool) -> bool:
    """ "half a second is enough", "within a quarter of a second": too short for anything but an answer."""
    enough = _ENOUGH_AFTER.match(text.working, end) is not None
    return (bounded and value < 1000) or (enough and value <= _AT_ONCE)


def _is_item(text: Text, amount: Amount, unit: str, end: int) -> bool:
    """ "15 req/s, 700 ms, eu-west-1": alone between commas, in a list of requirements."""
    span = text.clause(amount.start, end)
    if unit == "millisecond":
        alone = not re.search(r"[a-zäöüß]{2,}", text.working[span.start : amount.start] + text.working[end : span.end])
        if alone and _RATE_NEAR.search(clauses.sentence(text, amount.start)) is not None:
            return True
    elif unit != "second" or amount.high > _LONGEST_ITEM or not items.rated(text, amount.start):
        return False
    if not items.alone(text, amount.start, end) or items.facts(text, amount.start) < 1:
        return False
    label = items.listing(text, amount.start).label
    return not (LENGTH_OF.search(f"{label} {items.words(text, amount.start)}") or _OTHER_TIME.search(label))


def _is_taken(text: Text, amount: Amount, before: str) -> bool:
    """ "scoring takes <20 ms", in a sentence without a modal: measured, though a bound stands with it."""
    return _TAKES.search(before) is not None and _MODAL.search(clauses.sentence(text, amount.start)) is None
