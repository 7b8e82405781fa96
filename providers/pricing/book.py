"""The price book: dated figures with their sources, known by the hash of their content."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from providers.pricing.figures_file import Row, rows_of
from providers.pricing.refusal import PriceBookRefused
from providers.pricing.regions import REGIONS
from storage.records.canonical import sha256_of, sha256_of_bytes
from storage.records.constraints import Cloud
from storage.records.ids import Sha256

FIGURES = Path(__file__).parent / "figures"
FILES = ("instances.csv", "services.csv", "sources.csv")
HOURS_A_MONTH = Decimal(730)
"""8,760 hours a year over 12 months."""

_SOURCE_COLUMNS = ("id", "reference", "as_of")
_SERVICE_COLUMNS = ("cloud", "item", "region", "sku", "unit", "usd", "source")
_INSTANCE_COLUMNS = (
    "cloud",
    "region",
    "instance_type",
    "zone_count",
    "vcpus",
    "memory_gib",
    "accelerator",
    "accelerator_count",
    "ondemand_usd_per_hour",
    "spot_usd_per_hour",
    "source",
)
_EVERY_REGION = "*"
_CLOUDS = frozenset({"aws", "gcp", "azure"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was read, and the day or month it stood there."""

    id: str
    reference: str
    as_of: str

    @property
    def day(self) -> date:
        """The first day of the month where only a month is known."""
        return date.fromisoformat(self.as_of if len(self.as_of) == 10 else f"{self.as_of}-01")


@dataclass(frozen=True, slots=True)
class Instance:
    """One machine type in one region. Prices are US dollars an hour; None is unknown. `accelerator` is empty without
    one; `zones` counts the availability zones."""

    cloud: Cloud
    region: str
    type: str
    zones: int
    vcpus: int
    memory_gib: float
    accelerator: str
    accelerators: int
    on_demand: Decimal | None
    spot: Decimal | None
    source: Source


@dataclass(frozen=True, slots=True)
class Figure:
    """A unit price. `exact` is False when the figure belongs to another region of the same cloud."""

    sku: str
    unit: str
    usd: Decimal
    region: str
    source: Source
    exact: bool = True


@dataclass(frozen=True, eq=False)
class PriceBook:
    """Immutable; pickles as its files and hash, and is parsed once in each process that gets it."""

    files: Mapping[str, bytes] = field(repr=False)
    """The content of FILES by name, as it was given."""
    sha256: Sha256
    as_of: date
    """The newest date of any figure."""
    instances: tuple[Instance, ...]
    _by_type: Mapping[tuple[str, str, str], Instance]
    _services: Mapping[tuple[str, str], tuple[Figure, ...]]

    @classmethod
    def load(cls, folder: Path = FIGURES, *, today: date | None = None) -> PriceBook:
        """Raises PriceBookRefused, with file, line and reason, when anything in the folder is wrong."""
        return cls.of({name: _read(folder / name) for name in FILES}, today=today)

    @classmethod
    def of(cls, files: Mapping[str, bytes], *, today: date | None = None) -> PriceBook:
        """The book of these contents by file name. Raises PriceBookRefused as `load` does, and where a figure's date is
        after `today`, if that is given."""
        contents = {name: _given(files, name) for name in FILES}
        rows = _rows(contents, "sources.csv", _SOURCE_COLUMNS, ("id",))
        sources = {row.text("id"): _source(row, today) for row in rows}
        key = ("cloud", "region", "instance_type")
        instances = tuple(_instance(row, sources) for row in _rows(contents, "instances.csv", _INSTANCE_COLUMNS, key))
        services: dict[tuple[str, str], tuple[Figure, ...]] = {}
        for row in _rows(contents, "services.csv", _SERVICE_COLUMNS, ("cloud", "item", "region")):
            name = (_cloud(row), row.text("item"))
            services[name] = (*services.get(name, ()), _figure(row, sources))
        if not instances:
            raise PriceBookRefused("instances.csv", 1, "no figures")
        return cls(
            files=contents,
            sha256=sha256_of({name: sha256_of_bytes(data) for name, data in contents.items()}),
            as_of=max(source.day for source in sources.values()),
            instances=instances,
            _by_type={(item.cloud, item.region, item.type): item for item in instances},
            _services=services,
        )

    def instance(self, cloud: str, region: str, type: str) -> Instance | None:
        return self._by_type.get((cloud, region, type))

    def price(self, cloud: str, region: str, type: str, *, spot: bool = False) -> Decimal | None:
        """US dollars an hour; None when the book has no figure."""
        found = self.instance(cloud, region, type)
        if found is None:
            return None
        return found.spot if spot else found.on_demand

    def service(self, cloud: str, item: str, region: str) -> Figure | None:
        """The figure for this region, else the cloud's first figure marked as not exact, else None."""
        figures = self._services.get((cloud, item), ())
        for figure in figures:
            if figure.region in (region, _EVERY_REGION):
                return figure
        if not figures:
            return None
        first = figures[0]
        return Figure(first.sku, first.unit, first.usd, first.region, first.source, exact=False)

    @property
    def regions(self) -> frozenset[tuple[str, str]]:
        return frozenset((item.cloud, item.region) for item in self.instances)

    @property
    def services(self) -> tuple[Figure, ...]:
        return tuple(figure for figures in self._services.values() for figure in figures)

    @property
    def figures(self) -> Counter[Source]:
        """How many prices rest on each source: on demand and spot count apart, blank ones not at all."""
        priced = ((item.source, price) for item in self.instances for price in (item.on_demand, item.spot))
        machines = [source for source, price in priced if price is not None]
        return Counter([*machines, *(figure.source for figure in self.services)])

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (dict(self.files), self.sha256)


_RESTORED: OrderedDict[Sha256, PriceBook] = OrderedDict()
_KEPT = 4


def _restored(files: dict[str, bytes], sha256: Sha256) -> PriceBook:
    """The book of that hash, parsed the first time that this process meets it."""
    if sha256 not in _RESTORED:
        _RESTORED[sha256] = PriceBook.of(files)
        if len(_RESTORED) > _KEPT:
            _RESTORED.popitem(last=False)
    return _RESTORED[sha256]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PriceBookRefused(path.name, 1, f"cannot be read: {error.strerror}") from None


def _given(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise PriceBookRefused(name, 1, "is missing")
    return files[name]


def _rows(contents: Mapping[str, bytes], file: str, columns: tuple[str, ...], key: tuple[str, ...]):
    return rows_of(file, contents[file], columns, key)


def _source(row: Row, today: date | None) -> Source:
    found = Source(row.text("id"), row.text("reference"), row.text("as_of"))
    try:
        day = found.day
    except ValueError:
        raise row.refuse(
            f"as_of is {found.as_of!r}, not a date such as 2026-07-30 or a month such as 2026-05"
        ) from None
    if today is not None and day > today:
        raise row.refuse(f"as_of is {found.as_of}, which is after today, {today}")
    return found


def _cloud(row: Row) -> Cloud:
    cloud = row.text("cloud")
    if cloud not in _CLOUDS:
        raise row.refuse(f"unknown cloud {cloud!r}")
    return cloud  # pyright: ignore[reportReturnType]


def _source_of(row: Row, sources: Mapping[str, Source]) -> Source:
    source = sources.get(row.text("source"))
    if source is None:
        raise row.refuse(f"source {row.text('source')!r} is not in sources.csv")
    return source


def _region(row: Row, cloud: Cloud) -> str:
    region = row.text("region")
    if (cloud, region) not in REGIONS:
        raise row.refuse(f"unknown region {cloud} {region!r}")
    return region


def _instance(row: Row, sources: Mapping[str, Source]) -> Instance:
    cloud = _cloud(row)
    accelerator = row.cells["accelerator"].strip()
    on_demand, spot = row.money("ondemand_usd_per_hour"), row.money("spot_usd_per_hour")
    for name, price in (("ondemand_usd_per_hour", on_demand), ("spot_usd_per_hour", spot)):
        if price == 0:
            raise row.refuse(f"{name} is 0; leave it empty when the price is unknown")
    if on_demand is not None and spot is not None and spot > on_demand:
        raise row.refuse(f"spot_usd_per_hour is {spot}, which is above ondemand_usd_per_hour, {on_demand}")
    return Instance(
        cloud=cloud,
        region=_region(row, cloud),
        type=row.text("instance_type"),
        zones=row.whole("zone_count", least=1),
        vcpus=row.whole("vcpus", least=1),
        memory_gib=row.number("memory_gib"),
        accelerator=accelerator,
        accelerators=row.whole("accelerator_count", least=1 if accelerator else 0),
        on_demand=on_demand,
        spot=spot,
        source=_source_of(row, sources),
    )


def _figure(row: Row, sources: Mapping[str, Source]) -> Figure:
    usd = row.money("usd")
    if usd is None:
        raise row.refuse("usd is empty; leave the row out when the price is unknown")
    region = row.text("region")
    if region != _EVERY_REGION:
        region = _region(row, _cloud(row))
    return Figure(row.text("sku"), row.text("unit"), usd, region, _source_of(row, sources))
