"""Prompts with their examples, as files of this package; each is known by the hash of its content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.faults import reason
from storage.records.canonical import sha256_of
from storage.records.ids import Sha256

FILES = Path(__file__).parent

Words = Annotated[str, Field(min_length=1)]


class PackRefused(ValueError):
    """A pack's file is not one; the message names file, place and reason."""


class Example(BaseModel):
    """What an operator wrote, where it says so the field that was asked for, and the right answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Words
    answering: str | None = None
    answer: dict[str, Any]


class Pack(BaseModel):
    """`id` is the file's name; `version` counts up with each change that people should notice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")]
    purpose: Words
    prompt: Words
    examples: tuple[Example, ...] = ()

    @cached_property
    def sha256(self) -> Sha256:
        return sha256_of(self)


class Registry:
    """Packs by id. Raises PackRefused when two of them share it."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._by_id: dict[str, Pack] = {}
        for pack in packs:
            if pack.id in self._by_id:
                raise PackRefused(f"two packs are called {pack.id}")
            self._by_id[pack.id] = pack

    def __iter__(self) -> Iterator[Pack]:
        return iter(self._by_id.values())

    def __getitem__(self, pack: str) -> Pack:
        return self._by_id[pack]


def load_packs(folder: Path = FILES) -> Registry:
    """Every pack of a folder. Raises PackRefused for the first that is not one."""
    return Registry([read_pack(path) for path in sorted(folder.glob("*.yaml"))])


def read_pack(path: Path) -> Pack:
    """Raises PackRefused."""
    try:
        content = yaml.load(path.read_bytes(), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
        pack = Pack.model_validate(content)
    except yaml.YAMLError as error:
        raise PackRefused(f"{path.name}: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PackRefused(f"{path.name}: {place}: {reason(first)}") from None
    if pack.id != path.stem:
        raise PackRefused(f"{path.name}: id: it is {pack.id}, and the file is called otherwise")
    return pack


class _UniqueKeys(yaml.SafeLoader):
    """YAML lets a key stand twice and takes the last; a pack that says two things is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is there twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
