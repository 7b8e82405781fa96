"""How values read on a page: money, times, ids, counts."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup, escape

from web.markdown import UNSEEN, markdown

MINUS = "\u2212"


def usd(amount: Decimal | str | float | None, *, signed: bool = False, cents: bool = False) -> str:
    """US dollars: whole from 100 up, else with cents; an em dash for None. `cents`: always with them, for a column."""
    if amount is None:
        return "—"
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    if not cents and (abs(value) >= 100 or value == value.to_integral_value()):
        text = f"{abs(value).quantize(Decimal(1), ROUND_HALF_UP):,}"
    else:
        text = f"{abs(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}${text}"


def unit_price(amount: Decimal | str | None) -> str:
    """A price per unit with all the digits it has."""
    return "—" if amount is None else f"${Decimal(str(amount)).normalize():f}"


def quantity(amount: Decimal | str | int | float) -> str:
    """A count with thousands separators and no idle zeros."""
    value = Decimal(str(amount))
    return f"{value.normalize():,f}"


def percent(share: float) -> str:
    return f"{round(share * 100)} %"


def span(seconds: float) -> str:
    """A length of time in its two largest units at most: `42 s`, `2 min 10 s`, `3 h 5 min`, `12 d`."""
    whole = max(0, round(seconds))
    if 0 < seconds < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 12 else f"{hours} h"
    return f"{round(seconds / 86400)} d"


def ago(at: datetime, now: datetime | None = None) -> str:
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    if abs(seconds) < 5:
        return "now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def when(at: datetime, words: str | None = None) -> Markup:
    """A `<time>` with the exact moment as its title; without `words` it says how long ago that was."""
    exact = at.astimezone(UTC)
    attribute = Markup("") if words else Markup(" data-ago")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        exact.isoformat(timespec="seconds"), exact.strftime("%Y-%m-%d %H:%M:%S UTC"), attribute, words or ago(exact)
    )


def clock(at: datetime) -> Markup:
    return when(at, at.astimezone(UTC).strftime("%H:%M:%S"))


def day(at: datetime) -> Markup:
    return when(at, at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))


def short(identifier: str | None, length: int = 8) -> Markup:
    """The last characters of a UUID, whose first ones are the time, or the first of a hash; the whole in the title."""
    if not identifier:
        return Markup("—")
    cut = identifier[-length:] if "-" in identifier else identifier[:length]
    return Markup('<code class="id" title="{}">{}</code>').format(identifier, cut)


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def unseen(text: str) -> Markup:
    """The text with each invisible or direction-changing character shown by its code point."""
    parts: list[Markup] = []
    end = 0
    for found in UNSEEN.finditer(text):
        parts.append(escape(text[end : found.start()]))
        name = unicodedata.name(found[0], "control character").lower()
        parts.append(Markup('<span class="unseen" title="{}">U+{:04X}</span>').format(name, ord(found[0])))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def coded(text: str) -> Markup:
    """The text with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them has no partner
        return unseen(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(unseen(part)) if at % 2 else unseen(part) for at, part in enumerate(parts))


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


FILTERS: dict[str, Callable[..., Any]] = {
    "usd": usd,
    "unit_price": unit_price,
    "quantity": quantity,
    "percent": percent,
    "span": span,
    "ago": ago,
    "when": when,
    "clock": clock,
    "day": day,
    "short": short,
    "plural": plural,
    "unseen": unseen,
    "coded": coded,
    "as_json": as_json,
    "markdown": markdown,
}
