"""Runs inside the sandbox, last before the program: copies the inputs, sets the limits, gives up every right.

A script by itself (argument: a JSON object); it sees the standard library only.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import sys

PR_SET_NO_NEW_PRIVS = 38


def copy_inputs(inputs: str | None, work: str, uid: int) -> None:
    if inputs is not None:
        shutil.copytree(inputs, work, symlinks=True, dirs_exist_ok=True)
    if os.getuid() != 0:
        return
    os.chown(work, uid, uid)
    for folder, directories, files in os.walk(work):
        for name in (*directories, *files):
            os.chown(os.path.join(folder, name), uid, uid, follow_symlinks=False)


def set_limits(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))


def drop_rights(uid: int) -> None:
    """The process limit does not bind the host's root, so a root of the host becomes somebody else here."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")


def main() -> None:
    spec = json.loads(sys.argv[1])
    copy_inputs(spec["inputs"], spec["work"], spec["uid"])
    os.chdir(spec["work"])
    set_limits(spec["limits"])
    drop_rights(spec["uid"])
    os.write(spec["ready"], b"ready")
    os.close(spec["ready"])
    argv = spec["argv"]
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - becoming the program, without a shell, is the purpose
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main()
