"""A text made ready for reading: lower case, plain punctuation, spelling mended, with the way back to the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from providers.rulebook.reading.spelling import corrected

MASK = "\x00"
"""Stands for words that are not the operator's own prose: addresses, paths, fenced blocks, stack traces."""

LONGEST_SENTENCE = 600
"""Code points; what runs on for longer is cut there, so that no rule looks farther."""

_PLAIN = {
    **dict.fromkeys(map(ord, "‐‑‒–—−﹣-"), "-"),
    **dict.fromkeys(map(ord, "‘’‚`´ʼ"), "'"),
    **dict.fromkeys(map(ord, "“”„«»"), '"'),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2008\u2009\u202f\u3000\u200b\u200c\u200d\ufeff\u00ad*`"), " "),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F], " "),
    **dict.fromkeys([*range(0, 9), *range(11, 32), 127], " "),
    ord("×"): "x",
    ord("≤"): "<",
    ord("≥"): ">",
    ord("≈"): "~",
}
_MARKUP = (
    r"</?(?!system\b|im_start)[a-z][\w:-]{0,30}(?:\s[^<>=]{0,200}=[^<>]{0,600})?\s?/?>|"
    r"(?<![\w@.-])(?:[a-z\d-]{1,60}\.){1,5}(?:com|org|net|io|dev|internal|local|example)\b(?:[:/]\S*)?|"
    r"(?<![\w/.])\.{0,2}/[a-z_][\w.-]+/[^\s\"'<>),;]*|(?<=[\"'])/[\w./{}:-]+|"
    r"(?<=\bget )/\S+|(?<=\bput )/\S+|(?<=\bpost )/\S+|(?<=\bpatch )/\S+|(?<=\bdelete )/\S+"
)
"""Tags with their attributes, host names, and the paths of requests."""
_REPORT = (
    r"(?!\bmin ?= ?\d+[,;\s]{1,3}max ?= ?\d+(?!\.|\d| ?[mµ]?s\b|[,;\s]{1,3}(?:avg|mean|med|std|p\()))(?:\b(?:avg|"
    r"mean|med(?:ian)?|min|max|std\w{0,4}|"
    r"p\(\d\d(?:\.\d)?\)) ?= ?[\d.]+[a-zµ%]{0,3}[,;\s]{0,3}){2,12}"
)
"""Several statistics in a row are what a load test printed."""
_FOREIGN = re.compile(
    rf"{_MARKUP}|{_REPORT}|"
    r"```.*?(?:```|\Z)|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]+\.\w+|"
    r"(?<![\w/.-])(?!(?:p\d\d(?:\.\d)?/)+p\d|\d+(?:/\d+)+ ?(?:m?s|m?secs?|milli\w*)\b)"
    r"(?:\.{0,2}/)?[\w.-]+(?:/[\w.-]+){2,}"
    r"|<!--.*?(?:-->|\Z)|~~[^~\n]{1,400}~~"
    r'|^[ \t]*(?:File "|Traceback|at \w+\.|>>>|\$ |E\d{4} |\[?\d{4}-\d\d-\d\d[T ]\d\d:).*$',
    re.S | re.M,
)
_QUOTED = re.compile(r"^[ \t]{0,3}>(?!>>)[^\n]*", re.M)
"""Somebody else's words, where the operator answers them below or above."""
_UNTICKED = re.compile(r"^[ \t]{0,20}(?:[-+•]|\d+[.)])?[ \t]{0,20}\[[ _]?\][^\n]*", re.M)
_TICKED = re.compile(
    r"^[ \t]{0,20}(?:[-+•]|\d+[.)])?[ \t]{0,20}\[x\]|"
    r"\b(?:like to|options?|optional|select|choose|enable|tick|check (?:all|one)|apply|applies)\b[^\n]{0,60}\n\s{0,9}"
    r"(?:[-+•][ \t]{0,20})?\[[ _]?\]",
    re.M,
)
"""The boxes are a choice, not a list of things to do."""
_SENTENCE_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bapprox)(?<!\bca)(?<!\bmax)(?<!\bmin)(?<!\bz\.b)(?<!\binkl)(?<!\bincl)(?<!\bbzw)(?<!\bmio)(?<!\bmrd)(?<!\btsd)[.!?]+(?=\s|$|[)\"'])|\n+|;(?=\s)|(?<=\s)[:;]-?[()dp](?=\s(?!(?:and|but|or|so)\b))"
)
_CLAUSE_END = re.compile(
    r",(?=\s)|[;:()]|\s-+\s|\b(?:but|however|though|although|whereas|while|because|since|aber|sondern|jedoch)\b"
)
_LABEL = re.compile(r"[^,;()]{1,40}:")
_TOKEN = re.compile(r"(?<![\w\x00])[a-zäöüß]{5,}(?![\w\x00])|\s{2,}")
_GERMAN = re.compile(
    r"\b(?:und|der|die|das|wir|für|mit|nicht|ist|sind|ein|eine|im|pro|bitte|soll|muss|nur|auf|von|"
    r"ohne|alle|darf|dürfen|werden|wird|bei|aus|dem|den|oder|nach|keine?|uns|bis|jede[nrs]?|sollen|möchten|gerne)\b"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Half open, in code points of the working copy unless said otherwise."""

    start: int
    end: int


@dataclass(frozen=True)
class Text:
    """`working` is what the rules read: runs of blanks are one. Each of its code points stands for `starts[i]:ends[i]`
    of `original`."""

    original: str
    working: str
    starts: list[int]
    ends: list[int]

    def origin(self, start: int, end: int) -> Span:
        """The same words in the original."""
        return Span(self.starts[start], self.ends[end - 1])

    @cached_property
    def german(self) -> bool:
        words = len(self.working.split())
        found = len(_GERMAN.findall(self.working))
        return found >= 2 and found * 12 >= words

    @cached_property
    def _sentences(self) -> list[Span]:
        return _pieces(self.working, _SENTENCE_END, Span(0, len(self.working)), LONGEST_SENTENCE)

    @cached_property
    def _clauses(self) -> list[Span]:
        return [part for span in self._sentences for part in self._parts(span)]

    def _parts(self, sentence: Span) -> list[Span]:
        """The clauses of a sentence; a label ("Dataset size:") stays with what it labels."""
        parts = _pieces(self.working, _CLAUSE_END, sentence, LONGEST_SENTENCE)
        if len(parts) > 1 and _LABEL.fullmatch(self.working, parts[0].start, parts[0].end):
            return [Span(parts[0].start, parts[1].end), *parts[2:]]
        return parts

    def sentence(self, start: int) -> Span:
        return _around(self._sentences, start)

    def clause(self, start: int, end: int) -> Span:
        """The part of the sentence around `start:end` that commas, brackets, colons and conjunctions cut off."""
        span = _around(self._clauses, start)
        return Span(span.start, max(span.end, end))

    def slice(self, span: Span) -> str:
        return self.working[span.start : span.end]


def _pieces(working: str, boundary: re.Pattern[str], whole: Span, longest: int) -> list[Span]:
    """`whole` cut behind each boundary, and where a piece would be longer than `longest`."""
    spans: list[Span] = []
    start = whole.start
    ends = [match.end() for match in boundary.finditer(working, whole.start, whole.end)]
    for end in [*ends, whole.end]:
        while end - start > longest:
            spans.append(Span(start, start + longest))
            start += longest
        if end > start:
            spans.append(Span(start, end))
            start = end
    return spans


def _around(spans: list[Span], start: int) -> Span:
    position = bisect_right(spans, start, key=lambda span: span.start)
    return spans[max(0, position - 1)]


def _blank(token: str) -> str | None:
    """One blank for many; a line break stays one."""
    if not token.isspace():
        return None
    return "\n" if "\n" in token else " "


def _masked(match: re.Match[str]) -> str:
    return MASK * len(match.group())


def prepare(original: str) -> Text:
    plain = _lowered(original.translate(_PLAIN))
    plain = _FOREIGN.sub(_masked, plain)
    if re.search(r"\w", _QUOTED.sub("", plain)):
        plain = _QUOTED.sub(_masked, plain)
    if _TICKED.search(plain):
        plain = _UNTICKED.sub(_masked, plain)
    working: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for match in _TOKEN.finditer(plain):
        right = _blank(match.group()) or corrected(match.group())
        if right is None:
            continue
        working.append(plain[position : match.start()])
        starts.extend(range(position, match.start()))
        ends.extend(range(position + 1, match.start() + 1))
        working.append(right)
        starts.extend([match.start()] * len(right))
        ends.extend([match.end()] * len(right))
        position = match.end()
    working.append(plain[position:])
    starts.extend(range(position, len(plain)))
    ends.extend(range(position + 1, len(plain) + 1))
    return Text(original, "".join(working), starts, ends)


def _lowered(text: str) -> str:
    """Lower case of the same length; the few letters that grow ("İ") stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
