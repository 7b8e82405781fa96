"""Deadlines: how long a job may run, in hours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, items, tense
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, factor, rounded, unit_of

_ENDING = phrases(
    r"""finish\w*|complet\w*|done|ready|through|deliver\w*|deadline|run(?:s|ning)?|process\w*|train\w*|retrain\w*|
        fine-?tun\w*|jobs?|batch|score[sd]?|scoring|window|turnaround|wrap(?:ped)? up|over|backfill\w*|
        transcrib\w*|classif\w*|fertig|abgeschlossen|durch|lauf\w*|dauern|gpus?|zeitfenster|results?|ergebnis\w*|
        cluster|slurm|back|labels|[avhlt]\d{1,3}s?|embed\w*|predict\w*|fit|take|must|needs? to|has to|have to|should|
        time limit|time budget|run ?time|
        laufzeit|after midnight"""
)
_NOUN = phrases(
    r"deadline|time limit|time budget|window|zeitfenster|frist|finish(?:es|ed)?|completed?|done|ready|"
    r"fertig|training|job"
)
_WITHIN = re.compile(
    r"(?:\b(?:ready|done|finished|run ?time(?: is| of)?|laufzeit|"
    r"(?:not|n't|never|nicht) (?:\w+ ){0,3}(?:longer|more|länger|mehr) (?:than|als)|within|in|in under|"
    r"in less than|inside(?: of)?|due(?: in| within)?|turnaround(?: time)?(?: is| of)?|(?:batch )?sla(?: is| of)?|"
    r"under|at most|no more than|not more than|"
    r"no longer than|not longer than|less than|below|max\.?|maximum(?: of)?|maximal|up to|exceed|"
    r"deadline(?: is| of)?|window(?: is| of)?|innerhalb von|innerhalb|unter|höchstens|binnen|leaves? us|(?:no|"
    r"not) later than|spätestens(?: nach)?|after (?:at most|max\.?)|limit(?: is|"
    r" of)?|budget(?: is| of)?)|<=?|:)\s*(?:about |the |a |an |next |roughly |~ ?)?$"
)
_WINDOW_AFTER = re.compile(
    r"[\s-]?(?:batch |nightly |maintenance |processing |time)?(?:window|deadline|limit|slot|zeitfenster|turnaround|"
    r"run ?time|laufzeit|"
    r"of (?:wall[- ]?clock|run ?time|compute|training|processing)(?: time)?|is the (?:limit|max\w*|most)|tops|"
    r"max(?:imum)?|maximal|at (?:the )?most|or less|at the latest|höchstens)\b|"
    r"\s(?:max(?:imum)? )?(?:run ?time|laufzeit)\b|\s(?:for|per) (?:the |each |a )?(?:\w+ )?(?:run|job|training|"
    r"batch|scoring)\b"
)
_IS_FINE = re.compile(
    r"\s(?:is|are|would be|ist|sind|wäre[n]?) (?:perfectly |totally )?(?:ok|okay|fine|enough|plenty|acceptable|"
    r"alright|all right|"
    r"good enough|in ordnung|völlig ok)\b"
)
_TAKES = re.compile(
    r"\b(?:takes?|took|taking|needs?|lasts?|runs? for|finished (?:only |already )?(?:in|after)|dauert|braucht|"
    r"benötigt)\s+(?:about |around |over |~ ?)*$"
)
_HAS = re.compile(
    r"\b(?:have|has|got|gets?|leav(?:es?|ing)(?: \w+)?|giv(?:es?|ing) (?:us|it|me|them)|haben|hat)\s+(?:about |"
    r"around |only |just |nur )*$"
)
_ONE_UNIT = re.compile(r"\b(?P<one>an?|einer?|einem) (?=(?:hour|day|week|fortnight|stunde|tag|woche)\b)")
_OTHER_TIME = phrases(
    r"""respon(?:d|se)\w*|reply|latency|ago|old|audio|video|history|retention|retain\w*|keep logs|logs?|data of|
        support(?! (?:tickets?|messages?|e-?mails?|chats?|cases?|calls|conversations?|transcripts?))|
        go(?:es)? live|launch\w*|ship|project|release|roll(?:ed)? ?out|warranty|contract|notice|token|
        session|uptime|downtime|rto|rpo|recover\w*|refresh\w*|scale|idle|per day|work(?:ing|day)|sla for|footage|
        recordings?|meeting|answer\w*"""
)
_WORKED_ON = re.compile(
    r"\b(?:transcrib\w+|caption\w*|process\w*|index\w*|score|classify|embed|tag|"
    r"label) [^.;,]{0,20}?[\d.,]+ ?(?:[gtp]b|hours?|h|k)? (?:of )?"
    r"(?:audio|video|footage|recordings?|logs?|history)\b"
)
"""What a job is done on, which says nothing of what its time limits."""
_AT_MOST = re.compile(r"\s?(?:max(?:imum)?|maximal|tops|at (?:the )?most|or less|höchstens)\b")
"""Behind "takes 6 hours": a limit, then, not what a clock has shown."""
_CLOCK_WINDOW = re.compile(
    r"(?:\b(?:between|from|zwischen|von)\s+|\b(?=\d{1,2}(?::\d\d)? ?[ap]m (?:to|until|till|-))|"
    r"\b(?=\d{1,2}:\d\d ?(?:to|until|till|-)))(?P<from>\d{1,2})(?::?(?P<from_minute>[0-5]\d))? ?(?P<from_half>am|"
    r"pm)?(?: uhr)?(?:\s+(?:and|to|until|till|und|"
    r"bis)\s+|\s?-\s?)(?:\w+day )?(?P<to>\d{1,2})(?::?(?P<to_minute>[0-5]\d))? ?(?P<to_half>am|pm)?(?: uhr)?\b"
)
_TIME = (
    r"(?:(?P<{0}>\d{{1,2}})(?:(?::(?P<{0}_minute>[0-5]\d))(?: ?(?P<{0}_half>am|pm))?|"
    r" ?(?P<{0}_bare>am|pm)| (?P<{0}_german>uhr))|(?P<{0}_named>midnight|noon|mitternacht|mittags?))\b"
)
_STARTS = re.compile(
    rf"\b(?:start\w*|begin\w*|kick\w* off|arriv\w+|land\w*|available|from|ab|beginn\w*|"
    rf"(?:every|each|on|jeden) (?:\w+day|night|evening|\w+tag|abend)s?|nightly|daily)(?: (?:at|from|by|on|um|ab|"
    rf"am|ist|runs?|\w+day|\w+tag))*"
    rf" (?:around |about |gegen )?{_TIME.format('at')}"
)
_ENDS = re.compile(
    rf"\b(?:finish\w*|done|ready|complet\w*|in place|through|over|deliver\w*|there|by|before|until|fertig|bis|vor)"
    rf"(?: (?:by|before|at|until|till|no later than|um|bis|vor))*(?: the latest| the)?(?: (?!(?:if|and|"
    rf"but)\b)\w+){{0,4}}?(?: at| by| before| um)? {_TIME.format('at')}"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile("|".join(_WEEKDAYS))
_NAMED_TIMES = {"midnight": 0.0, "mitternacht": 0.0, "noon": 12.0, "mittag": 12.0, "mittags": 12.0}
_BY_THEN = re.compile(
    r"\b(?:by|until|before|till|bis|vor) (?:\w+ ){0,2}?(?:tomorrow|tmrw|tmr|tonight|morning|evening|noon|midnight|"
    r"\w+day|morgen|abend|mittag|mitternacht|\w+tag)\b[^.;\d]{0,25}$"
)
"""In front of the same time said in hours: "by next morning (12 h)", "by tomorrow, so 24h"."""
_JOB = phrases(r"runs?|jobs?|batch\w*|training|retraining|scoring|nightly|import|backfill|pipeline|lauf|läuft")
_RUN = phrases(
    r"""runs?|jobs?|batch\w*|(?:re)?train(?:ing)?|fine[- ]?tun\w+|scor(?:e|ing)|nightly|overnight|import|backfill|
    pipeline|etl|
        elt|ingest\w*|embed(?:s|ding)?|transcri(?:be|ption)|classify|resize|label|caption|ocr|spark|dbt|lora|
        epochs?|per (?:day|night|run)|a (?:day|night)"""
)
"""What in a list speaks of a job, which a time alone then limits."""
_TIMED = re.compile(
    r"\b(?:time|duration|deadline|max\w*|limit|within|run ?time|window|finish|done|job|train\w*|batch|sla)\b"
)
_ONCE = phrases(
    r"took|taken|was|were|ran|had|lasted|trained|finished|measured|results?|benchmarks?|currently|today|right now|ago|"
    r"audio|video|footage|recordings?|retention|talk|course|workshop|meeting|lecture|trip"
)
"""In a list that tells what was, or of other things that last."""
_SHOULD_TAKE = re.compile(
    r"\b(?:should|must|may|shall|can|has to|needs to) (?:only )?(?:take|run|last|finish)\b[\w ]*$"
)
_DONE_ONCE = re.compile(
    r"\b(?:i|we|he|she|it|they|intern|colleague|student|guy|team|pilot|run|job) (?:\w+ )?(?:trained|ran|scored|"
    r"processed|"
    r"finished|completed|did|indexed|embedded)\b[^.;,]{0,40}$"
)
"""Tells of a run that is over."""
FARTHEST_START = 60
"""Code points between the sentence that says when it ends and the start in the next or the one before."""
_UNITS = {"minute", "hour", "day", "week", "fortnight"}


def deadlines(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    ones = [Amount(match.start("one"), match.end("one"), 1.0, 1.0) for match in _ONE_UNIT.finditer(text.working)]
    for amount in [*amounts, *ones]:
        unit = DURATION.match(text.working, amount.end)
        if unit is not None and unit_of(unit) in _UNITS and amount.letter == "":
            yield from _deadline(text, amount, unit_of(unit), unit.end())
    yield from _clock_windows(text)
    yield from _start_to_end(text)


def _deadline(text: Text, amount: Amount, unit: str, end: int) -> Iterator[Candidate | Doubt]:
    sentence = clauses.sentence(text, amount.start)
    before = text.working[max(0, amount.start - 40) : amount.start]
    window = _WINDOW_AFTER.match(text.working, end)
    clause = clauses.clause(text, amount.start, end)
    scale = factor(unit, "hour")
    if _TAKES.search(before) and not tense.wished(text, amount.start, end) and context.claimed(text, amount.start, end):
        yield Candidate(
            "deadline_hours", rounded(amount.high * scale), amount.start, end, "deadline", 0, scale, today=True
        )
        return
    given = _BY_THEN.search(before) is not None or (_HAS.search(before) is not None and _JOB.search(clause) is not None)
    given = given or _is_item(text, amount, unit, end)
    given = given or (_IS_FINE.match(text.working, end) is not None and _ENDING.search(text.working) is not None)
    if window is None and _WITHIN.search(before) is None and not given:
        return
    if _OTHER_TIME.search(items.listing(text, amount.start).label):
        return
    if window is None and _OTHER_TIME.search(_WORKED_ON.sub("", clause)) and _BY_THEN.search(before) is None:
        return
    if window is None and not given and _ENDING.search(sentence) is None:
        return
    if (
        unit == "minute"
        and not _is_item(text, amount, unit, end)
        and _SHOULD_TAKE.search(before) is None
        and re.search(r"\b(?:finish|complet|done|window|deadline|job|batch|train|fertig)", sentence) is None
    ):
        return
    if window is None and re.match(
        r"\s?(?:of (?!the\b)|per\b(?! (?:run|job|training|batch))|/|a (?:day|week|month)\b|each\b)",
        text.working[end:],
    ):
        return
    if not context.claimed(text, amount.start, end) or _symptom(text, amount.start, end):
        return
    start = stated_from(text, _NOUN, amount.start)
    stop = end if window is None else window.end()
    hours = amount.high * scale
    if hours <= 0:
        yield Doubt("deadline_hours", start, stop, "A deadline has to lie ahead: its hours have to be above zero.")
        return
    yield Candidate("deadline_hours", rounded(hours), start, stop, "deadline", 2)


def _is_item(text: Text, amount: Amount, unit: str, end: int) -> bool:
    """ "train XGBoost on 200 GB, 3 hours, AWS": alone in the list of facts about a job."""
    if unit not in {"hour", "minute"} or not items.alone(text, amount.start, end):
        return False
    place = items.listing(text, amount.start)
    if (place.label and _TIMED.search(place.label) is None and len(place.label.split()) <= 3) or items.rated(
        text, amount.start
    ):
        return False
    around = f"{place.label} {items.words(text, amount.start)}"
    return items.facts(text, amount.start) >= 1 and _RUN.search(around) is not None and not _ONCE.search(around)


def _symptom(text: Text, start: int, end: int) -> bool:
    clause = clauses.clause(text, start, end)
    if _DONE_ONCE.search(text.working, text.sentence(start).start, start):
        return True
    if _AT_MOST.match(text.working, end) is not None:
        return False
    return (
        tense.present_state(text, start, end)
        or re.search(r"\b(?:takes|took|currently|used to|dauert|caus\w+|requests? to take)\b", clause) is not None
    )


def _clock_windows(text: Text) -> Iterator[Candidate]:
    """ "between 22:00 and 04:00", for a job that has to run in it."""
    for match in _CLOCK_WINDOW.finditer(text.working):
        sentence = clauses.sentence(text, match.start())
        timed = (
            match["from_half"]
            or match["to_half"]
            or match["from_minute"]
            or match["to_minute"]
            or "uhr" in match.group()
        )
        if (
            not timed
            or re.search(
                r"\b(?:run\w*|finish\w*|complet\w*|done|job|batch|window|nightly|train\w*|retrain\w*|(?:re)?scor\w*|"
                r"caption\w*|transcri\w*|tagg?\w*|label\w*|translat\w*|summari\w*|process\w*|index\w*|extract\w*|"
                r"ocr|anonymi\w*|generat\w*|refresh\w*|convert\w*|annotat\w*|transkrib\w*|übersetz\w*|verarbeit\w*|"
                r"classif\w*|embed\w*|lauf\w*|fertig)\b",
                sentence,
            )
            is None
        ):
            continue
        if "%" in sentence or "traffic" in sentence or not context.claimed(text, match.start(), match.end()):
            continue
        hours = (_clock(match, "to") - _clock(match, "from")) % 24
        if hours > 0:
            yield Candidate("deadline_hours", rounded(hours), match.start(), match.end(), "clock window")


def _start_to_end(text: Text) -> Iterator[Candidate]:
    """ "starts at 6pm and has to be done before 6am": the two times in one sentence, in either order."""
    for end in _ENDS.finditer(text.working):
        sentence = text.sentence(end.start())
        start = _STARTS.search(text.working, sentence.start, sentence.end) or _STARTS.search(
            text.working, max(0, sentence.start - FARTHEST_START), sentence.end + FARTHEST_START
        )
        if start is None or not context.claimed(text, end.start(), end.end()):
            continue
        hours = (_time(end) - _time(start)) % 24 + 24 * _whole_days(start, end)
        if hours > 0:
            span = min(start.start(), end.start()), max(start.end(), end.end())
            yield Candidate("deadline_hours", rounded(hours), *span, "start to end", 2)


def _whole_days(start: re.Match[str], end: re.Match[str]) -> int:
    """Between a named weekday and the other, beside the hours of the clock; none where a day is not named."""
    first, last = (_WEEKDAY.search(match.group()) for match in (start, end))
    if first is None or last is None:
        return 0
    days = (_WEEKDAYS.index(last.group()) - _WEEKDAYS.index(first.group())) % 7
    return days - 1 if days > 0 and _time(end) < _time(start) else days


def _time(match: re.Match[str]) -> float:
    """Hours since midnight."""
    if match["at_named"] is not None:
        return _NAMED_TIMES[match["at_named"]]
    half = match["at_half"] or match["at_bare"]
    return (
        int(match["at"]) % (24 if half is None else 12)
        + (12 if half == "pm" else 0)
        + int(match["at_minute"] or 0) / 60
    )


def _clock(match: re.Match[str], side: str) -> float:
    half = match[f"{side}_half"] or (
        match["to_half"] if side == "from" and int(match["from"]) < int(match["to"]) else None
    )
    hour = int(match[side]) % 24
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return hour + int(match[f"{side}_minute"] or 0) / 60
