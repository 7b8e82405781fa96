"""Recorded replay: derives every hash of a decision set from what it was taken over, and calls nothing."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pygit2
from pydantic import ValidationError

from infra.faults import reason
from storage import packs as used_packs
from storage import replay
from storage.artifacts import ArtifactStore
from storage.compute import in_thread
from storage.decision_sets import SummaryRow, state_of, summary
from storage.git import packs_of, repository
from storage.git.repository import Pack
from storage.postgres import Connection, every, one, queries
from storage.records.canonical import sha256_of, sha256_of_bytes
from storage.records.errors import ArtifactDamaged, NotFound
from storage.records.events import PAYLOADS
from storage.records.ids import DecisionSetId, Sha256
from storage.records.plans import Bundle
from storage.replay import Graph
from storage.told import pairs

SQL = queries("verification")

Seal = Callable[[Mapping[str, Any]], Sha256]
"""Derives the capsule of a state, given as JSON by channel. Raises KeyError for a state without a plan."""


@dataclass(frozen=True, slots=True)
class Verified:
    """`count` things of a kind held. `not_run` says why nothing was checked, `left` what was not derived."""

    what: str
    count: int = 0
    not_run: str = ""
    left: tuple[str, ...] = ()


class Difference(Exception):
    """What is recorded is not what it derives to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What every check looks at."""

    conn: Connection
    store: ArtifactStore
    seal: Seal
    id: DecisionSetId
    row: SummaryRow
    state: Mapping[str, Any]
    graph: Graph | None


async def verify(
    conn: Connection, store: ArtifactStore, decision_set: DecisionSetId, seal: Seal, graph: Graph | None = None
) -> AsyncIterator[Verified]:
    """Each check as it holds. Raises Difference at the first thing that does not; NotFound."""
    try:
        row = await summary(conn, decision_set)
        subject = Subject(conn, store, seal, decision_set, row, await state_of(conn, decision_set), graph)
        for check in _CHECKS:
            yield await check(subject)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Difference(f"{place} cannot be what is recorded: {reason(first)}") from error


async def events(subject: Subject) -> Verified:
    """seq runs from 1 without a gap up to the count, and each payload fits the schema of its type."""
    expected = 1
    rows = await every(subject.conn, SQL["events"], {"id": subject.id})
    for row in rows:
        _same(f"the event after seq {expected - 1}", row["seq"], expected)
        model = PAYLOADS.get(row["type"])
        try:
            _ = model and model.model_validate(row["payload"])
        except ValidationError as error:
            raise Difference(f"event {row['seq']} is no {row['type']}: {reason(error.errors()[0])}") from error
        expected += 1
    _same("the count of events", (await one(subject.conn, SQL["head"], {"id": subject.id}) or {}).get("seq"), len(rows))
    return Verified("events", len(rows))


async def states(subject: Subject) -> Verified:
    """The state a step wrote has the hash beside it, and the ledger's output hash is the same."""
    rows = await every(subject.conn, SQL["steps"], {"id": subject.id})
    for row in rows:
        step = f"{row['node']} ({row['task_id']})"
        if row["body"] is None:
            raise Difference(f"{step}: the ledger names an output, and there is no state of that step")
        derived = sha256_of(row["body"])
        _same(f"{step}: the hash of its state", row["sha256"], derived)
        _same(f"{step}: the ledger's output hash", row["output_sha"], derived)
    return Verified("steps", len(rows))


async def inputs(subject: Subject) -> Verified:
    """What each node was given, folded from what those before it wrote, has the ledger's input hash."""
    if subject.graph is None:
        return Verified("inputs", not_run="the graph is not known")
    found = await replay.inputs(subject.conn, subject.id, subject.row, subject.graph)
    if found.differs is not None:
        step, derived = found.differs
        _same(f"{step['node']} ({step['task_id']}): the ledger's input hash", step["input_sha"], derived)
    return Verified("inputs", len(found.held), left=tuple(sorted(set(found.left))))


async def capsules(subject: Subject) -> Verified:
    """The capsule of every gate derives from the state it was opened on, and the answer is to that capsule; what code
    was generated under derives too, and amends, if it amends, what was approved."""
    rows = await every(subject.conn, SQL["gates"], {"id": subject.id})
    for row in rows:
        gate = f"gate {row['id']}"
        state = {channel: value for step in row["steps"] for channel, value in step.items()}
        _same(f"{gate}: its capsule", row["capsule"], _sealed(subject, state, gate))
        if row["answer"] is not None:
            _same(f"{gate}: the capsule that was answered", row["answer"]["capsule"], row["capsule"])
    if not subject.state.get("bundle"):
        return Verified("capsules", len(rows)) if rows else Verified("capsules", not_run="no gate was opened")
    _same("the capsule of the code", subject.state["capsule"], _sealed(subject, subject.state, "the code"))
    approved = [row["capsule"] for row in rows if row["answer"] and row["answer"]["action"] == "approve"]
    amendment = subject.state.get("amendment") or {}
    rests_on = amendment["amends"] if amendment.get("tighter") else subject.state["capsule"]
    if not {rests_on, subject.state["capsule"]} & set(approved):
        raise Difference(f"the code rests on capsule {rests_on}, which nobody approved")
    return Verified("capsules", len(rows) + 1)


def _sealed(subject: Subject, state: Mapping[str, Any], whose: str) -> Sha256:
    try:
        return subject.seal(state)
    except KeyError as missing:
        raise Difference(f"{whose}: the recorded state has no {missing.args[0]}") from None


async def artifacts(subject: Subject) -> Verified:
    """The bytes of every artifact have its name as their hash, and the size that is recorded."""
    rows = await every(subject.conn, SQL["stored"], {"id": subject.id})
    for row in rows:
        data = await _bytes(subject.store, row["sha256"])
        _same(f"artifact {row['name']}: its size", row["size"], len(data))
    return Verified("artifacts", len(rows)) if rows else Verified("artifacts", not_run="none is stored")


async def bundle(subject: Subject) -> Verified:
    """The zip holds exactly the files that were listed, each with its hash."""
    if not subject.state.get("bundle"):
        return Verified("bundle files", not_run="no bundle was generated")
    made = Bundle.model_validate(subject.state["bundle"])
    data = await _bytes(subject.store, made.artifact)
    _same("the bundle's size", made.size, len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {name: sha256_of_bytes(archive.read(name)) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise Difference(f"artifact {made.artifact} is no zip: {error}") from error
    _same_files("the zip", found, _listed(made))
    return Verified("bundle files", len(found))


async def commit(subject: Subject) -> Verified:
    """The commit is in the project's packs and on its branch, and its tree is the bundle's files."""
    sha = subject.row.commit_sha
    if sha is None:
        return Verified("committed files", not_run="nothing is committed")
    _same("the commit of the last step", subject.state.get("commit", {}).get("sha"), sha)
    packs = await packs_of(subject.conn, subject.row.project_id)
    ref = await one(subject.conn, SQL["ref"], {"id": subject.id})
    try:
        files = await in_thread(_committed, packs, sha, ref["sha"] if ref else None)
    except (pygit2.GitError, LookupError, OSError) as error:
        raise Difference(f"commit {sha} cannot be read: {error}") from error
    _same_files(f"commit {sha}", files, _listed(Bundle.model_validate(subject.state["bundle"])))
    return Verified("committed files", len(files))


async def packs(subject: Subject) -> Verified:
    """Every pack of prompts or rules that a card names was once in use here."""
    if unknown := await used_packs.unknown_in(subject.conn, subject.id):
        raise Difference(f"event {unknown[0]} names pack {unknown[1]}, which was never in use here")
    named = await used_packs.named_in(subject.conn, subject.id)
    return Verified("packs", named) if named else Verified("packs", not_run="no card names one")


async def told(subject: Subject) -> Verified:
    """What people said, the gates they were shown and what they answered stand in events as in the rows that the work
    was done from, and so do the constraints."""
    rows = await every(subject.conn, SQL["events"], {"id": subject.id})
    gates = await every(subject.conn, SQL["gates"], {"id": subject.id})
    found = list(pairs(rows, gates, subject.row.constraints, subject.state))
    for pair in found:
        _same(pair.what, pair.told, pair.kept)
    return Verified("told as kept", len(found)) if found else Verified("told as kept", not_run="nothing was said")


_CHECKS: tuple[Callable[[Subject], Awaitable[Verified]], ...] = (
    events,
    states,
    capsules,
    artifacts,
    bundle,
    commit,
    inputs,
    packs,
    told,
)


def _committed(packs: list[Pack], sha: str, ref: str | None) -> dict[str, Sha256]:
    """The files' hashes. libgit2 derives each object's id as it reads it; a pack's checksum is derived here."""
    for pack in packs:
        trailer = hashlib.sha1(pack.pack[:-20], usedforsecurity=False).digest()
        _same(f"pack {pack.name}: its checksum", pack.pack[-20:].hex(), trailer.hex())
    with repository.restored(packs) as restored:
        files = repository.blobs_at(restored, sha)
        if ref is None or (ref != sha and not restored.descendant_of(ref, sha)):
            raise Difference(f"commit {sha} is not on the branch it was made for")
        return {path: sha256_of_bytes(blob.data) for path, blob in files.items()}


async def _bytes(store: ArtifactStore, sha256: Sha256) -> bytes:
    try:
        return await store.get(sha256)
    except (ArtifactDamaged, NotFound) as error:
        raise Difference(f"artifact {sha256}: {error.detail}") from error


def _listed(bundle: Bundle) -> dict[str, Sha256]:
    return {file.path: file.sha256 for file in bundle.files}


def _same(what: str, recorded: object, derived: object) -> None:
    if recorded != derived:
        raise Difference(f"{what} is recorded as {recorded} and derives to {derived}")


def _same_files(where: str, found: Mapping[str, Sha256], listed: Mapping[str, Sha256]) -> None:
    for path in sorted(found.keys() | listed.keys()):
        if path not in found:
            raise Difference(f"{where} has no {path}, which the bundle lists")
        if path not in listed:
            raise Difference(f"{where} has {path}, which the bundle does not list")
        _same(f"{where}: the hash of {path}", listed[path], found[path])
