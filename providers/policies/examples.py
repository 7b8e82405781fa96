"""A bundle's own examples: for each rule, small documents and what the rule must find in them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from infra.faults import reason
from providers.policies import yaml_nodes
from providers.policies.document import Document
from providers.policies.specimens import specimens
from storage.records.constraints import FIELD_NAMES, SENSITIVE, checked_value

FINDINGS = ("met", "not met", "not applicable")
SPECIMENS = ("nothing", "everything")
"""The documents an example may change, in the order of `specimens`: no constraint stated, or every one."""
_FIELDS = frozenset({"given", "expect", "specimen"})


@dataclass(frozen=True, slots=True)
class Example:
    """`given` maps names such as `cost.likely` to the values that stand in for the specimen's."""

    line: int
    given: Mapping[str, Any]
    expect: str
    specimen: str = "everything"

    @property
    def document(self) -> Document:
        changed = copy.deepcopy(specimens()[SPECIMENS.index(self.specimen)])
        for path, value in self.given.items():
            section, name = path.split(".")
            changed[section][name] = value
        if "constraints.data_sensitivity" in self.given:
            changed["constraints"]["sensitive"] = self.given["constraints.data_sensitivity"] in SENSITIVE
        return changed


def examples(node: yaml_nodes.Mapping) -> tuple[Example, ...]:
    """Those of one rule. Raises PolicyBundleRefused for a name or a value that no document has."""
    return tuple(_example(item) for item in node.sequence("examples")) if node.has("examples") else ()


def _example(node: yaml_nodes.Mapping) -> Example:
    node.only(_FIELDS)
    expect = node.text("expect")
    if expect not in FINDINGS:
        raise node.refuse("expect", f"expect is {expect!r}, not one of {', '.join(FINDINGS)}")
    specimen = node.text("specimen") if node.has("specimen") else "everything"
    if specimen not in SPECIMENS:
        raise node.refuse("specimen", f"specimen is {specimen!r}, not one of {', '.join(SPECIMENS)}")
    given = node.mapping("given")
    return Example(node.line, {path: _value(given, path) for path in given.names}, expect, specimen)


def _value(given: yaml_nodes.Mapping, path: str) -> Any:
    """As a real document would hold it: a constraint as its field's own type, a whole amount as a float."""
    section, _, name = path.partition(".")
    everything = specimens()[1]
    if name not in everything.get(section, {}):
        raise given.refuse(path, f"unknown name {path!r}")
    value, usual = given.plain(path), everything[section][name]
    if value is None:
        return None
    if section == "constraints" and name in FIELD_NAMES:
        try:
            return checked_value(name, value)
        except ValidationError as error:
            raise given.refuse(path, f"{path}: {reason(error.errors()[0])}") from None
    if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if usual is not None and type(value) is not type(usual):
        raise given.refuse(path, f"{path} is {type(value).__name__}, not {type(usual).__name__}")
    return value
