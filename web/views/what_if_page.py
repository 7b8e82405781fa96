"""What if, under an address of its own."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from storage.records.decision_sets import DecisionSet
from web.views.fork import Asked
from web.views.set_head import SetHead, set_head
from web.views.what_if import WhatIfAnswer, what_if_answer
from web.views.what_if_form import WhatIfForm, what_if_form
from web.what_if import Recomputed


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    head: SetHead
    form: WhatIfForm
    answer: WhatIfAnswer


def what_if_page(
    found: DecisionSet,
    asked: Asked,
    made: Recomputed | None,
    priced: Set[tuple[str, str]],
    *,
    may_write: bool,
    key: str,
) -> WhatIfPage:
    answer = what_if_answer(found, asked, made, may_write=may_write, key=key)
    return WhatIfPage(set_head(found, "run"), what_if_form(found, asked, priced), answer)
