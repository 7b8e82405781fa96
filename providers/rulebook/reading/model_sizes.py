"""The size of models, in parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import PERIOD

_PARAMETERS = re.compile(r"[ -]?(?:parameters?|weights|params?|parameter(?:n)?)\b")
_BILLIONS = re.compile(r"(?<![\w.$€£])(?P<number>\d{1,4}(?:\.\d+)?)(?P<gap>[ -]?)(?P<scale>b|bn|m)(?![\w/])")
_MODEL = re.compile(
    r"\b(?:models?|llms?|param\w*|llama[\w.-]*|mistral\w*|mixtral|qwen[\w.-]*|falcon|gpt[\w.-]*|bert\w*|"
    r"gemma\w*|phi-?\d|opt|bloom\w*|vicuna|alpaca|yi|deepseek\w*|t5|transformer|pythia|starcoder|mpt|"
    r"codellama|chatglm\w*|modell?e?|sprachmodell|(?:bge|e5|gte|jina)-[\w-]*|\w*roberta[\w-]*|minilm[\w-]*|electra|"
    r"clip|whisper[\w-]*|"
    r"vit[\w-]*|sdxl|flan[\w-]*|olmo\w*|granite|nemotron|smollm\w*|zephyr|internlm\w*|baichuan\w*|stablelm|encoder|"
    r"network)\b"
)
_MODEL_BEFORE = re.compile(rf"{_MODEL.pattern}[\s\d.v(,:-]{{0,8}}(?:instruct |chat |base )?[\s(,]{{0,2}}$")
_NOT_PARAMETERS = re.compile(
    r"^[ -]?(?:tokens?|rows|requests?|images|records|users|events|usd|dollars|euros?|samples|points|"
    r"documents|pages|calls|queries|msgs|messages|transactions|items|skus|predictions|bytes|entries|vectors|"
    r"embeddings|customers|devices|people|words|downloads|ratings|interactions|impressions|clicks|pixels|images?|"
    r"(?:training |text )?tokens?|(?:market|valuation|revenue|company))\b"
)
_BOARD = re.compile(r"\b(?:pi|raspi|compute module|rev(?:ision)?|banana|rock|odroid)[ -]?$")
"""In front of the version of a board: "Raspberry Pi 4B"."""
_ALREADY = re.compile(
    r"\b(?:works|worked|runs|ran|is fine|fits) (?:fine |well |ok |great |already )?(?:for|with|on|using)\s(?:the |"
    r"a )?(?:\w+ )?$"
)
"""In front of a size that gives no trouble, where another does."""


def model_sizes(text: Text, amounts: list[Amount]) -> Iterator[Candidate]:
    for amount in amounts:
        behind = _PARAMETERS.match(text.working, amount.end)
        if behind is not None and amount.high >= 1000 and context.claimed(text, amount.start, behind.end()):
            yield Candidate("model_size_params", int(amount.high), amount.start, behind.end(), "parameters", 2)
    for match in _BILLIONS.finditer(text.working):
        if _is_model(text, match) and context.claimed(text, match.start(), match.end()):
            parameters = int(float(match["number"]) * (1e6 if match["scale"] == "m" else 1e9))
            if parameters > 0:
                yield Candidate("model_size_params", parameters, match.start(), match.end(), "model", 2)


def _is_model(text: Text, match: re.Match[str]) -> bool:
    """ "13B" stands for a model unless it counts something else; "110M" only beside one."""
    sentence = text.sentence(match.start())
    before = text.working[max(sentence.start, match.start() - 30) : match.start()]
    after = text.working[match.end() : min(sentence.end, match.end() + 30)]
    if (
        _NOT_PARAMETERS.match(after)
        or _BOARD.search(before)
        or re.search(r"[$€£]\s?$|\b\d+x$", before)
        or _ALREADY.search(before)
        or PERIOD.match(after)
    ):
        return False
    if match["scale"] == "b" and match["gap"] == "":
        return True
    return _MODEL.search(after[:16]) is not None or _MODEL_BEFORE.search(before) is not None
