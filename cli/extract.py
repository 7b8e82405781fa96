"""countersign extract: constraints of many texts, without a database."""

from __future__ import annotations

import codecs
import json
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from infra.errors import OperatorError
from infra.faults import reason
from providers.rulebook.reading import read


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: StrictStr | StrictInt
    text: StrictStr


def extract(file: Path) -> None:
    """Prints one line for each line of the file, and goes on after a bad one; raises OperatorError that names every bad
    line at the end."""
    bad: list[str] = []
    for number, raw in enumerate(_content(file).split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            line = _Line.model_validate_json(raw)
        except ValidationError as error:
            bad.append(f"{file}, line {number}: {_reason(error)}")
            continue
        sys.stdout.write(json.dumps(_result(line), ensure_ascii=False) + "\n")
    sys.stdout.flush()
    if bad:
        raise OperatorError("; ".join(bad))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise OperatorError(f"cannot read {file}: {error.strerror}") from None


def _result(line: _Line) -> dict[str, object]:
    findings = read(line.text).findings
    return {
        "id": line.id,
        "constraints": {item.field: item.value for item in findings},
        "evidence": {item.field: [item.start, item.end] for item in findings},
    }


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][:1])
    return f"{place}: {reason(first)}" if place else reason(first)
