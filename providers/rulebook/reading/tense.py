"""When something holds: once, now, another day, or as it shall be."""

from __future__ import annotations

import re

from providers.rulebook.reading.clauses import clause, outside, segment, up_to_comma
from providers.rulebook.reading.patterns import says
from providers.rulebook.reading.text import Text

_FORMER = re.compile(
    r"\b(?:used to|previously|formerly|in the past|back then|years? ago|months? ago|(?:was|were|"
    r"had been) (?:using|running|hosted)|(?:last|letztes) (?:year|month|quarter|summer|winter|jahr)[^.;]{0,15}? "
    r"(?:paid|had|used|ran|run|spent|was|were|hatten|zahlten)|(?:used|ran|had)\b[^.;]{0,25} before(?= *$)|"
    r"never again|(?:tuned|trained|built|bought|rented|leased|ran|hosted|deployed) (?:[\w']+ ){0,3}last (?:year|"
    r"month|quarter|week|"
    r"summer|winter|spring|autumn)|(?:tried|used|had|ran|paid)\b[^.;,]{0,30}\blast (?:year|month|week|quarter|"
    r"spring|summer|autumn|"
    r"fall|winter)|(?:until|till|bis) (?:19|20)\d\d\b[^.;,]{0,30} (?:was|were|ran|had|used|lief\w*|war\w*)|"
    r"(?:old|previous|former) (?:cluster|system|setup|servers?|one|version|stack)\b[^.;]{0,20} (?:had|has|used|"
    r"uses|was|ran|runs)|"
    r"(?:paper|article|thesis|study) (?:used|uses|ran)|(?:our|the|my) (?:(?:19|20)\d\d|old|previous|last|first|"
    r"original|initial|earlier) (?:\w+ )?(?:tender|plan|proposal|design|"
    r"quote|rfp|specs?|specification|request|draft|offer|contract)|früher|damals)\b"
)
_LATER = re.compile(
    r"\b(?:what if|suppose|imagine|someday|some day|one day|eventually|in (?:the )?(?:\w+ )?future|"
    r"down the (?:road|line)|(?<!by )(?<!until )next year|later|roadmap|irgendwann|not decided|undecided)\b"
)
_PAST = re.compile(
    r"\b(?:used to|previously|formerly|in the past|back then|last (?:year|month|week|quarter|time|summer|"
    r"winter|spring|autumn)|years? ago|months? ago|weeks? ago|days? ago|yesterday|"
    r"was|were|had|took|ran|tried|sent|tested|measured|benchmarked|rose|climbed|fell|grew|returned|dropped|peaked|"
    r"simulated|spent|paid|cost us|went|hit|reached|"
    r"früher|schaffte\w*|brauchte\w*|alte[sn]? (?:system|lösung|server|dienst)|"
    r"damals|letztes jahr|legacy|"
    r"old (?:system|setup|service|cluster|stack|one|version|endpoint)|until now|so far|before the)\b"
)
_SYMPTOM = re.compile(
    r"\b(?:today|heute|bisher|until now|so far|shows?|showing|reads?|reports?|measures?|takes?|took|taking|"
    r"currently|right now|"
    r"at the moment|at present|as of now|these days|nowadays|"
    r"already|lieg(?:t|en) (?:\w+ )?bei|dauert|derzeit|momentan|aktuell|zurzeit|still|now (?:at|takes?|is|we)|"
    r"now(?=\s*[,.;]?\s*$)|"
    r"hitting|hits|fails?|failed|failing|crash\w*|breaks?|broke|broken|errors?|time[sd]? ?-?out|timeouts?|"
    r"oom|out of memory|sits? at|hovers|degrad\w+|slow(?:s|ed|er|ing|ly)?|stuck|hang(?:s|ing)?|bottleneck\w*|"
    r"limited by|"
    r"can go up to|(?:goes|climbs|rises|shoots|jumps|grows|gets|steigt|springt) (?:up )?(?:to|auf)|saturat\w+|"
    r"spikes?|spiking|jumped|exceed(?:s|ed|ing)|drops?|dropped|we(?:'re| are) (?:seeing|getting|"
    r"paying|spending|at|hitting|stuck)|we (?:see|saw|get|pay|spend|measured|observed?|noticed)|i (?:see|"
    r"saw|get|got|pay|measured|noticed|am seeing|am getting)|"
    r"is (?:around|about|roughly|at|way|up to)|are (?:both |all |still )?(?:around|about|at)|costs? (?:us|me|"
    r"about|around)|"
    r"burn rate|bill|unsustainable|suffer\w*|complain\w*|users? report|issue|problem|bug|regression|"
    r"it's (?:around|about|at))\b"
)
_OBSERVED = re.compile(
    r"\b(?:(?:i|we) (?:can |could |only |now |currently )?(?:see|saw|get|got|measured?|observed?|noticed|"
    r"clocked|recorded)|"
    r"(?:i|we)(?:'ve| have) (?:seen|measured|observed|noticed)|(?:i am|i'm|we are|we're) (?:seeing|getting)|"
    r"measured|observed|was noticed|caus(?:e[sd]|ing)|result(?:s|"
    r"ed|ing) in|"
    r"led to|gemessen|beobachtet)\b"
)
"""Words of somebody who has looked: a bound beside them ("under a second") is a finding."""
_FIRM = re.compile(
    r"\b(?:must|should|shall|needs?|wants?|requir\w+|targets?|goals?|aim\w*|slo|sla|at most|max\w*|has to|"
    r"have to|not exceed|"
    r"like|hop\w+|acceptable|ok|okay|fine|enough|budget|keep|bring|reduce|lower|down to|soll\w*|muss|müssen|wollen|"
    r"möchten|expect\w*|plan\w*)\b"
)
_INDICATIVE = re.compile(r"\b(?:is|are|sits|hovers|liegt|ist)\s(?:at |around |about |bei |~ ?)?$")
_REPORT = re.compile(
    r"\W*(?:(?:the|our|my|their|these|last|latest|first|load|stress|soak|performance) ){0,3}(?:tests?|benchmarks?|"
    r"results?|measurements?|numbers|messung|ergebnisse|(?:weekly|monthly) report)"
    r"(?: results?| runs?)?(?: (?:on|with|for|from|of|using|mit) [^:=(.\n]{1,40})?\s?[:=(]"
)
_JUDGED = re.compile(
    r"\b(?:is|are) (?:it|that|this|these|those|they) (?:\w+ ){0,2}?(?:good|normal|expected|right|reasonable|"
    r"usual|slow|bad|"
    r"typical|correct)\b[^?.]{0,30}\?"
)
"""Asks what others think of the figures beside it."""
_AND_NOT = re.compile(
    r"\s(?:instead of|rather than|against (?:a |the |our )?(?:target|goal|slo|limit) of|statt|"
    r"vs\.?|versus)\s"
)
"""Behind what happened in place of the wish: "answered in 8 s instead of 200 ms"."""
_WISH = re.compile(
    r"\b(?:(?:may|can|could) (?:take|last|need|cost|be)|must|should|shall|needs?|need to|wants?|require[sd]?|"
    r"requirements?|target\w*|goals?|aim\w*|"
    r"objective|slo|sla|at most|at least|(?:no|not) slower|no more than|not more than|not exceed|no longer than|"
    r"less than|"
    r"under|below|"
    r"within|max(?:imum)?|(?<!go )(?<!goes )(?<!going )up to|cap(?:ped)?|limit(?!ed by)\w*|keep|ideally|"
    r"would like|i'd like|we'd like|hope\w*|"
    r"plan(?:s|ning)?|expect\w*|acceptable|tolera\w+|happy with|live with|good enough|fine|enough|plenty|"
    r"sufficient|suffices?|okay|ok|"
    r"budget\w*|can spend|"
    r"afford|has to|have to|deadline|finish|ready|guarantee\w*|design for|size (?:it )?for|prepare for|"
    r"handle|sustain|support|bring|reduce|lower|get (?:it|this|that) (?:down|to under|under|below)|down to|"
    r"make (?:that|it)|set|raise|increase|(?:above|over|more than|longer than) [^.;]{0,25} (?:is|are|"
    r"would be) (?:too|not)|"
    r"hard (?:limit|cap)|darf\w*|dürfen|möchten|wollen|gewünscht|gefordert|"
    r"soll\w*|muss|müssen|ziel|höchstens|maximal|unter|bis zu|brauchen|benötigen|innerhalb|erwarten|reicht|<)\b|[<>]"
)
_FROM = re.compile(r"\b(?:from|von)\s+(?:about |around |~ ?)?[$€£]?$")
_TO = re.compile(r"[^.;\n\d]{0,30}?\b(?:to|towards|auf|below|under)\s+(?:about |around |under |below |~ ?)?[$€£]?\s?\d")


def former(text: Text, start: int, end: int) -> bool:
    """What ran once and runs no more."""
    return says(_FORMER, clause(text, start, end))


def later(text: Text, start: int) -> bool:
    """A plan for another day."""
    return says(_LATER, up_to_comma(text, start))


def present_state(text: Text, start: int, end: int) -> bool:
    """A symptom or a measurement of what runs today, in a clause that asks for nothing."""
    words = segment(text, start, end)
    if (says(_OBSERVED, words) or judged(text, start)) and not says(_FIRM, words):
        return True
    if wished(text, start, end):
        return False
    if says(_SYMPTOM, words) or says(_PAST, words) or _AND_NOT.match(text.working, end):
        return True
    return _heads_a_report(text, start) or _explains_state(text, start) or _is_reported(text, start)


def printed(text: Text, start: int, end: int) -> bool:
    """A figure of a report, or one that its writer asks what to think of."""
    if judged(text, start) and not says(_FIRM, segment(text, start, end)):
        return True
    return _heads_a_report(text, start) and not wished(text, start, end)


def judged(text: Text, start: int) -> bool:
    """ "TTFT is 2 s at 10 rps, is that normal?": the question stands in the sentence or the one behind it."""
    span = text.sentence(start)
    behind = text.sentence(span.end + 1) if span.end + 1 < len(text.working) else span
    return _JUDGED.search(text.working, start, behind.end) is not None


def _is_reported(text: Text, start: int) -> bool:
    """ "It times out a lot, p95 is 4 s": an indicative beside a symptom, in a sentence that asks for nothing."""
    whole = text.sentence(start)
    if _INDICATIVE.search(text.working, max(whole.start, start - 25), start) is None:
        return False
    words = text.slice(whole)
    return says(_SYMPTOM, words) and not says(_WISH, words)


def _heads_a_report(text: Text, start: int) -> bool:
    return _REPORT.match(text.working, text.sentence(start).start) is not None


def _explains_state(text: Text, start: int) -> bool:
    """In brackets behind a statement of how things are: "the store is limited by the network (~50 ms a call)"."""
    words = outside(text, start)
    return says(_SYMPTOM, words) and not says(_WISH, words)


def past(text: Text, start: int, end: int) -> bool:
    """What was once measured or used, in words that ask for nothing."""
    return says(_PAST, segment(text, start, end)) and not wished(text, start, end)


def asks(words: str) -> bool:
    return says(_WISH, words)


def superseded(text: Text, start: int, end: int) -> bool:
    """The amount that a change starts from: "from 800 ms to 200 ms"."""
    before = text.working[max(text.sentence(start).start, start - 12) : start]
    return _FROM.search(before) is not None and _TO.match(text.working, end, end + 60) is not None


def wished(text: Text, start: int, end: int) -> bool:
    return says(_WISH, segment(text, start, end))
