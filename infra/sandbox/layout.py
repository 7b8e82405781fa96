"""What a sandboxed program sees: the same read-only roots and the same empty directories behind either mechanism."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

WORK = "/job"
"""The working directory: memory only, limited in size, gone with the run."""
INPUTS = "/inputs"
CONFINE = "/confine.py"
INNER_UID = 1000

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
_ETC = ("/etc/ld.so.cache", "/etc/localtime")


@dataclass(frozen=True, slots=True)
class Layout:
    """`read_only` maps a host path to where it appears; `links` are (path, target) pairs."""

    read_only: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def parents(self) -> list[str]:
        """The directories above the targets, outermost first. bubblewrap would make them unreadable to others."""
        above = {str(parent) for target in self.read_only.values() for parent in Path(target).parents}
        return sorted(above - {"/"})


def _installations(interpreter: str) -> list[str]:
    """Where the links of a virtual environment's interpreter lead, link by link."""
    roots: list[str] = []
    while os.path.islink(interpreter):
        interpreter = os.path.normpath(os.path.join(os.path.dirname(interpreter), os.readlink(interpreter)))
        roots.append(os.path.dirname(os.path.dirname(interpreter)))
    return [root for root in roots if root != "/"]


def _interpreter_roots() -> list[str]:
    """The virtual environment and the installation its interpreter links to."""
    roots = [sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix), *_installations(sys.executable)]
    return [root for root in roots if root != "/"]


def program_roots(program: Path) -> list[Path]:
    """What must be there for a program to start, besides system libraries: itself, or the whole virtual environment
    that it is installed in, with its interpreter."""
    program = program.resolve()
    environment = program.parent.parent
    if not (environment / "pyvenv.cfg").is_file():
        return [program]
    return [environment, *map(Path, _installations(str(environment / "bin" / "python")))]


def layout(inputs: Path | None, extra: Iterable[Path] = ()) -> Layout:
    """System libraries, this interpreter, the inputs and `extra`, nothing else. A path within another is left out."""
    read_only: dict[str, str] = {}
    links: dict[str, str] = {}
    for path in _SYSTEM:
        if os.path.islink(path):
            links[path] = os.readlink(path)
        elif os.path.isdir(path):
            read_only[path] = path
    for path in (*sorted(_interpreter_roots(), key=len), *map(str, extra)):
        if not any(path == seen or path.startswith(f"{seen}/") for seen in read_only):
            read_only[path] = path
    for path in _ETC:
        if os.path.exists(path):
            read_only[os.path.realpath(path)] = path
    read_only[str(Path(__file__).with_name("confine.py"))] = CONFINE
    if inputs is not None:
        read_only[str(inputs)] = INPUTS
    return Layout(read_only, links)
