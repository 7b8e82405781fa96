"""A PostgreSQL that starts, is adopted, is watched and stops with the process that holds its data folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

from infra.embedded.account import Account, choose_account
from infra.embedded.binaries import find_binaries
from infra.embedded.cluster import (
    DATABASE,
    PORT,
    TEMPORARY_PREFIX,
    USER,
    configure,
    create_cluster,
    environment,
    explain,
    run_tool,
    socket_folder,
)
from infra.embedded.errors import EmbeddedPostgresError
from infra.embedded.lock import FolderLock
from infra.embedded.postmaster import Postmaster, clear_stale, read_postmaster, serves
from infra.log_files import last_lines, rotate

RECOVERY_SECONDS = 120.0
SILENT_SECONDS = 5.0
ORPHAN_SECONDS = 10.0
STOP_SECONDS = 20


class EmbeddedPostgres:
    """Blocking: give it a thread in asynchronous code. `address` is what a second start on the same folder is told.

    `fsync=False` is for tests: a power cut then loses the database.
    """

    def __init__(self, data_dir: Path, *, address: str, fsync: bool = True, account: Account | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.data = self.data_dir / "postgres"
        self.log = self.data_dir / "logs" / "postgres.log"
        self._address = address
        self._fsync = fsync
        self._given_account = account
        self._lock = FolderLock(self.data_dir)

    def claim(self) -> None:
        """Makes and takes the folder, so that nobody else can. Raises EmbeddedPostgresError."""
        if any(letter in '"$`\\\n' for letter in str(self.data_dir)):
            raise EmbeddedPostgresError(f"{self.data_dir}: pg_ctl cannot take this path; choose another --data-dir.")
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(self._address)
        except OSError as error:
            raise EmbeddedPostgresError(_refusal(self.data_dir, error)) from error

    def start(self) -> None:
        """Claims the folder and makes PostgreSQL ready: created, started or adopted. Raises EmbeddedPostgresError."""
        self.claim()
        try:
            self._prepare()
        except OSError as error:
            self._lock.release()
            raise EmbeddedPostgresError(_refusal(self.data_dir, error)) from error
        except EmbeddedPostgresError:
            self._lock.release()
            raise

    def ensure(self) -> bool:
        """Starts it again where it is gone; says whether it was. Raises EmbeddedPostgresError."""
        if self.is_alive():
            return False
        self._launch()
        return True

    def stop(self) -> None:
        """Ends every session, then the postmaster, then frees the folder. Raises EmbeddedPostgresError."""
        try:
            postmaster = read_postmaster(self.data)
            if self.is_alive():
                self._pg_ctl("stop", "--mode", "fast")
            self._discard_sockets(postmaster)
        finally:
            self._lock.release()

    @property
    def dsn(self) -> str:
        """Raises EmbeddedPostgresError when it is not running."""
        dsn = running_dsn(self.data_dir)
        if dsn is None:
            raise EmbeddedPostgresError(f"PostgreSQL is not running on {self.data}.")
        return dsn

    @property
    def pid(self) -> int | None:
        postmaster = read_postmaster(self.data)
        return postmaster.pid if postmaster else None

    def is_alive(self) -> bool:
        return running_dsn(self.data_dir) is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _prepare(self) -> None:
        self._binaries = find_binaries(self.data)
        self._account = self._given_account or choose_account(self._binaries, self.data_dir)
        if not (self.data / "PG_VERSION").exists():
            create_cluster(self._binaries, self.data, self._account, fsync=self._fsync)
        if self.is_alive() and self._adopt():
            return
        self._launch()

    def _adopt(self) -> bool:
        """Waits for a postmaster that a killed supervisor left. One that cannot be reached is stopped instead."""
        silent_until, recovered_until = time.monotonic() + SILENT_SECONDS, time.monotonic() + RECOVERY_SECONDS
        while (answer := self._is_ready()) != 0:
            now = time.monotonic()
            if not self.is_alive() or now > recovered_until or (answer == 2 and now > silent_until):
                if self.is_alive():
                    self._pg_ctl("stop", "--mode", "fast")
                return False
            time.sleep(0.05)
        return True

    def _is_ready(self) -> int:
        """pg_isready: 0 accepts, 1 starts up or shuts down, 2 does not answer, 3 was not asked."""
        postmaster = read_postmaster(self.data)
        if postmaster is None:
            return 3
        command = [self._binaries / "pg_isready", "-q", "-h", postmaster.sockets, "-p", str(PORT), "-U", USER]
        return subprocess.run(command, env=environment(), timeout=10).returncode

    def _launch(self) -> None:
        self._account.own(self.data)
        left = read_postmaster(self.data)
        clear_stale(self.data)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        rotate(self.log)
        sockets = socket_folder(self.data_dir, self._account, left.sockets if left else None)
        configure(self.data, sockets, self._account, fsync=self._fsync)
        until = time.monotonic() + ORPHAN_SECONDS
        while True:
            try:
                self._pg_ctl("start", "--log", str(self.log))
            except EmbeddedPostgresError:
                words = last_lines(self.log, 6)
                # Sessions of a killed postmaster notice its death on their own, within a moment.
                if "still in use" in words and time.monotonic() < until:
                    time.sleep(0.2)
                    continue
                raise explain("pg_ctl", self.data, f"{words}\n(from {self.log})") from None
            return

    def _discard_sockets(self, postmaster: Postmaster | None) -> None:
        """A socket folder among temporary files is gone when PostgreSQL was stopped."""
        if postmaster and postmaster.sockets.name.startswith(TEMPORARY_PREFIX):
            shutil.rmtree(postmaster.sockets, ignore_errors=True)

    def _pg_ctl(self, action: str, *options: str) -> None:
        seconds = STOP_SECONDS if action == "stop" else RECOVERY_SECONDS
        command = [self._binaries / "pg_ctl", action, "--pgdata", self.data, "--wait", "--silent", *options]
        run_tool(self._account, [*command, "--timeout", f"{seconds:.0f}"], self.data, timeout=seconds + 10)


def running_dsn(data_dir: Path) -> str | None:
    """The address of the embedded PostgreSQL that runs on this folder, whoever started it; None when none does."""
    data = data_dir.resolve() / "postgres"
    with suppress(PermissionError):
        postmaster = read_postmaster(data)
        if postmaster and serves(postmaster.pid, data):
            return f"postgresql://{USER}@/{DATABASE}?host={quote(str(postmaster.sockets), safe='')}&port={PORT}"
    return None


def _refusal(data_dir: Path, error: OSError) -> str:
    place = error.filename or data_dir
    remedy = "choose another folder with --data-dir or COUNTERSIGN_DATA_DIR"
    if isinstance(error, PermissionError) or error.errno == 30:  # EROFS
        return f"{place} is not writable for {_user()}: correct its owner, or {remedy}."
    return f"{place} cannot be used as the data folder ({error.strerror}): {remedy}."


def _user() -> str:
    return "root" if os.geteuid() == 0 else f"user {os.geteuid()}"
