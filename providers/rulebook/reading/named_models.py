"""The size of a model that is called by its name: "BERT" is held to have 110 million parameters, until somebody says.

Held and not stated, since a name is also that of a family, of a fine-tuned or cut-down relative, or of what was only
built on it. Names of different sizes in one text leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Estimate
from providers.rulebook.reading.text import Text

_SIZE = r"tiny|nano|mini|small|base|medium|large|turbo|x?xl"
_NAME = re.compile(
    rf"(?<![\w/.-])(?P<name>distilbert|xlm-?r(?:oberta)?|roberta|bert|minilm|flan-?t5|t5|whisper)(?![a-z0-9])"
    rf"(?:(?:[ -]|-v\d-)(?P<size>{_SIZE})\b)?(?![\w-]* (?:api|teams?|papers?|tokeni[sz]ers?)\b)"
    r"|(?<![\w/.-])(?P<net>resnet|efficientnet|mobilenet|vit|yolo)[ -]?(?P<variant>v?\d{0,3}[a-z]?\d?)(?![a-z0-9])"
)
"""`size` and `variant` are what stands behind the name: "bert-large", "resnet50", "vit-l"."""


@dataclass(frozen=True, slots=True)
class Family:
    """Millions of parameters by what stands behind the name; `usual` is meant where nothing does, and is one of them,
    or nothing where no one of them is."""

    called: str
    sizes: dict[str, float]
    usual: str
    source: str


_BERT = Family("BERT", {"base": 110, "large": 340}, "base", "Devlin et al. 2018")
_ROBERTA = Family("RoBERTa", {"base": 125, "large": 355}, "base", "Liu et al. 2019")
_XLM_R = Family("XLM-R", {"base": 270, "large": 550}, "base", "Conneau et al. 2020")
_T5 = Family("T5", {"small": 60, "base": 220, "large": 770}, "base", "Raffel et al. 2020")
_FAMILIES: dict[str, Family] = {
    "bert": _BERT,
    "distilbert": Family("DistilBERT", {"base": 66}, "base", "Sanh et al. 2019"),
    "roberta": _ROBERTA,
    "xlmr": _XLM_R,
    "xlmroberta": _XLM_R,
    "minilm": Family("MiniLM", {"small": 33}, "small", "Wang et al. 2020"),
    "t5": _T5,
    "flant5": _T5,
    "whisper": Family(
        "Whisper",
        {"tiny": 39, "base": 74, "small": 244, "medium": 769, "large": 1550, "turbo": 809},
        "turbo",
        "Radford et al. 2022, turbo by its model card",
    ),
    "resnet": Family(
        "ResNet",
        {"18": 11.7, "34": 21.8, "50": 25.6, "101": 44.5, "152": 60.2},
        "50",
        "He et al. 2015, counted in torchvision",
    ),
    "efficientnet": Family("EfficientNet", {"b0": 5.3, "b4": 19, "b7": 66}, "b0", "Tan and Le 2019"),
    "mobilenet": Family("MobileNet", {"v1": 4.2, "v2": 3.5, "v3": 5.4}, "v2", "Howard et al. 2017, 2019"),
    "vit": Family("ViT", {"b": 86, "l": 307, "h": 632}, "b", "Dosovitskiy et al. 2020"),
    "yolo": Family(
        "YOLO", {"v8n": 3.2, "v8s": 11.2, "v8m": 25.9, "v8l": 43.7, "v8x": 68.2}, "", "documentation of Ultralytics"
    ),
}


def named_models(text: Text) -> Iterator[Estimate]:
    matches = [match for match in _NAME.finditer(text.working) if context.claimed(text, *match.span())]
    found = [item for match in matches if (item := _sized(match)) is not None]
    if found and len({item.value for item in found}) == 1:
        yield found[0]


def _sized(match: re.Match[str]) -> Estimate | None:
    """None for a member of the family whose size is not known here."""
    family = _FAMILIES[(match["name"] or match["net"]).replace("-", "")]
    said = match["size"] or match["variant"] or ""
    millions = family.sizes.get(said or family.usual)
    if millions is None:
        return None
    member = f"{family.called}-{said or family.usual}" if len(family.sizes) > 1 else family.called
    reason = f"{'the size of' if said else 'taken as'} {member} ({family.source})"
    return Estimate("model_size_params", millions * 1e6, match.start(), match.end(), reason)
