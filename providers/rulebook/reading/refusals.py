"""What rules the public clouds out altogether: "nothing in the cloud", "never leaves our network"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.text import Text

_NO_CLOUD = re.compile(
    r"\b(?:not|never|cannot|\w+n't|nothing|nicht|no \w+) (?:[\w']+ ){0,3}?(?:leaves?|leaving) (?:our|the|"
    r"this) (?:[\w]+(?:'s)? )?"
    r"(?:network|premises|perimeter|building|site|house|lan|intranet|hospital|clinic|plant|factory|company|campus|"
    r"lab)\b|"
    r"\b(?:unser|unsere[nms]?|das|die) (?:netz|netzwerk|haus|gelände|klinik|krankenhaus|firma) nicht verlassen\b|"
    r"\b(?:bleib\w+|alles|läuft|laufen) im (?:eigenen )?haus(?:e)?\b|"
    r"\b(?:no|without|keine?|ohne|nothing|nichts|not?|nicht|never|can't|cannot|mustn't|avoid)(?: (?:go|goes|gehen|"
    r"geht|sent|leaves?|runs?|use|move|be|put|"
    r"data|it|host\w*|upload\w*|anything|allowed|to|in|on|into|auf|die|der|the|any|public|a)){0,5} (?:public )?cloud"
    r"(?! ?(?:account|provider|preference|experience|region|run|build|watch|native|vendor|specific|credits?|storage|"
    r"lock|agnostic|costs?|yet))\b|(?<!google )(?<!google's )(?<!microsoft )(?<!amazon )\bcloud (?:is|"
    r"ist) (?:not an option|out|no option|off the table|forbidden|"
    r"keine option)\b"
)


_NO_REFUSAL_AFTER = re.compile(
    r"[ -](?:preference|preferred|requirement|restriction|constraint|choice|decision|decided|chosen|picked|selected|"
    r"named|needed yet|cover\w*|free|mask|in (?:the|any|sight)|above|over (?:the|it)|on (?:the|it)|shadow|"
    r"in particular|"
    r"is (?:preferred|chosen|set|named|fixed))\b"
)
_LABEL = re.compile(r"(?:^|[\n,;(] ?|[.!?] )(?P<words>[^\n,;:(.]{2,28}):\s?$")
_OF_PLACE = re.compile(
    r"\b(?:host\w*|where|cloud|provider|platform|infra\w*|location|place|deploy\w*|environment|constraints?|"
    r"requirements?|"
    r"rules?|must|limits?|security|compliance|data|privacy|important|note|ort|wo|run\w*|target|policy|also|and|but|"
    r"conditions?|needs?)\b"
)


def refusals(text: Text) -> Iterator[Candidate]:
    """ "nothing in the cloud" leaves the own machines."""
    for match in _NO_CLOUD.finditer(text.working):
        start = match.start()
        if _is_of_something_else(text, match):
            continue
        if not (context.injected(text, start) or context.guessed(text, start) or context.someone_elses(text, start)):
            yield Candidate("cloud", ["onprem"], start, match.end(), "no cloud", 0)


def _is_of_something_else(text: Text, match: re.Match[str]) -> bool:
    """ "images: no cloud", "no cloud preference", "no cloud in the sky": the label or the next word says of what."""
    if match.group().split()[-1] != "cloud":
        return False
    if _NO_REFUSAL_AFTER.match(text.working, match.end()):
        return True
    before = text.working[max(text.sentence(match.start()).start, match.start() - 30) : match.start()]
    label = _LABEL.search(before)
    return label is not None and _OF_PLACE.search(label["words"]) is None
