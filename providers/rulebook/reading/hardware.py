"""GPUs: whether, which, how many."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from providers.rulebook.reading import clauses, context, denial, tense
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.cards import CARDS
from providers.rulebook.reading.numbers import Amount, near
from providers.rulebook.reading.patterns import joined
from providers.rulebook.reading.spoken_of import beside_the_point, optional
from providers.rulebook.reading.terms import Mention
from providers.rulebook.reading.text import Text

_GPU = re.compile(
    r"\b(?:gpus?|accelerators?|(?:(?<=needs )|(?<=need )|(?<=requires )|(?<=require ))cuda(?! (?:\d|version|"
    r"toolkit))|grafikkarten?|cuda cards?|graphics cards?|\d+ ?gi?b cards?)\b"
)
_LABEL = re.compile(
    r"\b(?:(?:gpus?|(?:num(?:ber of)?|anzahl)[ _-]gpus?|gpu[ _-]?count)(?: needed| required)?\s?[:=]|gpu[ _-]?count|"
    r"number of gpus)\s?$"
)
_COUNT_AFTER = re.compile(r"s?(?:\s?[x*]\s?|,? ?\(\s?x?\s?|(?:,| -|:) (?:qty\.? |x ?)?)$")
_COUNTED_BACK = re.compile(r"\s?x\b|\s(?:of (?:them|these|those)|cards?|pieces|pcs|units|stück)\b|\s?\)")
_CHOICE = re.compile(r"\s?(?:/|or\b|oder\b)")
_LEFT_OPEN = re.compile(r"s?\s?\?\s(?:no idea|not sure|don't know|dunno|maybe|perhaps|you tell|whatever|tbd|open)\b")
_ON_BOARD = re.compile(r"s?(?:\s?[:=]|\s(?:is|ist))?(?: an?| eine?)?\s(?:intel|iris|uhd|integrated|on-?board)\b")
_NAMED_ONLY = re.compile(r"^s?(?: types?| models?| names?| prices?| costs?| vendors?| market)\b")
_WITHOUT = re.compile(
    joined(
        r"""\b(?:cpu[- ](?:(?:boxes|machines|nodes|instances|servers) )?only|only (?:on )?cpus?|cpus? (?:is|
            are) (?:enough|fine|sufficient|ok|plenty)|
            on cpus? only|on cpus(?! and| nodes?| or)|just cpus?|(?:läuft|laufen) (?:nur |bisher )?auf (?:der )?cpus?|
            (?:any |a )?cpus? (?:will|would|should) (?:do|
            suffice|be (?:enough|fine|ok))|any cpu|(?:plain|ordinary|normal|regular|commodity|
            standard) cpus?(?! and| or)|cpu (?:inference|instances?) (?:only|(?:is|
        are) (?:fine|ok|okay|enough|sufficient|all))|
            run(?:s|ning)? (?:it |
            fine )?on (?:the |a )?cpus?(?! and| nodes?| or)|gpu-?less|no-gpu|nur cpu|cpu reicht|gpus? (?:are|
            is) (?:not|overkill|unnecessary)\b)\b"""
    )
)
_CPU_MACHINE = re.compile(
    r"\b(?:an?|one|two|three|small|single|cheap|plain) cpu (?:box|machine|instance|vm|server|node|host|pod|"
    r"container)(?:e?s)?\b"
)
_SICK = re.compile(
    r"\b(?:saturat\w+|utili[sz]ation|out of memory|oom|memory|idle|error|not (?:detected|found|recognized|"
    r"visible)|underus\w+|driver|usage|keeps? crashing)\b"
)
_HELD = re.compile(r"\b(?:on|with|using|have|has|got|own)\s+(?:an?|my|our|one|single|two|\d+)\s(?:[\w.-]+ ){0,3}$")
_PART = re.compile(r"\s(?:memory|utili\w+|usage|driver|error|ram)\b")
_EACH = re.compile(
    r"^(?!\s?\(?\d+ ?gi?b each)[^.;\n,]{0,25}?\b(?:each|per (?:node|pod|worker|machine|instance|replica|"
    r"server|host)|pro (?:knoten|"
    r"node)|apiece)\b"
)
_EACH_BEFORE = re.compile(
    r"\b(?:each|every|per)\b(?! (?:hour|day|night|week|month|quarter|year|run|weekend|\w+day)\b)[^.;\n,]{0,25}$"
)
_COUNT_BEHIND = re.compile(
    r"\s?(?:x\s?|-)?(?:\d{2,3} ?g[bi]{0,2} )?(?:(?:more|dedicated|additional|big|small|old|cheap|nvidia|"
    r"tesla|geforce|rtx|gtx|amd|data[- ]?cent(?:er|re)|consumer|physical|rented|leased|"
    r"spare|shared|reserved|spot|preemptible|on-demand|used|local|idle|free|extra|full|new|decent|beefy|modern|"
    r"powerful|own|identical) ?)*$"
)
_CLOCKED = re.compile(r"\d ?[mg]hz $")
_ARTICLES = frozenset({"eine", "einer"})
_SHOWN = re.compile(r"\b(?:shows?|sees?|lists?|reports?|detects?|finds?|recogni[sz]es) (?:only |all |just )?$")
_FITS = re.compile(r"\b(?:fits?|passt)\b[^.;,\d]{0,15}$")
_WITHDRAWN = re.compile(r"\b(?:scratch|forget|drop|strike|never ?mind|cancel|vergiss)\b[^.;,\n]{0,30}$")
_ASKED_WITHOUT = re.compile(
    r"\b(?:can|could|may|should|would|will|is|are|does|do)(?: \w+){0,2}? (?:we|i|one|it|this|that|a|an|the|possible|"
    r"there)\b"
    r"(?![^?]*\bplease\b)[^?]*\?\W*$"
)
"""Asks whether it goes without, which is no wish that it shall."""
_NONE_OF_THEM = re.compile(
    r"\b(?:do not|don't|dont|won't|no longer) (?:need|want|require) (?:any|one|them)\b(?! [\w-]+)|"
    r"\bbrauchen (?:wir )?keine(?! \w)"
)
_COMPARED = re.compile(r"\b(?:benchmark\w*|compared|(?:faster|slower|quicker|better|cheaper)\b[^.;,]{0,20} than)\b")
_ZERO = re.compile(r"(?<!to )(?<!from )\bzero $")
_SEVERAL = re.compile(r"\b(?:multiple|several|many|mehrere\w*|viele) (?:[\w-]+ ){0,2}gpus\b")
_TRIAL = re.compile(
    r"\b(?:laptops?|macs?|macbooks?|notebooks?|my (?:desktop|pc|machine)|colab|kaggle|localhost|minikube|"
    r"dev(?:elopment)?[- ](?:stack|box|machine|environment|setup)|ci (?:runner|machine)s?|"
    r"benchmark\w*|measured|"
    r"load tests?)\b"
)
_PRICED = re.compile(
    r"\d ?(?:usd|eur|[$€£])? ?(?:/|per|an?|pro) ?(?:h|hr|hour|stunde) (?:for|on|für) (?:an? |"
    r"eine? )?$"
)
"""In front of a card, what its hour costs."""
_RAN = re.compile(r"\b(?:trained|ran|tried|tested|built|prototyped|worked|finished)\b")
"""Where something was tried, which says nothing of where it shall run."""
_TRIED = re.compile(
    r"\b(?:if (?:i|we)\b(?! (?:need|want))|(?:bisher|until now|so far) (?:\w+ )?(?:hatten|had)|"
    r"when (?:i|we)|tried|managed|takes|took|(?:it )?seems|error|default setup)\b"
)
MOST_GPUS = 100_000
FARTHEST = 40
"""Code points between a number and the thing it counts."""
FARTHEST_NAME = 100
"""Code points between a name and the words that take it up ("them")."""
_NODES = re.compile(
    r"\s?(?:x )?(?:gpu )?(?:nodes|machines|servers|hosts|instances|boxes|vms|"
    r"workers)\b[^.;\n]{0,20}\b(?:with|of|x|having|mit|,)\s*$"
)


def gpus(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    cards = [card for card in CARDS.claimed(text) if not (_compared(text, card) or _other_thing(text, card))]
    for card in cards:
        yield Candidate("gpu_required", True, card.start, card.end, "card", 2)
        yield Candidate("gpu_type", card.name, card.start, card.end, "card", _type_rank(text, card))
    for match in _WITHOUT.finditer(text.working):
        claimed = context.claimed(text, match.start(), match.end())
        claimed = claimed and _ASKED_WITHOUT.search(clauses.sentence(text, match.start())) is None
        tried = _TRIAL.search(clauses.sentence(text, match.start())) is not None
        if claimed and not tried and not tense.present_state(text, match.start(), match.end()):
            yield Candidate("gpu_required", False, match.start(), match.end(), "no gpu", 3)
    for match in _CPU_MACHINE.finditer(text.working):
        if context.claimed(text, *match.span()) and not tense.present_state(text, *match.span()):
            yield Candidate("gpu_required", False, *match.span(), "cpu machine", 0)
    for match in _GPU.finditer(text.working):
        yield from _gpu(text, match)
    yield from _none_of_them(text)
    yield from _counts(text, amounts, cards)


def _none_of_them(text: Text) -> Iterator[Candidate]:
    """ "... GPUs. It runs without, so we don't need any": said of what was named last."""
    for match in _NONE_OF_THEM.finditer(text.working):
        named = _GPU.search(text.working, max(0, match.start() - FARTHEST_NAME), match.start())
        if named is not None and not context.injected(text, match.start()):
            yield Candidate("gpu_required", False, match.start(), match.end(), "no gpu", 3)


def _other_thing(text: Text, card: Mention) -> bool:
    """P4 is a priority, too, and M60 a road."""
    return (
        card.name in {"P4", "M60", "A16"}
        and re.search(
            r"\b(?:gpus?|nvidia|tesla|vram|cuda|aws|azure|gcp|spot|train\w*|inference|\d+ ?x)\b", text.working
        )
        is None
    )


def _compared(text: Text, card: Mention) -> bool:
    """A card in a complaint about its memory or a figure of a benchmark names no wish."""
    sentence = clauses.sentence(text, card.start)
    tried_out = _TRIAL.search(sentence) is not None and _RAN.search(sentence) is not None
    priced = _PRICED.search(text.working, max(0, card.start - 30), card.start) is not None
    return tried_out or priced or _COMPARED.search(clauses.clause(text, card.start, card.end)) is not None


def _type_rank(text: Text, card: Mention) -> int:
    before = text.working[max(text.sentence(card.start).start, card.start - 40) : card.start]
    return 1 if re.search(r"\b(?:fallback|or even|alternatively|otherwise)\b[^.]*$", before) else 2


def _gpu(text: Text, match: re.Match[str]) -> Iterator[Candidate]:
    start, end = match.span()
    if context.injected(text, start) or context.someone_elses(text, start):
        return
    after = text.working[end : end + 60]
    before = text.working[max(text.sentence(start).start, start - 40) : start]
    if _ON_BOARD.match(after) or _CLOCKED.search(before) or _WITHDRAWN.search(before):
        return
    if _LEFT_OPEN.match(after) and not denial.denied(text, start, end):
        return
    if optional(before, after):
        return
    if (zero := _ZERO.search(before)) is not None:
        yield Candidate("gpu_required", False, start - len(before) + zero.start(), end, "no gpu", 3)
        return
    if context.guessed(text, start) or denial.left_behind(text, start):
        return
    if denial.denied(text, start, end):
        sentence = clauses.sentence(text, start)
        state = denial.lacking(text, start, end) or _TRIAL.search(sentence) or _ASKED_WITHOUT.search(sentence)
        if not (state or context.only_asked(text, start)):
            first = max(start - 12, text.sentence(start).start)
            negation = re.search(r"\b(?:no|without|ohne|keine?n?|not?)\s+(?:\w+ )?$", text.working[first:start])
            yield Candidate(
                "gpu_required", False, start if negation is None else first + negation.start(), end, "no gpu", 3
            )
        return
    if context.only_asked(text, start):
        return
    clause = clauses.clause(text, start, end)
    if beside_the_point(before, after, clause):
        return
    if _COMPARED.search(clause) and not tense.wished(text, start, end):
        return
    held = _HELD.search(before) is not None and _PART.match(after) is None
    if not held and (_SICK.search(after[:25]) or (_SICK.search(clause) and not tense.wished(text, start, end))):
        return
    if not _NAMED_ONLY.match(after):
        yield Candidate("gpu_required", True, start, end, "gpu")


def _counts(text: Text, amounts: list[Amount], cards: list[Mention]) -> Iterator[Candidate | Doubt]:
    """How many: nothing at all where one of the numbers tells of a trial."""
    things = sorted(
        [(card.start, card.end) for card in cards] + [match.span() for match in _GPU.finditer(text.working)]
    )
    counted: list[tuple[Amount, int]] = []
    starts = [card.start for card in cards]
    undecided = {card.end for card in cards} if len({card.name for card in cards}) > 1 else set[int]()
    for amount in amounts:
        nearest = bisect_right(starts, amount.start) - 1
        card = cards[nearest] if nearest >= 0 else None
        if card is not None and amount.start < card.end:
            continue
        labelled = _LABEL.search(text.working, max(0, amount.start - 30), amount.start)
        if labelled is not None and context.claimed(text, labelled.start(), amount.end):
            counted.append((amount, amount.end))
            continue
        if card is not None and (behind := _counted_back(text, amount, card)) is not None:
            counted.append((amount, behind))
            continue
        for start, end in things[bisect_left(things, (amount.end, 0)) :]:
            if start - amount.end > FARTHEST:
                break
            behind = text.working[amount.end : start]
            if text.working[amount.start : amount.end] in _ARTICLES:
                break
            if _SHOWN.search(text.working, max(0, amount.start - 25), amount.start):
                break
            fits = _FITS.search(text.working, max(0, amount.start - 25), amount.start)
            if fits is None and _COUNT_BEHIND.fullmatch(behind) and context.claimed(text, amount.start, end):
                if end not in undecided or _CHOICE.match(text.working, end):
                    counted.append((amount, end))
                break
    if any(_TRIED.search(clauses.clause(text, amount.start, end)) for amount, end in counted):
        return
    several = _SEVERAL.search(text.working) is not None
    for amount, end in counted:
        if several and amount.high == 1:
            continue
        yield from _count(text, amount, end, amounts)


def _counted_back(text: Text, amount: Amount, card: Mention) -> int | None:
    """The end of "A100 x 4", "H100 (8x)", "L40S, six of them"; None where the amount counts no card in front of it."""
    if amount.start - card.end > 8:
        return None
    between = _COUNT_AFTER.fullmatch(text.working, card.end, amount.start)
    tail = _COUNTED_BACK.match(text.working, amount.end)
    if between is None or not ("x" in between.group() or "*" in between.group() or tail is not None):
        return None
    return amount.end if tail is None else tail.end()


def _count(text: Text, amount: Amount, end: int, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    if amount.low == amount.high == 0:
        yield Candidate("gpu_required", False, amount.start, end, "no gpu", 3)
        return
    if amount.high < 0 or (amount.high != int(amount.high) and amount.high > 1 and not amount.is_range):
        yield Doubt("gpu_count", amount.start, end, "A number of GPUs has to be a whole number above zero.")
    if amount.high <= 0 or amount.high != int(amount.high) or amount.high > MOST_GPUS:
        return
    if re.match(r"\s?-?(?:hours?|memory|days)\b", text.working[end:]):
        return
    before = text.working[max(text.sentence(amount.start).start, amount.start - 60) : amount.start]
    nodes = _nodes(text, amount, amounts)
    if nodes is not None:
        yield Candidate("gpu_count", int(nodes.high * amount.high), nodes.start, end, "nodes", 3)
    elif _EACH.match(text.working[end : end + 50]) is None and _EACH_BEFORE.search(before) is None:
        yield Candidate("gpu_count", int(amount.high), amount.start, end, "count", 2)
        yield Candidate("gpu_required", True, amount.start, end, "count", 2)


def _nodes(text: Text, amount: Amount, amounts: list[Amount]) -> Amount | None:
    """The number of nodes that hold `amount` GPUs each."""
    for other in near(amounts, amount, FARTHEST):
        if other.end < amount.start and _NODES.fullmatch(text.working[other.end : amount.start]):
            return other
    return None
