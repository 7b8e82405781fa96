"""How it may scale: spot capacity, scale to zero, the most replicas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, denial, tense
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import joined, phrases
from providers.rulebook.reading.text import Text

_SPOT = re.compile(
    joined(
        r"""\b(?:(?:aws |ec2 |azure )?spot(?:[- ](?:instances?|vms?|nodes?|training|capacity|gpus?|pricing|fleet|
            machines?|
            instanzen|pods?|market|workers?|rates?|prices?))?|(?:managed )?spot[- ]training|
            pre-?emptibles?(?: (?:vms?|nodes?|
            instances?|gpus?|tpus?|machines?))?|interruptible(?: (?:instances?|capacity|vms?|workloads?))?|(?:can|
            may|could) (?:safely )?be
            \s(?:interrupted|preempted|evicted|killed|restarted)(?: (?:and resumed|at any ?time|any ?time))?|
            interruption[- ]tolerant|(?:ok|okay|fine|happy) (?:to be|being|if (?:it|they|we) (?:is|are|gets?|
            get)) (?:interrupted|
            preempted|evicted|killed)|(?:preemptions?|evictions?|interruptions?) (?:is|are|would be) (?:\w+ )?(?:ok|
            okay|fine|acceptable|
            no problem|harmless|not a problem|allowed)|(?:survives?|copes? with|handles?|withstands?|robust to|
            resilient to|mind)(?: being)?
            \s(?:preempt(?:ed|ions?)|interrupt(?:ed|ions?)|evict(?:ed|ions?))|tolera\w+ (?:to )?interruptions?|
            interruptions? (?:is|are) (?:ok|okay|fine|acceptable|no problem)|low-priority vms?|unterbrechbar\w*|
            (?:darf|dürfen|kann|können) unterbrochen werden)\b"""
    )
)
_SPOT_ALONE_BEFORE = re.compile(
    r"\b(?:no|not?|use|on|using|with|allow|avoid|without|via|run|spot:?|never|ohne|kein|keine|mit|prefer|emr|ec2|"
    r"gpu|dataproc|batch|"
    r"take|or|and|is)\s+(?:any |aws |ec2 |the )?$|^[\s\-•\d.)]*$|[,;:.(]\s*$"
)
_SPOT_ALONE_AFTER = re.compile(
    r"^\s*(?:obviously|yes|please|of course|preferred|is|are|would|works|will|can|geht|passt|ok|okay|fine|allowed|"
    r"welcome|possible|acceptable|preferred|"
    r"only|where|if|when|for|kommt|scheidet|fällt|out|as|a no|"
    r"whenever|:|\?|,|\.|;|$|not|isn't|erlaubt|ist|geht|and|und)"
)
_ON_DEMAND = re.compile(
    r"\b(?:non-?spot\b(?![^.;]{0,60}\bspot)|on[- ]?demand (?:this time|instead|from now|only|instances? only|"
    r"capacity only)|"
    r"only on[- ]?demand|nur on[- ]?demand|"
    r"(?:cannot|can't|must not|may not|mustn't)(?: afford to| risk to)? be(?:ing)? (?:interrupted|preempted|"
    r"evicted)|no (?:interruptions?|"
    r"preemptions?)|uninterruptible)\b"
)
_ON_THE_SPOT = re.compile(r"\bon the $")
_PRICED = re.compile(r"\b(?:prices?|costs?|usd|scarce|unavailable|went up|hard to get|rates?)\b|[$€£]\s?\d")
_ALLOWED = re.compile(
    r"\b(?:ok|okay|fine|can|may|could|would|welcome|allowed|acceptable|prefer\w*|want|should|please|happy|use|using|"
    r"need|"
    r"possible|allow|enable|with|yes|sure|take|run|accept|erlaubt|gern\w*)\b"
)
_UNLIKED = re.compile(r"\b(?:interrupt\w*|evict\w*|kill\w*|terminat\w*|reclaim\w*|lost|loses?)\b")
_IDLE = (
    r"(?:idle|(?:the )?queue is empty|nobody|no one|not (?:actively |currently |being )?(?:in use|used|needed)|"
    r"unused|no (?:traffic|"
    r"requests?|load)|"
    r"inactiv\w+|nobody|(?:office|working|business|opening) hours|at nite|(?:at|during the|over) night|overnight|"
    r"(?:on|at|over|during)"
    r" (?:the )?weekends?|weekends|quiet|asleep|niemand|nachts)"
)
_ZERO = re.compile(
    joined(
        rf"""\b(?:(?:nachts|am wochenende|über nacht)(?: \w+){{0,2}} (?:abschalt\w+|abgeschaltet|ausschalt\w+|
            ausgeschaltet|herunterfahren|heruntergefahren)|
            scale-in to (?:zero|0)|(?:scal(?:e[sd]?|ing)|goes?|going|come|drop(?:s|ped)?|shrink(?:s|ing)?|back|down|
            all the way)(?: \w+){{0,2}}?
            [- ]?(?:down )?[- ]?to[- ]?(?:zero|0|null|nothing)(?! ?(?:%|percent|ms|errors?|downtime|\$|usd|\d))|
        scale_to_zero|idle at (?:zero|0)|(?:replicas?|instances?|pods?|nodes?),? min(?:imum)?\.? 0|
            min(?:imum)?\.? 0,? max(?:imum)?\.? \d+|
            zero (?:replicas|instances|pods|nodes)|min(?:imum)?[- _]?(?:replicas?|instances?|nodes?|pods?|
            workers?)[- _]?
            (?:count)?(?: of|:| =|=)? ?0|(?:replica|node|instance)s?[- _]?count ?[:=] ?0|
            (?:sleeps?|shuts? (?:itself )?(?:down|off)|turn(?:s|ed)?(?: it| them| everything)? off|
            switch(?:ed)? (?:it |them )?off|suspends?|suspended|(?:be |is )?(?:gone|removed|torn down|shut|stopped|
            released)|stops?|
            spin(?:s|ned)? (?:(?:it|them|everything) )?down|spun down|paus(?:e[sd]?|ing)|power(?:s|ed)? down|
            (?:costs?|pay) nothing|unload(?:ed)?|be off|
            gets? freed)
            (?: (?:it|completely|automatically|them|everything|to sleep|dynamically))?[^.;\n]{{0,25}}?{_IDLE}|
            (?:go|goes|put) (?:it )?to sleep|cold[- ]?starts?(?: (?:of|up to|around|under|within|
            below)[\w ]{{1,20}})? (?:is|are|would be|
            r) (?:\w+ )?(?:ok|okay|fine|
            acceptable|no problem|tolerable|bearable|not a problem|allowed)|(?:can (?:live|cope) with|accept|tolerate|
            ok with|
            fine with|don't mind|do not mind) (?:\w+ ){{0,3}}?cold[- ]?starts?|(?:no need to|need not|needn't|
            don't (?:want|need) to|do not (?:want|
            need) to|don't have to|not) (?:keep|have|run|pay for|leave|be|stay) (?:\w+ ){{0,3}}?(?:running|on|up|
            idle)?(?: \w+){{0,2}} {_IDLE}|
            (?:don't|do not|not) (?:want to )?pay for idle|no idle costs?|
            pay (?:only )?(?:for what we use|per use|when used|while it runs)|auf null skalier\w*|
            skalier\w+ auf (?:null|0))\b"""
    )
)
_NEVER_ZERO = re.compile(
    joined(
        r"""\b(?:no cold[- ]?starts?|keine kaltstarts?|(?:avoid|without|(?:can't|cannot|can not|won't|don't|not|
            never) (?:tolerate|accept|
            afford|have|want|stand|live with|allow)(?: any| a)?) cold[- ]?starts?|cold[- ]?starts? (?:would|
            will) (?:kill|hurt|
            break|ruin)|cold[- ]?starts? (?:are|
            is) (?:not (?:ok|
            acceptable|allowed)|unacceptable)|always[- ](?:on|warm)|(?:never|not) (?:less|fewer) than (?:one|1|two|2|
            three|3)(?! ?\d| (?!replica|instance|pod|node)\w+)|(?:at least|minimum(?: of)?) (?:one|1|two|
            2|three|3) (?:warm )?(?:replicas?|instances?|pods?)(?: (?:always )?(?:warm|running|on|up))?|
            min(?:imum)?[- _]?(?:replicas?|instances?|pods?)(?: of|:| =|=)? ?[1-9]\d*|(?:never|not|don't|do not|no)
            \s(?:let (?:it|them) )?(?:scale?(?:ing)?|go(?:es)?)[- ](?:down )?to[- ](?:zero|0)|keep (?:it|
            the \w+(?: \w+)?) (?:alive|up|on|running|awake|warm) (?:at night|overnight|all night|all the time|24/7|
            (?:at|on|over) weekends|permanently)|keep (?:it|
            (?:at least )?one(?: \w+)?) (?:always )?
            (?:warm|running)|(?:always )?(?:keep|keeps|hold|have) (?:at least )?(?:one|two|three|
            \d+)(?: \w+)? (?:always )?
            (?:warm|hot|running|up|alive)|(?:must|should|shall|has to|have to|needs? to|
            want it) (?:\w+ ){0,2}?(?:stay|be|remain|run|keep) (?:up |on |running |warm |available |alive )?(?:24/7|
            24x7|around the clock|
            round the clock|at all times|day and night)|24/7 (?:up|running|warm)|never (?:down )?(?:to )?(?:zero|
            0)(?! (?:downtime|errors?)))\b"""
    )
)
_SOME_ARE = re.compile(r"\b(?:they|these|those|some|others|which|that)(?: \w+)? (?:are|is) $")
"""In front of what tells of a part of the whole, as it is."""
_REPLICAS = (
    r"(?:replicas?|replikate?n?|replikas|kopien|maschinen|pods?|instances?|instanzen|containers?|copies|nodes?|"
    r"endpoints?|machines?|vms?|workers?|"
    r"tasks|servers?)"
)
_CAP_BEFORE = re.compile(
    rf"(?:\bmax[-_ ]?{_REPLICAS}\s?=?\s?\d+\s?(?:->|→|=>)\s?|\b(?:cap|limit|restrict|keep|drop|bring|"
    rf"max(?:imum)?\.?|hold|reduce|lower|set|begrenz\w*)\s+(?:of |the |"
    rf"number of |on |max )*(?:{_REPLICAS}|auto-?scal\w+|scaling)\s*(?:count )?(?:at|to|under|below|is|of|:|"
    rf"=|auf|by|max|of at most|at most|)\s*(?:at most |a max(?:imum)? of )?"
    rf"|\bmax[-_ ]?(?:imum)?[-_ ]?{_REPLICAS}\s*(?:count)?\s*(?:at|to|of|is|:|=|should be|auf|from|von)?\s*|"
    rf"\b{_REPLICAS}\s*(?:capped at|limited to|at most|max(?:imum)?|<=?|: ?max)\s*|"
    rf"\b{_REPLICAS} (?:limit|cap|ceiling|maximum)\s*(?:of|at|is|:|=)?\s*|"
    rf"\b(?:scale|grow|expand|burst|stretch|go)(?:s|ing)? (?:up |out )?to (?:at most |(?:a )?max(?:imum)?(?: of)? )?)$"
)
_CAP_AROUND = re.compile(
    r"(?:\b(?:at most|no more than|not more than|max(?:imum)?\.?(?: of)?|up to|never more than|fewer than|"
    r"more than|höchstens|maximal|bis zu|limit (?:of|to)|cap (?:of|at|it at|them at)|capped at|limited to|only)|"
    r"<=?|\bmax\s?[=:])\s*$"
)
_GROWING = re.compile(r"scale|grow|expand|burst|stretch|go")
_ARROW = re.compile(r"\s?(?:->|→|=>)")
_UNABLE = re.compile(r"\b(?:doesn't|does not|can't|cannot|won't|didn't) $")
_AUTOSCALING = re.compile(r"\b(?:hpa|keda|(?:auto-?)?scal\w+)(?: (?:it|up|out|from|between|with|range))*\s?[:=]?\s?$")
_ELLIPTIC = re.compile(
    r"\b(?:(?:never|no|not) more than|(?:never|not) (?:above|over|beyond))\s*$|\b(?:at most|max(?:imum)?\.?|"
    r"höchstens|maximal|nie mehr als)\s*:?\s*$"
)
_NOUN_BEFORE = re.compile(rf"\b{_REPLICAS}\b[^.;\n]{{0,30}}$")
_AT_MOST_BEHIND = re.compile(r"\s(?:at (?:the )?(?:very )?most|max(?:imum)?|tops|or fewer|höchstens|maximal)\b")
_NOUN_BEHIND = re.compile(rf"\s?(?:x )?(?:\w+ )?{_REPLICAS}\b")
_OTHER_THING = phrases(r"gpu|gpus|cpu|vcpus?|cores?|users?|simultaneous")


def scaling(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    yield from _spot(text)
    yield from _zero(text)
    yield from _replicas(text, amounts)


def _spot(text: Text) -> Iterator[Candidate]:
    for match in _ON_DEMAND.finditer(text.working):
        if (
            not context.injected(text, match.start())
            and not context.guessed(text, match.start())
            and not context.someone_elses(text, match.start())
        ):
            rank = 1 if "spot" in match.group() else 3
            yield Candidate("spot_ok", False, match.start(), match.end(), "on demand", rank)
    for match in _SPOT.finditer(text.working):
        start, end = match.span()
        words = match.group().strip()
        sentence = text.sentence(start)
        before = text.working[sentence.start : start]
        after = text.working[end : sentence.end]
        if words == "spot" and _ON_THE_SPOT.search(before):
            continue
        if words == "spot" and not (_SPOT_ALONE_BEFORE.search(before) and _SPOT_ALONE_AFTER.match(after)):
            continue
        if words == "spot" and re.match(r"\s*(?:on|for you|a |the )\b", after):
            continue
        if (
            context.injected(text, start)
            or context.guessed(text, start)
            or context.someone_elses(text, start)
            or context.only_asked(text, start)
        ):
            continue
        if denial.denied(text, start, end) or re.match(
            r"\s*(?:is|are)? ?(?:not|no option|out|too risky|not allowed)", after
        ):
            negation = re.search(r"\b(?:no|without|not?|never|don't use|avoid|ohne|keine?)\s+(?:\w+ )?$", before)
            first = start if negation is None else sentence.start + negation.start()
            yield Candidate("spot_ok", False, first, end, "no spot", 3)
        elif _PRICED.search(clauses.clause(text, start, end)) and not _ALLOWED.search(clauses.sentence(text, start)):
            continue
        elif not (
            _UNLIKED.search(clauses.clause(text, start, end).replace(words, "")) and not tense.wished(text, start, end)
        ) and not denial.left_behind(text, start):
            yield Candidate("spot_ok", True, start, end, "spot", 2)


def _zero(text: Text) -> Iterator[Candidate]:
    for match in _NEVER_ZERO.finditer(text.working):
        if _SOME_ARE.search(text.working, max(0, match.start() - 25), match.start()):
            continue
        changed = _ARROW.match(text.working, match.end())
        if changed is None and not _foreign(text, match.start()) and not tense.present_state(text, *match.span()):
            yield Candidate("scale_to_zero", False, match.start(), match.end(), "always on", 3)
    for match in _ZERO.finditer(text.working):
        if _foreign(text, match.start()):
            continue
        if _UNABLE.search(text.working, max(0, match.start() - 15), match.start()):
            continue
        if denial.denied(text, match.start(), match.end()):
            yield Candidate("scale_to_zero", False, match.start(), match.end(), "always on", 3)
        else:
            yield Candidate("scale_to_zero", True, match.start(), match.end(), "scale to zero", 2)


def _foreign(text: Text, start: int) -> bool:
    return (
        context.injected(text, start)
        or context.guessed(text, start)
        or context.someone_elses(text, start)
        or context.only_asked(text, start)
    )


def _replicas(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    for amount in amounts:
        before = text.working[max(text.sentence(amount.start).start, amount.start - 60) : amount.start]
        noun = _NOUN_BEHIND.match(text.working, amount.end)
        start = _cap(amount, before, noun, text.working[amount.end : amount.end + 40])
        if start is None:
            continue
        end = amount.end if noun is None else noun.end()
        if _ARROW.match(text.working, amount.end):
            continue
        if _foreign(text, start) or denial.left_behind(text, start) or _is_no_count(text, amount, noun):
            continue
        if tense.present_state(text, start, end):
            continue
        if amount.high <= 0 or amount.high != int(amount.high):
            yield Doubt("max_replicas", start, end, "A number of replicas has to be a whole number above zero.")
            continue
        yield Candidate("max_replicas", int(amount.high), start, end, "replicas", 2)


def _cap(amount: Amount, before: str, noun: re.Match[str] | None, tail: str) -> int | None:
    """Where the words begin that make the amount a cap; None when nothing does."""
    cap = _CAP_BEFORE.search(before)
    if noun is not None and (cap is None or _GROWING.match(cap.group())):
        cap = _CAP_AROUND.search(before) or cap
    if cap is not None and noun is None and _GROWING.match(cap.group()):
        cap = None
    if cap is None and noun is None and _NOUN_BEFORE.search(before):
        cap = _ELLIPTIC.search(before)
        if cap is None and _AT_MOST_BEHIND.match(tail):
            return amount.start
    if cap is None and noun is not None and _AT_MOST_BEHIND.match(tail, noun.end() - noun.start()):
        return amount.start
    if cap is None and amount.is_range:
        cap = _AUTOSCALING.search(before)
        if cap is None and noun is not None:
            return amount.start
    return None if cap is None else amount.start - len(before) + cap.start()


def _is_no_count(text: Text, amount: Amount, noun: re.Match[str] | None) -> bool:
    """Money, a share, a time, or a number of something else."""
    if noun is not None and _OTHER_THING.search(noun.group()):
        return True
    unit = re.match(r"\s?(?:%|ms\b|gb\b|usd|\$|€|s\b|hours?\b|minutes?\b)", text.working[amount.end :])
    return unit is not None or text.working[: amount.start].endswith(("$", "€", "£"))
