"""Facts that cannot hold together, although each of them could."""

from __future__ import annotations

from collections.abc import Iterator

from intake.schema import show
from providers.pricing import countries_of, regions_for, regions_named
from storage.records.constraints import ConstraintSchema, ConstraintValues, FieldName
from storage.records.names import name_of


def conflicts(known: ConstraintSchema) -> dict[FieldName, str]:
    """The field to ask about, and why; of what was said alone, since an assumption gives way."""
    values = ConstraintSchema({name: item for name, item in known.root.items() if item.status != "assumed"}).values
    return dict([*_places(values), *_accelerators(values)])


def _places(values: ConstraintValues) -> Iterator[tuple[FieldName, str]]:
    """Only of regions that are all known by code or city: an unknown one may lie anywhere."""
    regions, residency, clouds = values.regions or [], values.data_residency, values.cloud
    named = [regions_named(word) for word in regions]
    if not regions or not all(named):
        return
    places, words, are = frozenset().union(*named), ", ".join(regions), "is" if len(regions) == 1 else "are"
    if residency and countries_of(residency) and places.isdisjoint(regions_for(residency)):
        yield "regions", f"{words} {are} outside of {residency}, where the data has to stay."
        return
    homes = {cloud for cloud, _ in places}
    if clouds and homes.isdisjoint(clouds):
        theirs = ", ".join(sorted(map(name_of, homes)))
        yield "regions", f"{words} {are} of {theirs}, and only {show('cloud', list(clouds))} may be used."


def _accelerators(values: ConstraintValues) -> Iterator[tuple[FieldName, str]]:
    count, kind = values.gpu_count, values.gpu_type
    if values.gpu_required is False and (kind or count):
        what = f"{count or 'an'} {kind or 'GPU'}{'s' if (count or 1) > 1 else ''}"
        yield "gpu_required", f"No GPU is wanted, and {what} {'are' if (count or 1) > 1 else 'is'} asked for."
