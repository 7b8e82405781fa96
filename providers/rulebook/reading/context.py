"""What the words around a mention make of it: a wish, a denial, a guess, somebody else's case, a thing of the past."""

from __future__ import annotations

import re

from providers.rulebook.reading.patterns import says
from providers.rulebook.reading.text import Text

_DENIED_BEFORE = re.compile(
    r"(?:"
    r"\b(?:no(?: longer| need (?:for|of)| more)?|without|never|excluding|except(?: for)?|other than|"
    r"anything but|any but|but not|ohne|kein\w*|"
    r"neither|nor|statt|außer|avoid(?:ing)?)\s+(?:any |the |a |an |using |use |on |for |in |dedicated |"
    r"expensive |need )*(?:\w+ (?:or|nor|and|oder|noch) )?"
    r"|\b(?:not|nicht|don't|do not|doesn't|does not|won't|will not|can't|cannot|can not|shouldn't|"
    r"should not|mustn't|must not|isn't|is not|aren't|didn't|"
    r"haven't|hasn't|couldn't|wouldn't|dont|doesnt|cant|wont)\s+"
    r"(?:even |really |currently |yet |want|need|have|use|using|run|deploy|go|be|rely|allowed|like|require|"
    r"support|on|in|to|with|a|an|the|any|"
    r"wants?|wanting|auf|mit|in|inside|into|via|for|host|it|this|that|everything|store|stored|running|"
    r"anywhere|require any|at|"
    r"touch|depend|of|der|die|das|access|think|believe|we|brauchen?|einsetzen| |/|\bor\b)*"
    r"(?:\w+ (?:or|nor|oder) )?"
    r")$"
)
_DENIED_AFTER = re.compile(
    r"^\s*(?:\w+\s)?(?:\(?\s*(?:is|are|'s)\s+(?:not|out|off the table|forbidden|prohibited|ruled out|"
    r"a non-?starter|no good|unacceptable|overkill|unnecessary|banned|disallowed)\b|isn't|aren't|"
    r"not (?:needed|required|necessary|allowed|an option|wanted|possible|available)|won't|is no option|"
    r"(?:required|needed|ok|allowed|enabled|instances|to zero|-to-zero)?\s*[:=]\s*(?:no|none|nein|keine?|"
    r"false|off|not)\b|"
    r"nicht(?! (?:überschr|übersteig|länger|mehr|über|verlassen))|brauchen wir nicht|geht nicht|verboten|"
    r"unnecessary|forbidden|prohibited|disabled)"
)
ALL_BUT = (
    r"(?:any(?:where|thing)|every(?:where|thing)|wherever|(?:any|all|every)(?: (?:other |public |big )?(?:cloud|"
    r"provider|vendor|hyperscaler|platform|region|place|country|zone|gpu|framework)s?"
    r"(?: providers?)?)?|alles|überall)"
    r"(?: (?:is|are) (?:fine|ok|okay|allowed|possible|good))?,? "
    r"(?:but|except(?: for)?|besides|bar|other than|apart from|aside from|excluding|außer)"
)
"""A choice of everything without what follows."""
_EXCEPTED = re.compile(
    rf"(?<![\w-]){ALL_BUT} (?:(?:for|in|on|at|the|an?|with|auf) )*(?:[\w.-]+(?: (?:or|nor|and|oder|und) |/))?$"
)
_NOT_DENIED = re.compile(
    r"\b(?:not only|not just|no problem|no matter|no preference|not sure|nicht nur|no(?:t)? (?:later|more|"
    r"longer|less|slower|higher|greater|lower|worse|larger|fewer|over|above) (?:than )?|"
    r"(?:can't|cannot|can not|mustn't|must not|won't|shouldn't|should not|may not) (?:be |take |cost |spend |pay |"
    r"go |get |"
    r"wait |exceed )*(?:more|longer|slower|higher|over|above|than|exceed)|(?:darf|soll|sollte) nicht (?:mehr|"
    r"länger)|if not|why not|or not|whether or not)\b"
)
_LEFT_BEHIND = re.compile(
    r"(?:\b(?:migrat\w+|mov\w+|switch\w*|port\w*|transition\w*|convert\w*|com\w+|gett?\w*|got|"
    r"shift\w*)\b[^.!?]{0,30}?\b(?:from|off|away from|out of)\s+(?:of\s+)?(?:the |our |an? )?"
    r"|\bprefer\w*\b[^.!?]{0,50}\bover\s+(?:the )?"
    r"|\b(?:weg von|instead of|rather than|replac\w+|unlike|compared (?:to|with)|in contrast to|versus|"
    r"vs\.?|as opposed to|anstatt|as an alternative to|alternative to|leaving|left|quit\w*|similar to|"
    r"just like|away from|such as|e\.g\.?,?|"
    r"for example,?|for instance,?|like in|z\. ?b\.|otherwise|formerly|previously|used to (?:run|be|use|have)(?: on|"
    r" in| with)?)\s+(?:the |our |using |on |an? )?(?:\w+ )?)$"
)
_GUESS = re.compile(
    r"\b(?:what if|suppose|imagine|hypothetical\w*|someday|some day|one day|eventually|"
    r"in (?:the )?(?:\w+ )?future|down the (?:road|line)|might(?! be that| (?:only )?(?:need|have) to)|"
    r"may (?:also |later |one day |eventually )|maybe (?:later|one day|someday|next)|perhaps|considering|"
    r"thinking (?:about|of)|wonder(?:ing)? (?:if|whether) (?:we|i) (?:need|should|could)|evaluating|"
    r"if so|next year|later on|later this year|not decided|undecided|theoretically|if we (?:ever|were|"
    r"had|moved|"
    r"went|used)|if i (?:had|were|could|used)|"
    r"(?<!fine )(?<!ok )(?<!okay )(?<!good )if (?:they|you|someone|one|the|it|there|users?|this|that)|"
    r"falls wir|vielleicht|eventuell|irgendwann|könnten|in case|for example|e\.g\.|roadmap)\b"
)
_OTHERS = re.compile(
    r"\b(?:competitors?|(?:the|your|their|its) (?:paper|article|blog|readme|tutorial|docs?|documentation|vendor|"
    r"other team|authors?|(?:training |example )?scripts?|experiments?|examples? (?:uses?|runs?))|(?:fraud|other|"
    r"another|sister|search|ads|neighbou?ring|different|recommendations?|data|"
    r"research)\s+team(?:'s)?"
    r"(?=\s+(?:has|uses|runs|pays|spends|got|gets|does|is|serves|wants|needs|had|hosts))|as paper|in (?:the|"
    r"their|your) paper|their (?:budget|setup|deployment|latency|cluster|figures?|model|endpoint|team|"
    r"system|service|gpus?|bill|infra\w*)|(?:google|meta|netflix|uber|openai|amazon|microsoft|friend|"
    r"colleague|neighbou?r)s?(?:'s)? (?:has|uses|runs|says|spends|serves|gets|claims|told|pays)|"
    r"someone (?:else|told|said)|they (?:use|run|have|pay|spend|serve|get|claim|said|say|had|needed|reached|"
    r"got)|the public (?:one|api)|case study|benchmarks? (?:show|claim|say|from)|advertises|"
    r"you (?:use[ds]?|used|ran|run|trained|have used|reported?|mention\w*|got)|were used|"
    r"der wettbewerb\w*|die konkurrenz|"
    r"other (?:companies|customers|teams|people|users|departments)|rumou?r|i (?:had |have |'ve )?(?:read|heard))\b"
)
_FORMER = re.compile(
    r"\b(?:used to|previously|formerly|in the past|back then|years? ago|months? ago|(?:was|were|"
    r"had been) (?:using|running|hosted)|(?:last|letztes) (?:year|month|quarter|summer|winter|jahr)[^.;]{0,15}? "
    r"(?:paid|had|used|ran|run|spent|was|were|hatten|zahlten)|(?:used|ran|had)\b[^.;]{0,25} before(?= *$)|"
    r"never again|(?:tried|used|had|ran|paid)\b[^.;,]{0,30}\blast (?:year|month|week|quarter|spring|summer|autumn|"
    r"fall|winter)|"
    r"(?:old|previous|former) (?:cluster|system|setup|servers?|one|version|stack)\b[^.;]{0,20} (?:had|has|used|"
    r"uses|was|ran|runs)|"
    r"(?:paper|article|thesis|study) (?:used|uses|ran)|früher|damals)\b"
)
_LATER = re.compile(
    r"\b(?:what if|suppose|imagine|someday|some day|one day|eventually|in (?:the )?(?:\w+ )?future|"
    r"down the (?:road|line)|next year|later|roadmap|irgendwann|not decided|undecided)\b"
)
_PAST = re.compile(
    r"\b(?:used to|previously|formerly|in the past|back then|last (?:year|month|week|quarter|time|summer|"
    r"winter|spring|autumn)|years? ago|months? ago|weeks? ago|days? ago|yesterday|"
    r"was|were|had|took|ran|tried|sent|tested|benchmarked|simulated|spent|paid|cost us|went|hit|reached|früher|"
    r"damals|letztes jahr|legacy|"
    r"old (?:system|setup|service|cluster|stack|one|version|endpoint)|until now|so far|before the)\b"
)
_SYMPTOM = re.compile(
    r"\b(?:today|heute|bisher|until now|so far|shows?|showing|reads?|reports?|measures?|takes?|took|taking|"
    r"currently|right now|"
    r"at the moment|at present|as of now|these days|nowadays|"
    r"already|dauert|derzeit|momentan|aktuell|zurzeit|still|now (?:at|takes?|is|we)|now(?=\s*[,.;]?\s*$)|"
    r"hitting|hits|fails?|failed|failing|crash\w*|breaks?|broke|broken|errors?|time[sd]? ?-?out|timeouts?|"
    r"oom|out of memory|degrad\w+|slow(?:s|ed|er|ing|ly)?|stuck|hang(?:s|ing)?|bottleneck\w*|"
    r"saturat\w+|spikes?|spiking|jumped|exceed(?:s|ed|ing)|drops?|dropped|we(?:'re| are) (?:seeing|getting|"
    r"paying|spending|at|hitting|stuck)|we (?:see|saw|get|pay|spend|measured|observed?|noticed)|i (?:see|"
    r"saw|get|got|pay|measured|noticed|am seeing|am getting)|"
    r"is (?:around|about|roughly|at|way|up to)|are (?:around|about|at)|costs? (?:us|me|about|around)|"
    r"burn rate|bill|unsustainable|suffer\w*|complain\w*|users? report|issue|problem|bug|regression|"
    r"it's (?:around|about|at))\b"
)
_WISH = re.compile(
    r"\b(?:must|should|shall|needs?|need to|wants?|require[sd]?|requirements?|target\w*|goals?|aim\w*|"
    r"objective|slo|sla|at most|at least|(?:no|not) slower|no more than|not more than|not exceed|no longer than|"
    r"less than|"
    r"under|below|"
    r"within|max(?:imum)?|up to|cap(?:ped)?|limit\w*|keep|ideally|would like|i'd like|we'd like|hope\w*|"
    r"plan(?:s|ning)?|expect\w*|acceptable|tolera\w+|happy with|live with|good enough|fine|enough|okay|ok|"
    r"budget\w*|can spend|"
    r"afford|has to|have to|deadline|finish|ready|guarantee\w*|design for|size (?:it )?for|prepare for|"
    r"handle|sustain|support|bring|reduce|lower|get (?:it|this|that) (?:down|to under|under|below)|down to|"
    r"make (?:that|it)|set|raise|increase|(?:above|over|more than|longer than) [^.;]{0,25} (?:is|are|"
    r"would be) (?:too|not)|"
    r"hard (?:limit|cap)|darf\w*|dürfen|möchten|wollen|gewünscht|gefordert|"
    r"soll\w*|muss|müssen|ziel|höchstens|maximal|unter|bis zu|brauchen|benötigen|innerhalb|erwarten|reicht|<)\b|[<>]"
)
_ASKING = re.compile(
    r"^\W*(?:\d+\W+)?(?:(?:and|but|so|or|also|hi|hello|hey|hallo|then|btw|curious|und|aber),? )?(?:"
    r"(?:is|are|was|were|does|did|will|would|has|have|can|could|ist|sind|kann|können)\s+(?:it|they|this|"
    r"that|these|those|the|a|an|there|your|your? \w+|das|es|die|der|eine?)\b"
    r"|(?:does|did) (?:it|one|you|he|she)\b|(?:brauchen?|müssen) (?:wir|ich|man)\b|should (?:we|i|one)\b|"
    r"(?:is|are|was|were) (?:\w+ ){1,3}?(?:enough|sufficient|needed|required|necessary|supported|possible|subject|"
    r"relevant)\b|what (?:did|were|was|do you|does your|are (?!the best|some))\b|what(?: is|'s|s) your\b|"
    r"what (?:\w+ ){1,3}(?:were|was|did you|do you use)\b|"
    r"how (?:did|was|were|many of|do you)\b|(?:why|who|warum|what are|what's an?|was sind)\b)|\bwhether (?:it|this|"
    r"that|the|there|a|an|we need|i need)\b"
)
_NEED_ASKED = re.compile(r"\b(?:do|does|would) (?:we|i|you|it|one) (?:\w+ )?(?:need|require)(?: \w+)?\s*$")
_REQUEST = re.compile(
    r"\b(?:is it possible|is there (?:a|any|some)|would it be possible|would you|do you (?:recommend|"
    r"suggest|have (?:any )?(?:recommend|advice|example))|are there (?:any )?(?:plans|ways|examples|guides)|"
    r"please|feasible|what (?:would|is the best)|which|(?:can|could) (?:we|i|you|someone|"
    r"somebody) (?:please )?(?:get|have|"
    r"add|use|run|deploy|help|set up|provision|provide|enable|support)|do you (?:support|offer|provide))\b"
)
_INJECTION = re.compile(
    r"\b(?:ignor\w+|disregard\w*|forget|override|bypass|skip)\b[^.!?\n]{0,40}\b(?:instructions?|prompts?|"
    r"rules?|polic(?:y|ies)|guardrails?|checks|safety|restrictions)\b"
    r"|\byou are now\b|\bsystem prompt\b|\bi(?:'m| am) (?:the|an|your) (?:admin\w*|root|owner|developer|"
    r"operator)\b|\b(?:mark|treat|consider|set) (?:this|it|everything|the (?:request|plan|"
    r"gate))\b[^.!?\n]{0,30}\bapproved\b"
    r"|\bapprove (?:everything|all|this|it|the (?:plan|gate|request))\b|\b(?:unlimited|infinite) budget\b|"
    r"\bbudget\b[^.!?\n]{0,20}\b(?:unlimited|infinite|infinity)\b|\bas an? (?:ai|language model)\b|"
    r"\bpretend\b|\bjailbreak\b|<\|?(?:system|im_start)|\bnew instructions\b"
    r"|\bignorier\w*\b[^.!?\n]{0,40}\b(?:anweisung\w*|regeln)\b"
)
_CONTRAST = re.compile(r"\b(?:but|however|though|today|for now|currently|aber|jedoch)\b")
_CONDITION = re.compile(r"\b(?:if|suppose|imagine|what if|falls|unless)\b")
CORRECTION = re.compile(
    r"\b(?:sorry|no,? wait|wait,?|correction|scratch that|make (?:that|it)|i mean(?:t)?|actually|rather|"
    r"oops|my mistake|on second thou?ght|change (?:that|it|this) to|let'?s (?:say|make it)|strike that|edit|"
    r"update|"
    r"instead|typo|korrektur|entschuldigung|doch lieber|ich meine|besser)\b[:,]?"
)


_NEXT = re.compile(r"\b(?:and|und|then|dann)\b")
_FROM = re.compile(r"\b(?:from|von)\s+(?:about |around |~ ?)?[$€£]?$")
_TO = re.compile(r"[^.;\n\d]{0,30}?\b(?:to|towards|auf|below|under)\s+(?:about |around |under |below |~ ?)?[$€£]?\s?\d")


def clause(text: Text, start: int, end: int) -> str:
    return text.slice(text.clause(start, end))


def segment(text: Text, start: int, end: int) -> str:
    """The clause without what an "and" joins to it that is about another amount: "we pay $9k and want $6k"."""
    span = text.clause(start, end)
    before = _NEXT.split(text.working[span.start : start])
    first = len(before) - 1
    while first > 0 and not any(letter.isdigit() for letter in before[first - 1]):
        first -= 1
    return " and ".join(before[first:]) + _NEXT.split(text.working[start : span.end], maxsplit=1)[0]


def sentence(text: Text, start: int) -> str:
    return text.slice(text.sentence(start))


def injected(text: Text, start: int) -> bool:
    """The sentence talks to the machine, not about the workload."""
    return says(_INJECTION, sentence(text, start))


def denied(text: Text, start: int, end: int) -> bool:
    """ "no GPU", "not on AWS", "GPU: no", "spot is not an option"."""
    span = text.clause(start, end)
    before = text.working[max(text.sentence(start).start, start - 60) : start]
    if _NOT_DENIED.search(before) is None:
        inside = text.working[max(span.start, start - 60) : start].replace("\n", " ")
        if _DENIED_BEFORE.search(inside) or _EXCEPTED.search(before):
            return True
    after = text.working[end : min(end + 40, text.sentence(start).end)]
    return _DENIED_AFTER.search(after) is not None


def left_behind(text: Text, start: int) -> bool:
    """What is moved away from, or only compared with."""
    before = text.working[max(text.sentence(start).start, start - 70) : start]
    return _LEFT_BEHIND.search(before) is not None


def guessed(text: Text, start: int) -> bool:
    return says(_GUESS, _up_to_comma(text, start))


def former(text: Text, start: int, end: int) -> bool:
    """What ran once and runs no more."""
    return says(_FORMER, clause(text, start, end))


def later(text: Text, start: int) -> bool:
    """A plan for another day."""
    return says(_LATER, _up_to_comma(text, start))


def someone_elses(text: Text, start: int) -> bool:
    return says(_OTHERS, sentence(text, start))


def present_state(text: Text, start: int, end: int) -> bool:
    """A symptom or a measurement of what runs today, in a clause that asks for nothing."""
    words = segment(text, start, end)
    return (says(_SYMPTOM, words) or says(_PAST, words)) and not wished(text, start, end)


def past(text: Text, start: int, end: int) -> bool:
    """What was once measured or used, in words that ask for nothing."""
    return says(_PAST, segment(text, start, end)) and not wished(text, start, end)


def superseded(text: Text, start: int, end: int) -> bool:
    """The amount that a change starts from: "from 800 ms to 200 ms"."""
    before = text.working[max(text.sentence(start).start, start - 12) : start]
    return _FROM.search(before) is not None and _TO.match(text.working, end, end + 60) is not None


def wished(text: Text, start: int, end: int) -> bool:
    return says(_WISH, segment(text, start, end))


def only_asked(text: Text, start: int) -> bool:
    """A yes-or-no question about the world, not a request."""
    span = text.sentence(start)
    words = text.slice(span)
    if not words.rstrip(" )\"'\n").endswith("?"):
        return False
    if _NEED_ASKED.search(text.working, max(span.start, start - 40), start):
        return True
    return says(_ASKING, words) and not says(_REQUEST, words)


def corrected_between(text: Text, start: int, end: int) -> bool:
    return CORRECTION.search(text.working, start, end) is not None


def claimed(text: Text, start: int, end: int) -> bool:
    """The operator says this of their own workload, as it shall be."""
    return not (
        injected(text, start)
        or denied(text, start, end)
        or left_behind(text, start)
        or guessed(text, start)
        or former(text, start, end)
        or someone_elses(text, start)
        or only_asked(text, start)
    )


def _up_to_comma(text: Text, start: int) -> str:
    """The clause of `start`; an "if" in front of it rules it, too, unless a "but" stands between."""
    span = text.sentence(start)
    part = text.clause(start, start + 1)
    before = _CONTRAST.split(text.working[span.start : part.start])[-1]
    return (before[-80:] if _CONDITION.search(before) else "") + text.slice(part)
