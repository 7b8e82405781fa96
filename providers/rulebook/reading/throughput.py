"""Throughput: work over time, brought to one second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import clauses, context, tense
from providers.rulebook.reading.cameras import camera_frames
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.deadline import deadlines
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases, says
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import ADVERB, DURATION, PERIOD, factor, rounded, unit_of
from providers.rulebook.reading.work import COUNTED, NO_WORK, OPEN_NOUN, WORK

_PER_SECOND = re.compile(
    r"\s?(?:rps|qps|tps|[rq]/s|(?:req(?:uest)?s?|calls?|queries|events|messages|images|predictions|inferences)"
    r"\s?(?:/|p(?:er)? )\s?s(?:ec(?:ond)?)?|fps|/s(?:ec)?|a second|per second|pro sekunde)\b"
)
_PER_MINUTE = re.compile(r"\s?rp(?P<unit>[mh])\b")
_SHARED = re.compile(
    r"\s?,?\s?(?:per|/|for each|on each|on one|on a single|pro|je)\s?(?:replica|pod|node|instance|gpu|worker|core|"
    r"vcpu|"
    r"cpu|container|machine|server|box|card|camera|stream|instanz|knoten)\b|\s?each\b"
)
_ONE_MACHINE = re.compile(
    r"\b(?:each|one|a|every|single|per|jede[rs]?|ein|eine) (?:[\w.-]+ )?(?:replica|pod|node|instance|gpu|worker|"
    r"core|cpu|"
    r"container|machine|server|box|card|a100|h100|t4|l4|v100|a10g|process) (?:\w+ )?(?:handles?|does|do|serves?|"
    r"manages?|"
    r"can|gets?|processes|reaches|gives?|achieves?|schafft)\b"
)
_EACH_PART = re.compile(
    r"\b(?:each|every|per|one|a single|jede[rs]?) (?:[\w.-]+ ){1,3}(?:can|could|kann) (?:only )?(?:handle|"
    r"sustain|serve|do|manage|"
    r"process|reach|take|schaff\w+)\b[^.;\d]{0,15}$"
)
_ONE_STREAM = re.compile(
    r"\b(?:each|every) (?:of (?:my|our|the) )?(?:[\w-]+ )?(?:cameras?|streams?|feeds?|devices?|users?|clients?|"
    r"sensors?)\b[^.;]{0,30}$"
)
_TIMES_MORE = re.compile(
    r"\b(?:double|twice|triple|half|halve|\d+ ?x|times|doppelt\w*|verdoppel\w*|quadruple)(?: of| the| our|"
    r" as many as)*\s*$"
)
_COLLECTED = re.compile(
    r"\b(?:data ?sets?|data|tables?|corpus|archive|datensatz|daten)\b[^.;\d]{0,15}\b(?:is|are|has|have|of|"
    r"grows?|holds?|"
    r"gets?|hat|umfasst)\b[^.;\d]{0,20}$"
)
"""What a collection grows by is no work that is asked for."""
_TRAINED_ON = re.compile(
    r"\b(?:(?:re)?train\w*|fine[- ]?tun\w*|q?lora|(?:re)?fit\w*|feinabstimm\w*)\b[^.;\n]{0,40}\b(?:on|over|with|"
    r"auf)\s+(?:\w+ )?$"
)
_UNIT_BEFORE = re.compile(
    r"\b(?:tps|qps|rps|req(?:uest)?s?/s(?:ec)?|(?:requests|queries|transactions) per second)\s?(?:is|of|:|=|"
    r"at|target|~|around)+\s?$"
)
_TO_THE_PERIOD = re.compile(
    rf"(?:,? (?:on average|at peak|peak|in total|max|tops|in the peak))?[\s,(]{{0,2}}(?:(?:{PERIOD.pattern})|"
    rf"(?:{ADVERB.pattern}))"
)
_COMING = re.compile(
    rf" (?:\w+ )?(?:come|comes|coming|arrive|arrives|arriving|are \w+|get \w+|go|flow|kommen|laufen)(?: in| through|"
    rf" up| an| ein| rein)?"
    rf"(?:{PERIOD.pattern})"
)
_PEAK = phrases(
    r"peaks?|peaking|spitzen?(?:last)?|bursts?(?: of| to| up to)?|max(?:imum)?|up to|at most|bis zu|busiest|"
    r"worst case|höchstens"
)
_MEAN = phrases(
    r"average|avg|mean|typical(?:ly)?|ordinary|regular|quiet|usual(?:ly)?|normal(?:ly)?|baseline|"
    r"durchschnitt\w*|off-?peak|minimum|at least"
)
_AT_PEAK = re.compile(r"[^.;,\d]{0,25}?(?<!with )(?<!and )\b(?:peaks?\b(?! (?:of|at|to))|in der spitze|spitze)")
_ON_AVERAGE = re.compile(r"[^.;,\d]{0,20}?\b(?:on average|average|normally|im schnitt|im mittel)\b")
_NOW = phrases(r"today|currently|right now|at the moment|at present|so far|heute|derzeit|aktuell|momentan|bisher")
_BROKEN = phrases(
    r"""hit(?:ting)? (?:bottom|a wall|the limit|a ceiling)|break\w*|broke\w*|crash\w*|fail\w*|slow\w*|degrad\w*|
        drop\w*|errors?|time[sd]? ?-?outs?|saturat\w*|stuck|doesn't respond|throttl\w*|bottleneck\w*|
        rate[- ]limit\w*|only (?:get|getting|reach(?!able)|achieve|manage)\w*|we (?:reach|achieve|manage|
        measured|observed|benchmarked|got)|we (?:only|just|barely) (?:get|see|reach|do|manage|achieve|have)|
        we get (?:only|just|barely|at most|no more than)|
        we get [^.;,]{0,40} (?:out of|from (?:a|one|the|our|this|each)|on (?:a|one|this|each))|
        i (?:only )?(?:get|got|reach|
        achieve|measured)|used to|last (?:year|month|
        week)|previously|throughput drops|lost|lose[sd]?|losing|can't keep up|falls? over|(?:tops?|topp(?:ed|ing)|
        max(?:es)?|
        maxed) out|dies|quota|starts? (?:returning|failing|throwing|dropping)|(?:returns?|returning|http|
        status) 50[234]|50[234]s|5xx|429s|unresponsive|(?:gives?|got|yields?) (?:me |us )?
        (?:only|just)"""
)
_RATIONED = re.compile(
    r"\b(?:rate[- ]?limit\w*|(?:has|have|with|at|is|are|default\w*|current) (?:an? )?(?:default )?limits? (?:of|"
    r"is|are|to)|limits? "
    r"(?:of|is|are|at)|quotas?|free tier|tier \d|(?:we|they|it) (?:currently |only )?allows?|defaults?|"
    r"rpm limit|throttl\w+)\b"
)
_LEAST = 1 / 86_400
"""Requests a second: less than one a day is no load."""
_WAS = phrases(r"was|were")
_NIGHTLY = re.compile(
    r"\b(?:nightly|once (?:a|per) (?:day|night)|every night|each night|overnight|every day|each day|daily|"
    r"per (?:night|day)|pro (?:nacht|tag)|nächtlich\w*|täglich\w*)\b"
)
_SHARE_OF_DAY = re.compile(
    r"(?P<share>\d{2,3}) ?%[^.;\n]{0,40}?\b(?:between|from)\s+(?P<start>\d{1,2})(?::00)? ?(?P<am>am|"
    r"pm)?\s+(?:and|to)\s+(?P<end>\d{1,2})(?::00)? ?(?P<pm>am|pm)?\b"
)
_LOAD = re.compile(rf"\b(?:peaks?|spitzen?|traffic|load|throughput|last|volume|{WORK})\b")
_RESULT = re.compile(r"\bresults? (?:of|is|was|were)\s+(?:about |around |~ ?)?$")
_EACH_PERSON = re.compile(r"\b(?:each|apiece|jeweils|per (?:user|person|head|customer)|pro (?:kopf|nutzer))\s*$")
_NOT_OURS = (_RESULT, _EACH_PERSON, _ONE_MACHINE, _EACH_PART, _ONE_STREAM, _TIMES_MORE, _TRAINED_ON, _COLLECTED)
_NAMED_RATE = re.compile(rf"\d[\d.,]*k?\s?(?:[rqt]p[sm]\b|(?:{WORK})(?:{PERIOD.pattern}))")
_WORK_IN_FRONT = re.compile(rf"\b(?:{WORK})\b[^.;\d\n]{{0,35}}$")
_INTERVAL = re.compile(r"\s(?:every|each|per|alle|je)\s")


@dataclass(frozen=True, slots=True)
class _Rate:
    per_second: float
    end: int
    rank: int


def throughputs(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    yield from camera_frames(text, amounts)
    hours = _hours_of_a_run(text, amounts)
    for position, amount in enumerate(amounts):
        later = amounts[position + 1 : position + 2]
        rate = _in_a_window(text, amount, later) or _at_intervals(text, amount, later) or _rate(text, amount)
        rate = rate or _by_rhythm(text, amount, hours)
        if rate is None or context.only_asked(text, amount.start):
            continue
        before = text.working[max(text.sentence(amount.start).start, amount.start - 40) : amount.start]
        if _SHARED.match(text.working, rate.end) or any(rule.search(before) for rule in _NOT_OURS):
            continue
        start = stated_from(text, None, amount.start)
        if 0 < rate.per_second < _LEAST or _rationed(text, amount.start, rate.end):
            continue
        if rate.per_second <= 0:
            yield Doubt("throughput_rps", start, rate.end, "A throughput has to be above zero.")
        else:
            gone = tense.superseded(text, amount.start, rate.end) or tense.past(text, amount.start, rate.end)
            now = says(_NOW, clauses.segment(text, amount.start, rate.end))
            gone = gone or tense.printed(text, amount.start, rate.end) or _is_breakage(text, amount.start, rate.end)
            gone = gone or not context.claimed(text, amount.start, rate.end)
            rank = 0 if now or tense.present_state(text, amount.start, rate.end) else rate.rank
            scale = rate.per_second / amount.count
            yield Candidate(
                "throughput_rps", rounded(rate.per_second), start, rate.end, "throughput", rank, scale, gone
            )


def _rationed(text: Text, start: int, end: int) -> bool:
    """What a service lets through, which says nothing of what comes."""
    return says(_RATIONED, clauses.clause(text, start, end)) and not tense.asks(
        _RATIONED.sub("", clauses.clause(text, start, end))
    )


def _is_breakage(text: Text, start: int, end: int) -> bool:
    """The rate at which something fails, or that is reached today."""
    clause = clauses.clause(text, start, end)
    if says(_BROKEN, clause) or says(_WAS, clause):
        return True
    return says(_BROKEN, clauses.sentence(text, start)) and not tense.wished(text, start, end)


def _rate(text: Text, amount: Amount) -> _Rate | None:
    """An amount with its period right behind it: "20 calls a minute", "9k letters a week"."""
    clause = clauses.clause(text, amount.start, amount.end)
    lead = re.split(r"\d|\band\b|,", text.working[max(0, amount.start - 25) : amount.start])[-1]
    behind = text.working[amount.end : amount.end + 40]
    lead_words = text.working[max(text.sentence(amount.start).start, amount.start - 45) : amount.start]
    peak = _PEAK.search(lead) is not None or _AT_PEAK.match(behind) is not None
    rank = 3 if peak else 1 if _MEAN.search(lead) or _ON_AVERAGE.match(behind) else 2
    if _UNIT_BEFORE.search(lead) and DURATION.match(text.working, amount.end) is None:
        return _Rate(amount.count, amount.end, rank)
    direct = _PER_SECOND.match(text.working, amount.end)
    if direct is not None:
        measured = "fps" in direct.group() and not tense.wished(text, amount.start, direct.end())
        return None if measured else _Rate(amount.count, direct.end(), rank)
    if (minute := _PER_MINUTE.match(text.working, amount.end)) is not None:
        return _Rate(amount.count / factor({"m": "minute", "h": "hour"}[minute["unit"]], "second"), minute.end(), rank)
    counted = COUNTED.match(text.working, amount.end) or _open_work(text, amount)
    money = re.search(r"[$€£]\s?$", lead) is not None
    if money or (
        counted is None and not (says(_LOAD, clause) or _resumes(text, amount) or _WORK_IN_FRONT.search(lead_words))
    ):
        return None
    period = _TO_THE_PERIOD.match(text.working, amount.end if counted is None else counted.end())
    if period is None and counted is not None:
        period = _COMING.match(text.working, counted.end())
    if period is None:
        return None
    unit = unit_of(period)
    above_mean = _busy_hours(text, period.end()) if unit == "day" else 1.0
    return _Rate(amount.count / factor(unit, "second") * above_mean, period.end(), rank)


def _resumes(text: Text, amount: Amount) -> bool:
    """ "Reckon with 4,500 per minute", where the work was named before with its own period."""
    named = _NAMED_RATE.search(text.working, max(0, amount.start - 160), amount.start)
    return named is not None and amount.count >= 10


def _open_work(text: Text, amount: Amount) -> re.Match[str] | None:
    """Whatever is done so many times a second or minute: "40 valve readings per second"."""
    noun = OPEN_NOUN.match(text.working, amount.end)
    for _ in range(3):
        if noun is None or NO_WORK.search(noun.group()):
            return None
        period = _TO_THE_PERIOD.match(text.working, noun.end())
        if period is not None and unit_of(period) in {"second", "minute"}:
            return noun
        noun = OPEN_NOUN.match(text.working, noun.end())
    return None


def _at_intervals(text: Text, amount: Amount, later: list[Amount]) -> _Rate | None:
    """ "one request every ten seconds"."""
    counted = COUNTED.match(text.working, amount.end)
    if counted is None or not later or not _INTERVAL.fullmatch(text.working, counted.end(), later[0].start):
        return None
    unit = DURATION.match(text.working, later[0].end)
    if unit is None or later[0].high <= 0:
        return None
    return _Rate(amount.count / (later[0].high * factor(unit_of(unit), "second")), unit.end(), 2)


def _by_rhythm(text: Text, amount: Amount, hours: float) -> _Rate | None:
    """ "each night 40,000 letters": spread over the hours that a run may take."""
    counted = COUNTED.match(text.working, amount.end)
    if counted is None or amount.count < 100 or amount.is_range:
        return None
    if _NIGHTLY.search(clauses.sentence(text, amount.start)) is None:
        return None
    return _Rate(amount.count / (hours * factor("hour", "second")), counted.end(), 0)


def _hours_of_a_run(text: Text, amounts: list[Amount]) -> float:
    """The stated deadline, or the day where none is said."""
    if _NIGHTLY.search(text.working) is None:
        return 24.0
    stated = (item.value for item in deadlines(text, amounts) if isinstance(item, Candidate))
    return next((value for value in stated if isinstance(value, float)), 24.0)


def _in_a_window(text: Text, amount: Amount, later: list[Amount]) -> _Rate | None:
    """ "120,000 images in six hours", "2 million rows a night in 90 minutes"."""
    counted = COUNTED.match(text.working, amount.end)
    if counted is None or amount.count < 100 or not later:
        return None
    window = later[0]
    between = text.working[counted.end() : window.start]
    unit = DURATION.match(text.working, window.end)
    if unit is None or len(between) > 30 or not re.search(r"\b(?:in|within|every|in under|innerhalb von)\s*$", between):
        return None
    if unit_of(unit) not in {"minute", "hour", "day"}:
        return None
    return _Rate(amount.count / (window.high * factor(unit_of(unit), "second")), unit.end(), 2)


def _busy_hours(text: Text, end: int) -> float:
    """How far the busy hours lie above the daily mean: "half of them between noon and 6pm" makes it twice."""
    share = _SHARE_OF_DAY.search(text.working, end, min(len(text.working), end + 90))
    if share is None:
        return 1.0
    start, stop = _hour(share["start"], share["am"]), _hour(share["end"], share["pm"])
    hours = (stop - start) % 24
    return 1.0 if hours == 0 else int(share["share"]) / 100 * 24 / hours


def _hour(number: str, half: str | None) -> int:
    hour = int(number) % 24
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour
