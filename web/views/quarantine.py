"""Answers of models that did not fit their schema: a list, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from storage.quarantine import Quarantined
from web.views.words import Mark, node_word

LONGEST = 64 * 1024
"""Bytes of a payload on the page; the rest is in the download."""
_WAITS = Mark("warning", "Waits for triage", "waiting")
_HANDLED = Mark("done", "Handled", "ok")


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """`state` is `open` or `all`; `provider` a name, or empty for any."""

    state: str
    provider: str

    def query(self, **other: str) -> str:
        asked = {"state": self.state if self.state == "all" else "", "provider": self.provider, **other}
        kept = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def any(self) -> bool:
        return bool(self.provider or self.state == "all")


@dataclass(frozen=True, slots=True)
class Row:
    """`where` is the decision set it came from, empty for a call outside of one."""

    mark: Mark
    item: Quarantined
    where: str
    node: str


@dataclass(frozen=True, slots=True)
class QuarantineList:
    """`older` is the address of the next part, or empty."""

    rows: list[Row]
    filter: QuarantineFilter
    providers: list[str]
    older: str
    twin: str


@dataclass(frozen=True, slots=True)
class Payload:
    """`text` is the payload's beginning where `cut`; `missing` says why there is none to show."""

    text: str
    cut: bool
    missing: str


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """`typed` and `error` are of a comment that was refused."""

    row: Row
    payload: Payload
    may_handle: bool
    key: str
    typed: str
    error: str


def row(item: Quarantined) -> Row:
    where = f"/decision-sets/{item.decision_set_id}" if item.decision_set_id else ""
    return Row(_HANDLED if item.handled_at else _WAITS, item, where, node_word(item.node))


def quarantine_list(
    found: Sequence[Quarantined], chosen: QuarantineFilter, providers: Sequence[str], limit: int
) -> QuarantineList:
    """`found` holds one more than `limit` where there are older ones."""
    items = found[:limit]
    asked = {"handled": "true" if chosen.state == "all" else "", "provider": chosen.provider}
    twin = urlencode({name: value for name, value in asked.items() if value})
    return QuarantineList(
        rows=[row(item) for item in items],
        filter=chosen,
        providers=list(providers),
        older=f"/settings/quarantine{chosen.query(before=items[-1].id)}" if len(found) > limit else "",
        twin="/api/quarantine" + (f"?{twin}" if twin else ""),
    )


def payload_of(data: bytes) -> Payload:
    """Bytes that are not text stand as replacement characters."""
    return Payload(data[:LONGEST].decode(errors="replace"), len(data) > LONGEST, "")
