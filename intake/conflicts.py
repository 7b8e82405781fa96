"""Facts that cannot hold together, although each of them could."""

from __future__ import annotations

from collections.abc import Iterator

from intake.schema import name_of, show
from providers.pricing.regions import countries_of, regions_for
from providers.rulebook.reading.places import CLOUD_OF
from storage.records.constraints import ConstraintSchema, ConstraintValues, FieldName


def conflicts(known: ConstraintSchema) -> dict[FieldName, str]:
    """The field to ask about, and why; of what was said alone, since an assumption gives way."""
    values = ConstraintSchema({name: item for name, item in known.root.items() if item.status != "assumed"}).values
    return dict([*_places(values), *_accelerators(values)])


def _places(values: ConstraintValues) -> Iterator[tuple[FieldName, str]]:
    regions, residency, clouds = values.regions or [], values.data_residency, values.cloud
    if not regions:
        return
    named, are = ", ".join(regions), "is" if len(regions) == 1 else "are"
    if residency and countries_of(residency):
        inside = {region for _, region in regions_for(residency)}
        if inside.isdisjoint(regions):
            yield "regions", f"{named} {are} outside of {residency}, where the data has to stay."
            return
    theirs = {CLOUD_OF.get(region) for region in regions}
    if clouds and None not in theirs and theirs.isdisjoint(clouds):
        homes = ", ".join(sorted(name_of(cloud) for cloud in theirs if cloud))
        yield "regions", f"{named} {are} of {homes}, and only {show('cloud', list(clouds))} may be used."


def _accelerators(values: ConstraintValues) -> Iterator[tuple[FieldName, str]]:
    if values.gpu_required is False and (values.gpu_type or values.gpu_count):
        what = values.gpu_type or f"{values.gpu_count} GPUs"
        yield "gpu_required", f"No GPU is wanted, and {what} {'are' if values.gpu_count else 'is'} asked for."
