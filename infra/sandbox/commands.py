"""The command lines of the two mechanisms. Both end in confine.py, which starts the program."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.sandbox.layout import CONFINE, INNER_UID, INPUTS, WORK, Layout

_HERE = Path(__file__).parent
_PYTHON = (sys.executable, "-I", "-S")
# Dynamic service users of systemd (systemd.io/UIDS-GIDS): never given to a person or a package.
_FIRST_UID, _LAST_UID = 61184, 65519
_SHARED_MEMORY = 16 << 20


def _outer_uid() -> int | None:
    """A user for one run when this process is root and may become it; None when it stays its own user."""
    if os.geteuid() != 0:
        return None
    chosen = _FIRST_UID + secrets.randbelow(_LAST_UID - _FIRST_UID + 1)
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        if first <= chosen < first + count:
            return chosen
    return None


def _enter(ready: int, **spec: object) -> list[str]:
    outer = _outer_uid()
    if outer is None:
        maps = {"uid_map": f"{INNER_UID} {os.geteuid()} 1", "gid_map": f"{INNER_UID} {os.getegid()} 1"}
    else:
        both = f"0 0 1\n{INNER_UID} {outer} 1"
        maps = {"uid_map": both, "gid_map": both}
    whole = {**spec, **maps, "ready": ready, "deny_setgroups": outer is None}
    return [*_PYTHON, str(_HERE / "enter.py"), json.dumps(whole)]


def _confine(argv: Sequence[str], inputs: bool, limits: dict[str, int], ready: int) -> list[str]:
    spec = {
        "argv": list(argv),
        "inputs": INPUTS if inputs else None,
        "work": WORK,
        "limits": limits,
        "ready": ready,
        "uid": INNER_UID,
    }
    return [*_PYTHON, CONFINE, json.dumps(spec)]


def unshare_command(
    layout: Layout, root: Path, argv: Sequence[str], limits: dict[str, int], disk: int, ready: int
) -> list[str]:
    """`root` is an empty directory; `disk` bytes for the working directory and as much for /tmp."""
    return _enter(
        ready,
        bubblewrap=False,
        root=str(root),
        read_only=layout.read_only,
        links=layout.links,
        scratch={WORK: disk, "/tmp": disk, "/dev/shm": _SHARED_MEMORY},  # noqa: S108 - a mount of its own
        argv=_confine(argv, INPUTS in layout.read_only.values(), limits, ready),
    )


def bubblewrap_command(
    bubblewrap: str, layout: Layout, argv: Sequence[str], limits: dict[str, int], disk: int, ready: int
) -> list[str]:
    """Needs bubblewrap 0.8 (sized tmpfs, no nested user namespaces). As root it is started in a user namespace of
    two users, because the process limit does not bind the host's root."""
    as_root = os.geteuid() == 0
    command = [bubblewrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--die-with-parent"]
    command += ["--hostname", "sandbox", "--new-session"]
    if as_root:
        for capability in ("CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"):
            command += ["--cap-add", capability]
    else:
        command += ["--unshare-user", "--disable-userns", "--uid", str(INNER_UID), "--gid", str(INNER_UID)]
    command += ["--dev", "/dev", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm"]  # noqa: S108
    command += ["--remount-ro", "/dev", "--proc", "/proc"]
    for target in (WORK, "/tmp"):  # noqa: S108 - a mount of its own
        command += ["--perms", "1777", "--size", str(disk), "--tmpfs", target]
    for parent in layout.parents():
        command += ["--perms", "0755", "--dir", parent]
    for source, target in layout.read_only.items():
        command += ["--ro-bind", source, target]
    for path, target in layout.links.items():
        command += ["--symlink", target, path]
    command += ["--remount-ro", "/", *_confine(argv, INPUTS in layout.read_only.values(), limits, ready)]
    return _enter(ready, bubblewrap=True, argv=command) if as_root else command
