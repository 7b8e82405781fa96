"""Parses every Terraform or YAML file below the working directory. A script by itself, because parsing is slow.

Argument: hcl or yaml. Prints {"parsed": count, "failures": ["path:line: message"]} as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def _parse_hcl(path: Path) -> str | None:
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        hcl2.parses_to_tree(path.read_text(encoding="utf-8"))
    except UnexpectedInput as error:
        return f"{path}:{error.line}: {str(error).splitlines()[0]}"
    except (LarkError, UnicodeDecodeError) as error:
        return f"{path}:1: {str(error).splitlines()[0]}"
    return None


def _parse_yaml(path: Path) -> str | None:
    import yaml

    try:
        yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return f"{path}:{line}: {error.problem}"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return f"{path}:1: {str(error).splitlines()[0]}"
    return None


_KINDS = {"hcl": (_parse_hcl, (".tf", ".hcl", ".tfvars")), "yaml": (_parse_yaml, (".yml", ".yaml"))}


def main() -> None:
    parse, suffixes = _KINDS[sys.argv[1]]
    paths = sorted(path for path in Path().rglob("*") if path.suffix in suffixes and path.is_file())
    found = [failure for failure in map(parse, paths) if failure is not None]
    print(json.dumps({"parsed": len(paths), "failures": found}))


if __name__ == "__main__":
    main()
