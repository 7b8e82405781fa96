"""What every record is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Never changed once it is made. Raises ValidationError for a key that it has no field for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Traced(Record):
    """What names the constraint fields it comes from, under `from` in JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)
