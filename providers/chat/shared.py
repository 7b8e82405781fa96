"""What reading, wording, planning and criticising share."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from providers.base import Reading
from providers.packs import Registry
from providers.resilience import Models
from providers.rulebook import Rulebook
from storage.postgres import Pool
from storage.records.constraints import FieldName

REMEMBERED = 256
"""Readings a worker keeps: editing an earlier answer reads every message again, and only one of them is new."""


@dataclass
class Shared:
    """`rulebook_last` says that the rulebook also answers when no model could."""

    models: Models
    rulebook: Rulebook
    packs: Registry
    pool: Pool
    rulebook_last: bool = False
    _readings: OrderedDict[tuple[str, FieldName | None], Reading] = field(default_factory=OrderedDict)

    def remembered(self, text: str, answering: FieldName | None) -> Reading | None:
        return self._readings.get((text, answering))

    def remember(self, text: str, answering: FieldName | None, found: Reading) -> None:
        self._readings[text, answering] = found
        if len(self._readings) > REMEMBERED:
            self._readings.popitem(last=False)
