"""The price book and the policy bundle in force: what an operator put there, else what the release ships. Both are
immutable and parsed once per process and version, so that another one is taken up without a restart."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage import inputs
from storage.compute import in_thread
from storage.inputs import Kind
from storage.postgres import Connection
from storage.records.errors import DomainError, NotFound
from storage.records.ids import Sha256

RELEASE = "release"
"""Who brought the versions that came with the product."""
_KEPT = 4


class ContentMoved(DomainError):
    """What is kept under a hash does not have that hash."""

    code, status = "content-moved", 500


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan is made with, besides the decision set's own constraints."""

    book: PriceBook
    bundle: PolicyBundle


class Versioned(Protocol):
    @property
    def sha256(self) -> Sha256: ...


T = TypeVar("T", bound=Versioned)


class _Known(Generic[T]):
    """The last few versions of one kind that this process has met."""

    def __init__(self, kind: Kind, shipped: T) -> None:
        self.kind: Kind = kind
        self.shipped = shipped
        self._by_hash: OrderedDict[Sha256, T] = OrderedDict()

    def get(self, sha256: Sha256) -> T | None:
        return self.shipped if sha256 == self.shipped.sha256 else self._by_hash.get(sha256)

    def add(self, sha256: Sha256, found: T) -> T:
        """Raises ContentMoved when this is not what was asked for."""
        if found.sha256 != sha256:
            raise ContentMoved(f"The {self.kind.replace('_', ' ')} kept as {sha256} has the content of {found.sha256}.")
        self._by_hash[sha256] = found
        if len(self._by_hash) > _KEPT:
            self._by_hash.popitem(last=False)
        return found


class VersionedInputs:
    """`book` and `bundle` are what the release ships."""

    def __init__(self, book: PriceBook, bundle: PolicyBundle) -> None:
        self._books = _Known("price_book", book)
        self._bundles = _Known("policy_bundle", bundle)
        self._shipped_kept = False

    @property
    def shipped(self) -> Inputs:
        return Inputs(self._books.shipped, self._bundles.shipped)

    async def current(self, conn: Connection) -> Inputs:
        """One small query, and one more the first time that a version is met. Raises PriceBookRefused or
        PolicyBundleRefused for one that this release can't read, ContentMoved."""
        chosen = await inputs.in_force(conn)
        book, bundle = chosen.get("price_book"), chosen.get("policy_bundle")
        return Inputs(
            await self.book(conn, book) if book else self._books.shipped,
            await self.bundle(conn, bundle) if bundle else self._bundles.shipped,
        )

    async def regions(self, conn: Connection) -> frozenset[tuple[str, str]]:
        """Clouds and regions of the price book in force; of the shipped one where that cannot be read, since pages are
        shown all the same."""
        book = (await inputs.in_force(conn)).get("price_book")
        try:
            return (await self.book(conn, book) if book else self._books.shipped).regions
        except DomainError:
            return self._books.shipped.regions

    async def book(self, conn: Connection, sha256: Sha256) -> PriceBook:
        """Raises NotFound for one that was never kept here."""
        if known := self._books.get(sha256):
            return known
        files = await inputs.content(conn, "price_book", sha256)
        return self._books.add(sha256, await in_thread(PriceBook.of, files))

    async def bundle(self, conn: Connection, sha256: Sha256) -> PolicyBundle:
        """Raises NotFound for one that was never kept here."""
        if known := self._bundles.get(sha256):
            return known
        files = await inputs.content(conn, "policy_bundle", sha256)
        return self._bundles.add(sha256, await in_thread(bundle_of, files))

    async def keep_shipped(self, conn: Connection) -> None:
        """Once: whoever plans sees to it that what a plan rests on can be looked up after the release has gone."""
        if self._shipped_kept:
            return
        book, bundle = self.shipped.book, self.shipped.bundle
        await inputs.keep(conn, "price_book", book.sha256, book.files, name="shipped", by=RELEASE)
        await inputs.keep(conn, "policy_bundle", bundle.sha256, files_of(bundle), name=bundle.name, by=RELEASE)
        self._shipped_kept = True


def files_of(bundle: PolicyBundle) -> dict[str, bytes]:
    return {bundle.file: bundle.data}


def bundle_of(files: Mapping[str, bytes]) -> PolicyBundle:
    """Raises NotFound where the version has no file."""
    for file, data in files.items():
        return PolicyBundle.of(file, data)
    raise NotFound("The policy bundle has no file.")
