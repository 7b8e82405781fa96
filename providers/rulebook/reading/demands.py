"""Where a comment asks for something, whether or not any field can hold it: what is asked for and not read must not
pass for agreement. What commas and conjunctions join asks apart, and counts as read where any of it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from infra.excerpt import excerpt
from providers.rulebook.reading.text import Span, Text, prepare

_POLITE = (
    r"(?:(?:and|but|or|please|pls|kindly|also|then|so|now|just|only|ok(?:ay)?|yes|"
    r"und|aber|bitte|auch|dann|noch|nur)\s+)*"
)
_VERBS = (
    r"cap|limit|restrict|encrypt|lower|raise|reduce|increase|decrease|cut|use|enable|disable|turn (?:on|off)|switch|"
    r"move|put|set|tag|label|log|add|remove|drop|keep|avoid|block|allow|deny|rotate|include|exclude|replace|back ?up|"
    r"pin|store|deploy|host|run|route|alert|monitor|mask|redact|anonymi[sz]e|change|double|halve|wait|hold off|make|"
    r"secure|harden|improve|optimi[sz]e|simplify|tighten|strengthen|isolate|protect|fix|rename|split|upgrade|"
    r"downgrade|pick|choose|prefer|"
    r"do not|don't|dont|never|no (?:public|internet|external|spot|preemptible)"
)
_GERMAN_VERBS = (
    r"verschlüssel\w*|begrenz\w*|beschränk\w*|nutz\w*|verwend\w*|senk\w*|reduzier\w*|erhöh\w*|nimm|nehmt|setz\w*|"
    r"mach(?:e|t|en)?|verbesser\w*|sicher\w* .{0,40} ab|"
    r"halt\w*|füg\w*|entfern\w*|aktivier\w*|deaktivier\w*|protokollier\w*|logg\w*|lösch\w*|vermeid\w*|"
    r"keine?n? (?:öffentlich|spot)\w*"
)
_NO_OBJECT = (
    r"(?!\s+(?:looks?|is|was|are|seems?|approved|case|ticket|request|me|us|"
    r"(?:it |this )?(?:up|on|going|ahead|live|posted)|worry|mind|(?:it|this|that)\W*$))"
)
_IMPERATIVE = re.compile(rf"^\W*{_POLITE}(?:{_VERBS}|{_GERMAN_VERBS})\b{_NO_OBJECT}")
_INFINITIVE = re.compile(
    r"\b(?:verschlüsseln|begrenzen|beschränken|nutzen|verwenden|senken|reduzieren|erhöhen|setzen|entfernen|aktivieren|"
    r"deaktivieren|protokollieren|loggen|löschen|vermeiden)\W*$"
)
_MODAL = re.compile(
    r"\b(?:must(?:n't)?|ha(?:s|ve) to|should(?:n't)?|shall|ought to|needs?|needed|require[sd]?|mandatory|wants?|"
    r"would like|insists?|(?:we|i) expect|demands?|make sure|ensure|may not|cannot|can't|"
    r"muss|müssen|musst|soll(?:te|ten|en|st)?|brauch(?:t|e|en)|benötig\w+|erforderlich|notwendig|nötig|zwingend|"
    r"verlang\w+|möchten?|unbedingt|darf|dürfen|stell\w* sicher|sicherstellen|achte\w* darauf)\b"
)
_CONDITION = re.compile(
    r"\b(?:only (?:if|when|once|after)|as long as|so long as|provided(?! (?:by|in|with|here|above|below))|"
    r"providing that|on (?:the )?condition|under the condition|conditional(?:ly)? (?:on|upon)|contingent (?:on|upon)|"
    r"subject to|unless|assuming|"
    r"(?:approv\w+|ok(?:ay)?|fine|yes|good|go|lgtm|agreed?)\W+(?:if|once|after|when)|"
    r"nur (?:wenn|falls|sofern)|sofern|solange|vorausgesetzt|unter der (?:bedingung|voraussetzung)|es sei denn|"
    r"(?:ok(?:ay)?|gut|ja|passt|freigegeben)\W+(?:wenn|falls))\b"
)
_MAKE = re.compile(r"(?:\b(?:please|pls|can you|could you|let'?s|you should|bitte)\s+)(?:make|mach\w*)\b(?!\W*$)")
_COMPARED = re.compile(
    r"^\W*(?:(?:and|but|und|aber|just|only|also|maybe|then)\s+)*(?:(?:but|aber)|(?:a (?:bit|little|tad|touch)|"
    r"slightly|somewhat|etwas))\s+(?:safer|nicer|cheaper|faster|quicker|smaller|larger|bigger|simpler|leaner|"
    r"stricter|tighter|stronger|(?:more|less) [a-z]+|sicherer|schöner|billiger|günstiger|schneller|kleiner|größer|"
    r"einfacher)(?: (?:please|though|bitte))?\W*$"
)
"""A wish without a verb: "a bit safer"; "much cheaper" is praise."""
_AGAIN = re.compile(
    r"\b(?:re-?train|fine-?tune)\b|"
    r"^\W*(?:(?:but|and|aber|und)\s+)?(?:\d+ ?(?:x|times)|once|twice) (?:a|per|every|each) (?:day|night|week|month)\W*$"
)
"""Work to be done, and how often: "4 times a month"."""
_EXCEPTION = re.compile(r"^\W*(?:but (?:only|with|without|not?|never)|aber (?:nur|mit|ohne|nicht|keine?n?))\b")
_BARE = re.compile(
    r"^\W*(?:(?:approved?|ok(?:ay)?|fine|good|lgtm|yes|agreed?|freigegeben|passt|gut)\W+)?"
    r"(?:with|without|except|pending|mit|ohne|außer|vorbehaltlich)\b"
    r"(?!\W+(?:many |best |kind |a |my |our |vielen )?(?:thanks|thank you|pleasure|regards|that|this|it|"
    r"(?:any |no |further )*(?:doubts?|comments?|objections?|concerns?|issues?|reservations?|questions?|changes)|"
    r"the (?:team|others)|dank|freude|grüßen|einwände|bedenken)\b)|\b(?:only|nur)\W*$"
)
"""A condition without a verb: "with our own keys", "private subnets only"."""
_IF = re.compile(
    r"^\W*(?:if|once|until|unless|falls|wenn|sobald|bis)\b(?!\W+(?:a (?:bit|little|tad)|not|only|possible|anything|any|"
    r"(?:i|you|we) (?:may|might|like|want|have|see)|es geht|möglich))"
)
_AFTER = re.compile(r"^\W*(?:after|when|nachdem)\b")
"""Behind a comma; in front of one it tells what was."""
_POLITENESS = re.compile(r"\W*(?:please|pls|bitte)\W*")
"""Of what it stands behind; where that was read, it asks for nothing more."""
_REQUEST = re.compile(r"\b(?:please|pls|bitte)\b")

_REMARKS = re.compile(
    r"\b(?:"
    r"should (?:be |also |all |really |now |just )*(?:fine|ok(?:ay)?|good|great|happy|enough|work|do|suffice|"
    r"help|hold|pass)|"
    r"sollte[n]?(?: \w+){0,2} (?:passen|reichen|gehen|klappen|genügen|funktionieren)|"
    r"must (?:have been|say|admit)|(?:i )?have to (?:say|admit)|"
    r"should (?:note|mention|say)|muss (?:ich )?(?:sagen|zugeben)|"
    r"(?:no|not|nothing|none|nobody|never|without|don't|do not|doesn't|does not|didn't|dont|nichts?|kein\w*|niemand)"
    r"(?: \w+){0,2} (?:needs?|needed|require[sd]?|wants?|expect|necessary|ha(?:s|ve) to|"
    r"brauch\w*|nötig|notwendig|erforderlich)|"
    r"needs? (?:no|nothing)|brauch\w*(?: \w+){0,2} (?:nicht|keine?n?)|(?:muss|müssen)(?: \w+){0,2} nicht|"
    r"(?:what|all|everything|exactly|as|than|was|alles|wie)(?: \w+){0,2} (?:needs?|needed|require[sd]?|wants?|wanted|"
    r"expect|brauch\w*|benötig\w*|erforderlich|möchten?)|"
    r"(?:our|my|your|their|the|its|business|team)(?: \w+)? (?:needs|wants|demands?)|"
    r"(?:must|should|ha(?:s|ve) to|needs?(?: to)?|wants?(?: to)?|muss|sollte?)(?: (?:it|this|that|be|go|das|es))*"
    r" (?:live|out|ship(?:ped)?|done|launch(?:ed)?|asap|today|tomorrow|soon|urgently|by \w+day|before \w+day|"
    r"on \w+day|next week|this week|heute|morgen|fertig|raus)|"
    r"needed (?:asap|today|tomorrow|soon|urgently|next week|by \w+day)|(?:because|weil)\b[^.;]*|"
    r"(?:we|i|they|you) need (?:it|this|that|them)(?= ?$)|(?:slo|budget|latency|capacity|throughput) (?:we|they) need|"
    r"want to (?:go|proceed|ship|start|see|thank)|"
    r"(?:want|would like|möchte) to (?:thank|say|see)|"
    r"(?:but|aber) (?:no|not|nicht|keine?) (?:rush|urgent|hurry|concerns?|objections?|issues?|problems?|pressure|"
    r"eilig|eile|einwände|dringend)|"
    r"(?:please|pls|bitte)(?: \w+)?\W+(?:go|proceed|ship|continue|build|merge|note|start|launch|see|"
    r"weiter\w*|los\w*|bauen|ausrollen|fortfahren|starten|beachten)|(?:yes|ok|thanks?|ja|danke),? (?:please|bitte)|"
    r"make (?:it|this|that) (?:so(?! that)|happen|real|official|a (?:go|good|great|success|reality))|"
    r"make (?:it|this|that) (?:work|live|quick)(?=\W*$)|make (?:my|our|your) (?:day|week|life)|"
    r"make (?:haste|progress|sense|my peace)|more or less|mehr oder weniger|less is more|"
    r"(?:much|even|far) (?:better|more)|"
    r"mach(?:e|t|en sie|en wir|en)?(?: (?:es|das|ihr|wir|sie))? (?:so|weiter|gut|mal|nur|los)|mach's gut|"
    r"keep (?:up|me|us|going|it up)|never mind|(?:do not|don't|dont) (?:worry|mind)"
    r")\b|\b(?:bitte|please|pls) ?$"
)
"""What sounds like a demand and is none: opinions, what is not needed, what was needed and is there, when to ship."""

_PIECE = re.compile(r"[,;:]\s|\s-+\s|(?=\b(?:and|but|und|aber|plus|sowie)\s)")


def unread(text: str, read: Sequence[tuple[int, int]]) -> list[str]:
    """The words that ask for something and in which nothing of what was `read` lies: places in the text, half open."""
    prepared, found = prepare(text), list[Span]()
    for sentence in _sentences(prepared):
        going_on, before = False, None
        for piece in _pieces(prepared, sentence):
            place = prepared.origin(piece.start, piece.end)
            was_read = any(place.start < end and start < place.end for start, end in read)
            if _POLITENESS.fullmatch(prepared.slice(piece)):
                if before is not None and not going_on:
                    found.append(Span(before.start, place.end))
                continue
            if not was_read and going_on:
                found[-1] = Span(found[-1].start, place.end)
            words = _without_remarks(prepared, sentence, piece)
            later = piece.start > sentence.start and "?" not in words and _AFTER.search(words) is not None
            going_on = not was_read and (going_on or later or _asks(words))
            if going_on and not (found and found[-1].end == place.end):
                found.append(place)
            before = None if was_read else place
    return [_quoted(text[item.start : item.end]) for item in found]


def _sentences(text: Text) -> Iterator[Span]:
    end = 0
    while end < len(text.working):
        found = text.sentence(end)
        yield found
        end = found.end


def _pieces(text: Text, sentence: Span) -> Iterator[Span]:
    """What commas and conjunctions join: each asks for itself."""
    start = sentence.start
    for match in _PIECE.finditer(text.working, sentence.start, sentence.end):
        if match.end() > start:
            yield Span(start, match.end())
            start = match.end()
    if start < sentence.end:
        yield Span(start, sentence.end)


def _without_remarks(text: Text, sentence: Span, piece: Span) -> str:
    """A remark may reach over a comma: "yes, please"."""
    plain = _REMARKS.sub(lambda match: " " * len(match.group()), text.slice(sentence))
    return plain[piece.start - sentence.start : piece.end - sentence.start]


def _asks(piece: str) -> bool:
    return any(
        cue.search(piece)
        for cue in (
            _MODAL,
            _CONDITION,
            _IMPERATIVE,
            _INFINITIVE,
            _EXCEPTION,
            _BARE,
            _IF,
            _REQUEST,
            _MAKE,
            _COMPARED,
            _AGAIN,
        )
    )


def _quoted(words: str, longest: int = 200) -> str:
    bare = " ".join(words.split()).strip(" ,;:.!-")
    return excerpt(re.sub(r"^(?:and|but|und|aber)\s+", "", bare, flags=re.IGNORECASE), longest)
