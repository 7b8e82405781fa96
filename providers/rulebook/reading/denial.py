"""What is ruled out ("no GPU", "anywhere but AWS") or left behind ("from AWS to GCP")."""

from __future__ import annotations

import re

from providers.rulebook.reading.text import Text

_DENIED_BEFORE = re.compile(
    r"(?:"
    r"\b(?:no(?: longer| need (?:for|of)| more)?|without|never|excluding|except(?: for)?|other than|"
    r"anything but|any but|but not|ohne|kein\w*|"
    r"neither|nor|statt|außer|avoid(?:ing)?|forget|ditch)\s+(?:any |the |a |an |using |use |on |for |in |dedicated |"
    r"expensive |cheaper |bigger |smaller |older |newer |need )*(?:\w+ (?:or|nor|and|oder|noch) )?"
    r"|\b(?:not|nicht|don't|do not|doesn't|does not|won't|will not|can't|cannot|can not|shouldn't|"
    r"should not|mustn't|must not|isn't|is not|aren't|didn't|"
    r"haven't|hasn't|couldn't|wouldn't|dont|doesnt|cant|wont)\s+"
    r"(?:even |really |currently |yet |want|need|plan|count|bother|worry|provision|reserve|about|have|use|using|run|"
    r"deploy|go|be|rely|allowed|like|require|"
    r"support|on|in|to|with|a|an|the|any|"
    r"wants?|wanting|auf|mit|in|inside|into|via|for|host|it|this|that|everything|store|stored|running|"
    r"anywhere|require any|at|"
    r"touch|depend|of|der|die|das|cheaper|bigger|smaller|older|newer|access|think|believe|we|brauchen?|"
    r"einsetzen| |/|\bor\b)*"
    r"(?:\w+ (?:or|nor|oder) )?"
    r")$"
)
_DENIED_AFTER = re.compile(
    r"^\s*(?:\w+\s)?(?:\(?\s*(?:is|are|'s)\s+(?:not|out|off the table|forbidden|prohibited|ruled out|"
    r"a non-?starter|no good|unacceptable|overkill|unnecessary|banned|disallowed)\b|isn't|aren't|(?:don't|"
    r"doesn't|won't|wouldn't|do not|does not) (?:pay off|help|make sense)|"
    r"not (?:needed|required|necessary|allowed|an option|wanted|possible|available)|won't(?! (?:fit|work|start|show|"
    r"load|boot|respond|finish|connect|run)\b)|is no option|"
    r"(?:required|needed|ok|allowed|enabled|instances|to zero|-to-zero)?\s*[:=]\s*(?:no|none|nein|keine?|"
    r"false|off|not)\b|"
    r"kommt nicht in frage|kommen nicht in frage|scheide[nt] aus|fällt (?:aus|weg)|entfällt|(?:is|"
    r"are) (?:out of the question|a no)\b|"
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
_FORGET_IT = re.compile(
    r"\W*(?:forget|scratch|drop|strike|never ?mind|vergiss|vergessen sie) (?:it|that|this|all|das|es)\b(?! \w)"
)
_DOUBTED = re.compile(r"\b(?:don't|do not|doesn't) (?:think|believe|expect)\b[^.;,:]{0,40}$")
_ANSWERED_NO = re.compile(
    r"\s?(?:\w+ )?\?\s(?:no\b(?! (?:problem|idea|matter|preference|objection))|nope|nah|never|(?:absolutely|"
    r"certainly|definitely|better|rather|"
    r"please|of course) (?:no\b|not)|not\b(?! (?:sure|a problem|yet))|nein|nicht|forget|don't)"
)
_CHANGING = re.compile(
    r"[^.;]{0,40}\b(?:but|and)\b[^.;]{0,20}\b(?:would like|want|plan|wish|need|have|hope|going|"
    r"intend)\w* to (?:move|switch|migrate|leave|become|"
    r"get (?:off|away|rid)|replace|change|ditch|drop)\b"
)
_AT_PRESENT = re.compile(r"\b(?:currently|today|at the moment|right now|so far|at present|until now)\b")
_NEVER_SAID = re.compile(
    r"\b(?:never|nobody|didn't|did not|don't|not) (?:actually |really |ever )?(?:said?|claim(?:ed)?|ask(?:ed)? for|"
    r"wanted|"
    r"meant?|stated?|requir(?:ed?))"
    r"\b[^.;,]*$"
)
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
    r"(?:\b(?:old|previous|former|legacy|alte[nrs]?) (?:\w+ ){1,2}\(\s?(?:\d+ ?x? ?)?|\b(?:migrat\w+|mov\w+|"
    r"switch\w*|port\w*|transition\w*|convert\w*|com\w+|gett?\w*(?! (?:a|an|its?|their|our|the|all)\b)|got|"
    r"shift\w*)\b[^.!?]{0,30}?\b(?:from|off|away from|out of)\s+(?:of\s+)?(?:the |our |an? )?"
    r"|\bprefer\w*\b[^.!?]{0,50}\bover\s+(?:the )?"
    r"|\b(?:weg von|instead of|rather than|replac\w+(?! by| with)|unlike|compared (?:to|with)|in contrast to|versus|"
    r"vs\.?|as opposed to|anstatt|as an alternative to|alternative to|leaving|left(?! (?:is|are|over))|quit\w*|"
    r"similar to|"
    r"just like|away from|tested (?:it |this |that )?(?:with|on|against|using)|such as|e\.g\.?,?|"
    r"for example,?|for instance,?|like in|z\. ?b\.|otherwise|formerly|previously|used to (?:run|be|use|have)(?: on|"
    r" in| with)?)\s+(?:the |our |using |on |an? )?(?:\w+ )?(?:[\w.-]+ (?:and|&|und) (?:the |our )?)?)$"
)


_NOT_SO = re.compile(r"\s?(?:to be\b|(?:that|so|very|too) (?:fast|big|large|often|much|many|soon|long|strong)\b)")
"""Behind "we don't need training": it is wanted, only not in that way."""
_LACK_BEFORE = re.compile(
    r"\b(?:there(?:'s| is| are| was| were)|(?:i |we )?(?:see|get|find|found|got)|it (?:has|offers|shows)|es gibt|"
    r"(?:does not|doesn't|do not|don't|cannot|can't) (?:yet )?(?:offer|have|support|see|find|detect|recogni[sz]e))"
    r"\s(?:currently |still |absolutely |yet )?(?:(?:no|any|keine?n?)\s)?(?:\w+ )?$"
)
_LACK_AFTER = re.compile(
    r"\s?(?:\w+ )?(?:(?:was |were |is |are )?(?:found|detected|visible|available|left|offered|supported|gefunden|"
    r"verfügbar)|options?|variants?|quota|capacity|support|offers?|choices?)\b"
)


_OFFERING = re.compile(
    r"\b(?:plans?|tiers?|skus?|regions?|zones?|runners?|providers?|vendors?|functions?|lambdas?|fargate|heroku|vercel|"
    r"codespaces?|hosters?)\b[^.;]{0,60}\b(?:has|have|offers?|gives?|comes? with|provides?)\b[^.;]{0,30}$"
)
"""What a service has and has not."""


def lacking(text: Text, start: int, end: int) -> bool:
    """ "there are no GPU options", "no GPU found": a complaint that it is missing, not a wish to go without."""
    first = text.sentence(start).start
    return (
        _OFFERING.search(text.working, first, start) is not None
        or _LACK_BEFORE.search(text.working, max(first, start - 50), start) is not None
        or _LACK_AFTER.match(text.working, end) is not None
    )


_RETIRED = re.compile(
    r"[\w.-]+(?: \w+)? in favou?r of\b|"
    r"[\w.-]+(?: \w+)? (?:is|are|was|were|will be|gets?|wird|werden)(?: being| getting)? (?:replaced|retired|"
    r"phased out|"
    r"decommissioned|deprecated|abgelöst|abgeschaltet)\b"
)
_WEIGHED = re.compile(r"\b(?:evaluat\w+|compar\w+|consider\w+|tried|tested|looked at|weighed|verglichen|geprüft)\b")
_CHOSEN = re.compile(
    r"\b(?:picked|chose|settl(?:ed|ing) (?:on|for)|went with|going with|decided (?:on|for)|opted for|entschieden|"
    r"gewählt)\b"
)
_ONLY_WEIGHED = re.compile(
    r"\b(?:considered|evaluated|looked at|weighed|verglichen|geprüft)\b(?:(?!\b(?:"
    r"picked|chose|chosen|settled|went|going|decided|opted|run|use|using|take|took|keep|kept|stay|stayed|want|need)\b)[^.;:]){0,60}$"
)
"""What was weighed before a choice, and the words behind which the chosen one stands."""


def denied(text: Text, start: int, end: int) -> bool:
    """ "no GPU", "not on AWS", "GPU: no", "spot is not an option"."""
    span = text.clause(start, end)
    if _NOT_SO.match(text.working, end):
        return False
    before = text.working[max(text.sentence(start).start, start - 60) : start]
    if _NOT_DENIED.search(before) is None:
        inside = text.working[max(span.start, start - 60) : start].replace("\n", " ")
        if _DOUBTED.search(inside) or _DENIED_BEFORE.search(inside) or _EXCEPTED.search(before):
            return True
    if _ANSWERED_NO.match(text.working, end):
        return True
    after = text.working[end : min(end + 40, text.sentence(start).end)]
    return _DENIED_AFTER.search(after) is not None


def unsaid(text: Text, start: int) -> bool:
    """ "Nobody asked for EU hosting"."""
    return _NEVER_SAID.search(text.working, text.sentence(start).start, start) is not None


def left_behind(text: Text, start: int) -> bool:
    """What is moved away from, or only compared with."""
    whole = text.sentence(start)
    before = text.working[max(whole.start, start - 70) : start]
    if _LEFT_BEHIND.search(before) is not None or _RETIRED.match(text.working, start, whole.end) is not None:
        return True
    if _FORGET_IT.match(text.working, whole.end):
        return True
    if _AT_PRESENT.search(text.working, whole.start, start) and _CHANGING.match(text.working, start, whole.end):
        return True
    if _ONLY_WEIGHED.search(before):
        return True
    weighed = _WEIGHED.search(text.working, whole.start, start)
    return weighed is not None and _CHOSEN.search(text.working, start, whole.end) is not None
