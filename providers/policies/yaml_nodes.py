"""YAML with line numbers, so that a refusal can say where."""

from __future__ import annotations

from typing import Any

import yaml

from providers.policies.refusal import PolicyBundleRefused


class Mapping:
    """A YAML mapping whose keys are plain names, each there once."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise PolicyBundleRefused(file, node.start_mark.line + 1, "a mapping of fields is expected")
        self.file, self.line = file, node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise PolicyBundleRefused(file, key.start_mark.line + 1, "a field name is expected")
            if key.value in self._nodes:
                raise PolicyBundleRefused(file, key.start_mark.line + 1, f"field {key.value!r} is there twice")
            self._nodes[key.value] = value

    def refuse(self, name: str, reason: str) -> PolicyBundleRefused:
        return PolicyBundleRefused(self.file, self.line_of(name), reason)

    def only(self, allowed: frozenset[str]) -> None:
        for name in self._nodes:
            if name not in allowed:
                raise self.refuse(name, f"unknown field {name!r}")

    def has(self, name: str) -> bool:
        return name in self._nodes

    def text(self, name: str) -> str:
        node = self._nodes.get(name)
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.refuse(name, f"field {name!r} must be text")
        return node.value.strip()

    def line_of(self, name: str) -> int:
        """Where the field's value begins; the mapping's own line when the field is absent."""
        node = self._nodes.get(name)
        return node.start_mark.line + 1 if node else self.line

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._nodes)

    def mapping(self, name: str) -> Mapping:
        node = self._nodes.get(name)
        if node is None:
            raise self.refuse(name, f"field {name!r} is missing")
        return Mapping(self.file, node)

    def plain(self, name: str) -> Any:
        """The value as YAML's plain types."""
        node = self._nodes.get(name)
        if node is None:
            raise self.refuse(name, f"field {name!r} is missing")
        return yaml.safe_load(yaml.serialize(node))

    def mappings(self, name: str) -> dict[str, Mapping]:
        """The mappings in a field, by name; none where the field is absent."""
        node = self._nodes.get(name)
        if node is None:
            return {}
        inner = Mapping(self.file, node)
        return {key: Mapping(self.file, value) for key, value in inner._nodes.items()}

    def sequence(self, name: str) -> list[Mapping]:
        node = self._nodes.get(name)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.refuse(name, f"field {name!r} must be a list that is not empty")
        return [Mapping(self.file, item) for item in node.value]


def parsed(file: str, data: bytes) -> Mapping:
    """Raises PolicyBundleRefused on a syntax error, another document, or anything but a mapping."""
    try:
        node = yaml.compose(data, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyBundleRefused(file, line, f"not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise PolicyBundleRefused(file, 1, f"not valid YAML: {error}") from None
    if node is None:
        raise PolicyBundleRefused(file, 1, "the file is empty")
    return Mapping(file, node)
