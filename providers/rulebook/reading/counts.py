"""Data that is counted and not weighed ("40k support tickets"): as many times what one of them usually takes.

Sizes of one item
- Row or record: 1 KB, as the planner takes it. Assumption.
- Ticket, message, review, page of text: 2 KB, 512 tokens of about four characters (OpenAI tokenizer documentation).
- Document, contract, manual: 20 KB, ten such pages. Assumption; what is read of a PDF is its text.
- Picture: 110 KB. The ImageNet training set of 2012 has 1,281,167 in 138 GB (Russakovsky et al. 2015).
- Hour of sound: 115 MB, 16,000 samples a second of 16 bits, which speech recognition reads. Recording: five minutes of
  it. Assumption.
- Hour of video: 2.25 GB, at 5 Mbit/s, what YouTube advises for an upload at 720p.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import context, tense
from providers.rulebook.reading.candidates import Estimate
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases, says
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import rounded

LEAST_GB, MOST_GB = 0.001, 100_000.0
"""What an estimate is kept within; a count that comes to more is most likely read wrongly."""

_FEWEST, _HOUR_KB = 100, 100_000
"""Fewer things are a sample, an example or a machine's; hours are counted from one on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` matches in the plural as well; `said` is the size in words."""

    name: str
    kilobytes: float
    said: str


_KINDS = (
    Kind(r"hours of (?:\w+ )?(?:audio|speech|calls|sound|recordings?|podcasts?)", 115_200, "115 MB of sound"),
    Kind(r"hours of (?:\w+ )?(?:videos?|footage|cctv)", 2_250_000, "2.25 GB of video"),
    Kind(r"(?:rows?|records?|events?|transactions|zeilen|datensätze)", 1, "1 KB"),
    Kind(
        r"(?:tickets?|e-?mails?|messages?|texts?|reviews?|comments?|posts|tweets|chats?|conversations?|transcripts?|"
        r"articles?|pages?|passages?|chunks?|notes?|descriptions?|sentences|examples?|prompts|instructions|nachrichten|"
        r"texte|seiten|artikel|bewertungen|vectors?|embeddings?)",
        2,
        "2 KB of text, 512 tokens",
    ),
    Kind(
        r"(?:documents?|docs|contracts?|manuals?|papers?|reports?|pdfs?|letters?|dokumente|verträge|briefe|berichte)",
        20,
        "20 KB of text, ten pages",
    ),
    Kind(r"(?:images?|photos?|pictures?|scans?|tiles|bilder|fotos|aufnahmen|x-?rays)", 110, "110 KB, as in ImageNet"),
    Kind(r"(?:recordings?|audio (?:files|clips)|clips)", 9_600, "9.6 MB of sound, five minutes"),
)
_BETWEEN = r"(?: (?!(?:of|per|each|every|for|and|with)\b)(?:\d+-dim\w*|[a-zäöüß][a-zäöüß-]{2,})){0,3}?"
_NOUNS = [(kind, re.compile(rf"[+]?{_BETWEEN} (?P<noun>{kind.name})\b")) for kind in _KINDS]
_RATE_BEHIND = re.compile(
    r"\W{0,2}(?:(?:are|is|get|come|arrive|land)\w* (?:\w+ ){0,2})?(?:/|per\b|a\b|an\b|each\b|every\b|pro\b|je\b|daily|"
    r"nightly|hourly|weekly|monthly|at (?:a time|once)|in parallel|back|long|old|wide)"
)
_A_RUN = re.compile(
    r"\W{0,2}(?:(?:each|every|jeden?)\s(?:hour|day|night|week|fortnight|month|quarter|(?:sun|mon|tues|wednes|thurs|fri|"
    r"satur)day|woche|tag|nacht|monat)|nightly|daily|weekly|monthly|overnight)\b"
)
_TRAINED_ON = re.compile(
    r"\b(?:(?:re-?|pre-?)?train\w*|fine-?tun\w+|(?:nach)?trainier\w*)\b[^.;]{0,60}?\b(?:on|over|with|from|auf|mit)\s"
    r"(?:about |around |roughly |some |all |our |the |nearly |~ ?)*$"
)
""" "fine-tune it on" 50k tickets "every week": the count is the data of one run, and the week is how often it runs."""
_WORK = phrases(
    r"""(?:re-?|pre-?)?train\w*|fit(?:ting)?|fine-?tun\w+|q?lora|batch|pipelines?|etl|spark|backfill|scor(?:e|es|ing)|
    transcrib\w*|tagg?(?:ing)?|label(?:l?ing)?|annotat\w+|summari[sz]\w+|preprocess\w*|embed(?:s|ding|dings)?|
    classif\w+|rag|retrieval|vector|index\w*|ocr|trainier\w*|nachtrainier\w*|semantic search|chat ?bot|knowledge base"""
)
"""Work that is done on a set of data as a whole."""


def counts(text: Text, amounts: list[Amount]) -> Iterator[Estimate]:
    """The largest first."""
    if not says(_WORK, text.working):
        return
    found = [item for amount in amounts if (item := _counted(text, amount)) is not None]
    yield from sorted(found, key=lambda item: -item.value)


def _counted(text: Text, amount: Amount) -> Estimate | None:
    for kind, noun in _NOUNS:
        match = noun.match(text.working, amount.end)
        if match is None or (_RATE_BEHIND.match(text.working, match.end()) and not _of_a_run(text, amount, match)):
            continue
        span = amount.start, match.end()
        if (
            amount.count < (1 if kind.kilobytes > _HOUR_KB else _FEWEST)
            or not context.claimed(text, *span)
            or tense.present_state(text, *span)
        ):
            return None
        whole = amount.count * kind.kilobytes / 1e6
        size = min(max(rounded(whole), LEAST_GB), MOST_GB)
        capped = f"; held to {MOST_GB:,.0f} GB" if whole > MOST_GB else ""
        words = " ".join(text.working[amount.end : match.end()].strip(" +").split())
        reason = f"{amount.count:,.12g} {words}, each taken as {kind.said}{capped}"
        return Estimate("dataset_size_gb", size, *span, reason)
    return None


def _of_a_run(text: Text, amount: Amount, counted: re.Match[str]) -> bool:
    first = text.sentence(amount.start).start
    trained = _TRAINED_ON.search(text.working, first, amount.start)
    return trained is not None and _A_RUN.match(text.working, counted.end()) is not None
