"""Whom PostgreSQL runs as. It refuses user id 0, so root becomes someone else, who must still reach its folders."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.binaries import EXTERNAL_REMEDY
from infra.embedded.errors import EmbeddedPostgresError

# Asked of each candidate: is it not root, can it write the data folder, do the binaries run?
_PROBE = 'test "$(id -u)" != 0 && test -w "$1" && "$2" --version >/dev/null'


@dataclass(frozen=True, slots=True)
class Account:
    """`prefix` stands before each command; `uid` and `gid` own the files, as seen from outside."""

    prefix: tuple[str, ...]
    uid: int
    gid: int

    def can_serve(self, binaries: Path, folder: Path) -> bool:
        probe = [*self.prefix, "sh", "-c", _PROBE, "sh", str(folder), str(binaries / "postgres")]
        try:
            return subprocess.run(probe, capture_output=True, timeout=10).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def own(self, folder: Path) -> None:
        """Gives the folder, and all in it where the folder was another's, to this account. Raises OSError."""
        if os.geteuid() != 0 or folder.stat().st_uid == self.uid:
            return
        for place, _, files in os.walk(folder):
            for path in (place, *(os.path.join(place, name) for name in files)):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose_account(binaries: Path, folder: Path) -> Account:
    """This user, or for root the first candidate that can serve. Raises EmbeddedPostgresError when none can."""
    if os.geteuid() != 0:
        return Account((), os.geteuid(), os.getegid())
    for candidate in root_candidates():
        if candidate.can_serve(binaries, folder):
            return candidate
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and neither a user namespace (unshare) nor another account (setpriv) "
        f"works here: start as a user without root, or {EXTERNAL_REMEDY}."
    )


def root_candidates() -> list[Account]:
    return [account for account in (user_namespace(), other_account()) if shutil.which(account.prefix[0])]


def user_namespace() -> Account:
    """Without a mapping, root is the overflow user inside and still root to the file system outside."""
    return Account(("unshare", "--user", "--"), 0, 0)


def other_account() -> Account:
    """For containers that forbid namespaces. The one capability that is kept lets it through folders of mode 0700.

    `no_setuid_fixup` makes access(2) honour that capability for a user who is not root.
    """
    person = _unprivileged()
    return Account(
        (
            "setpriv",
            f"--reuid={person.pw_uid}",
            f"--regid={person.pw_gid}",
            "--clear-groups",
            "--securebits=+no_setuid_fixup",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--",
        ),
        person.pw_uid,
        person.pw_gid,
    )


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))
