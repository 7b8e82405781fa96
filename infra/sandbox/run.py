"""One run in the sandbox: start, read, watch, end everything, say how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra.sandbox.commands import bubblewrap_command, unshare_command
from infra.sandbox.layout import WORK, layout
from infra.sandbox.watch import tree_usage

SandboxName = Literal["bubblewrap", "unshare", "none"]
Killed = Literal["time", "memory", "processes", "output"]

_POLL_S = 0.1
_OWN_PROCESSES = 6
"""Those that hold the namespaces; they count in the tree, not against the program."""
_TRIAL = """
import os, socket, sys, threading
thread = threading.Thread(target=int); thread.start(); thread.join()
names = [name for _, name in socket.if_nameindex()]
alone = names == ["lo"] and len([p for p in os.listdir("/proc") if p.isdigit()]) < 8
sys.exit(0 if alone and os.getuid() != 0 and not os.path.exists(sys.argv[1]) else 1)
"""


class SandboxFailed(Exception):
    """The sandbox could not be set up, so the program was not started."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory_mb` is address space for one process and resident memory for all together; `disk_mb` is the working
    directory, and /tmp once more, both in memory; `output_kb` is what is kept of each stream, and 16 times that
    ends the run."""

    timeout_s: float = 20.0
    cpu_s: int = 20
    memory_mb: int = 1024
    processes: int = 48
    disk_mb: int = 64
    open_files: int = 256
    output_kb: int = 256

    def resources(self) -> dict[str, int]:
        """Names as in resource.RLIMIT_*."""
        return {
            "AS": self.memory_mb << 20,
            "CPU": self.cpu_s,
            "NPROC": self.processes,
            "FSIZE": self.disk_mb << 20,
            "NOFILE": self.open_files,
            "CORE": 0,
        }


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """`exit_code` is None when the run was killed or wrote more than it may, and 128 + n when signal n ended the
    program by itself. The streams hold their last bytes."""

    exit_code: int | None
    stdout: str
    stderr: str
    killed: Killed | None


@dataclass(slots=True)
class _Tail:
    keep: int
    seen: int = 0
    data: bytes = b""

    async def read(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while chunk := await stream.read(65536):
            self.seen += len(chunk)
            self.data = (self.data + chunk)[-self.keep :]

    @property
    def flooded(self) -> bool:
        return self.seen > 16 * self.keep

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`reason` says why there is none, or is empty."""

    name: SandboxName
    reason: str = ""

    @classmethod
    def detect(cls) -> Sandbox:
        """The first mechanism that a trial run proves on this machine. Blocks for a few tenths of a second."""
        if not sys.platform.startswith("linux"):
            return cls("none", "sandboxing needs Linux namespaces, and this is not Linux")
        reasons: list[str] = []
        for name in ("bubblewrap", "unshare"):
            failure = cls(name)._trial()
            if failure is None:
                return cls(name)
            reasons.append(f"{name}: {failure}")
        return cls("none", "; ".join(reasons))

    async def run(
        self,
        argv: Sequence[str],
        *,
        inputs: Path | None = None,
        read_only: Iterable[Path] = (),
        env: dict[str, str] | None = None,
        limits: Limits | None = None,
    ) -> SandboxResult:
        """Runs `argv` in a copy of `inputs`. `read_only` paths appear where they are on the host, and others than their
        owner must be able to read them, because a root of the host is somebody else inside. The program's environment
        is `env` and a few constants. Raises SandboxFailed when it could not be started."""
        limits = limits or Limits()
        with tempfile.TemporaryDirectory(prefix="sandbox-") as root, _ready_pipe() as (ready, tell_ready):
            process = await asyncio.create_subprocess_exec(
                *self._command(argv, Path(root), inputs, read_only, limits, tell_ready),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(env),
                pass_fds=(tell_ready,),
                start_new_session=True,
                cwd="/",
            )
            out, err = _Tail(limits.output_kb << 10), _Tail(limits.output_kb << 10)
            reading = asyncio.gather(out.read(process.stdout), err.read(process.stderr))
            try:
                killed = await _follow(process, (out, err), limits)
            finally:
                _kill(process)
                await asyncio.shield(asyncio.gather(process.wait(), reading))
            if not _is_ready(ready):
                raise SandboxFailed(err.text.strip() or f"{self.name} ended before the program was started")
            if killed is None and (out.flooded or err.flooded):
                killed = "output"  # it was through before anyone looked
        return SandboxResult(None if killed else process.returncode, out.text, err.text, killed)

    def _command(
        self,
        argv: Sequence[str],
        root: Path,
        inputs: Path | None,
        read_only: Iterable[Path],
        limits: Limits,
        ready: int,
    ) -> list[str]:
        seen, resources, disk = layout(inputs, read_only), limits.resources(), limits.disk_mb << 20
        match self.name:
            case "bubblewrap":
                found = shutil.which("bwrap")
                if found is None:
                    raise SandboxFailed("bwrap is not installed")
                return bubblewrap_command(found, seen, argv, resources, disk, ready)
            case "unshare":
                return unshare_command(seen, root, argv, resources, disk, ready)
            case "none":
                raise SandboxFailed(self.reason or "there is no sandbox on this machine")

    def _trial(self) -> str | None:
        """Why this mechanism does not hold here; None when it does."""
        with tempfile.TemporaryDirectory(prefix="sandbox-") as root, _ready_pipe() as (ready, tell_ready):
            argv = [sys.executable, "-I", "-S", "-c", _TRIAL, __file__]
            try:
                command = self._command(argv, Path(root), None, (), Limits(), tell_ready)
                done = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=10,
                    env=_environment(None),
                    pass_fds=(tell_ready,),
                    start_new_session=True,
                    cwd="/",
                )
            except (SandboxFailed, OSError, subprocess.TimeoutExpired) as error:
                return str(error)
            if done.returncode == 0 and _is_ready(ready):
                return None
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            return last[0] if last else "the trial run saw more of this machine than it should"


@contextlib.contextmanager
def _ready_pipe():
    """The program's side says that everything is set up; without that, no exit code is the program's."""
    ready, tell_ready = os.pipe()
    os.set_blocking(ready, False)
    try:
        yield ready, tell_ready
    finally:
        os.close(ready)
        os.close(tell_ready)


def _is_ready(ready: int) -> bool:
    try:
        return os.read(ready, 5) == b"ready"
    except BlockingIOError:
        return False


def _environment(extra: dict[str, str] | None) -> dict[str, str]:
    return {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": WORK,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        **(extra or {}),
    }


async def _follow(process: asyncio.subprocess.Process, streams: Iterable[_Tail], limits: Limits) -> Killed | None:
    """Waits for the end; the reason, when it has to be brought about."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + limits.timeout_s
    most = limits.processes + _OWN_PROCESSES
    while (remaining := deadline - clock()) > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), timeout=min(_POLL_S, remaining))
            return None
        if any(stream.flooded for stream in streams):
            return "output"
        usage = await asyncio.to_thread(tree_usage, process.pid, most + 1)
        if usage.processes > most:
            return "processes"
        if usage.resident > limits.memory_mb << 20:
            return "memory"
    return "time"


def _kill(process: asyncio.subprocess.Process) -> None:
    """The first process of the process namespace is in this group, and takes the rest with it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
