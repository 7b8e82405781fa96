"""What a hostile program reaches from inside, with each mechanism that this machine has. Each program is bounded: a
sandbox that did not hold would fail the test, not the machine."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.sandbox import Sandbox, SandboxFailed, SandboxResult
from tests.sandboxed import QUICK, python

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sandboxing needs Linux namespaces"),
]


async def test_it_runs_a_program_and_keeps_its_words_and_its_exit_code(sandbox: Sandbox) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"
    result = await python(sandbox, code)
    assert result == SandboxResult(exit_code=7, stdout="out\n", stderr="err\n", killed=None)


async def test_a_signal_is_128_and_more(sandbox: Sandbox) -> None:
    result = await python(sandbox, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert result.exit_code == 128 + 15


async def test_a_program_that_is_not_there(sandbox: Sandbox) -> None:
    result = await sandbox.run(["no-such-program"], limits=QUICK)
    assert (result.exit_code, result.stderr) == (127, "no-such-program: No such file or directory\n")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_it_cannot_reach_a_server_on_the_hosts_loopback(sandbox: Sandbox, listening: int) -> None:
    code = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)"
    socket.create_connection(("127.0.0.1", listening), 2).close()
    result = await python(sandbox, code, listening)
    assert result.exit_code == 1
    assert "ConnectionRefusedError" in result.stderr


async def test_it_has_no_other_network(sandbox: Sandbox) -> None:
    result = await python(sandbox, "import socket; print([name for _, name in socket.if_nameindex()])")
    assert result.stdout == "['lo']\n"


async def test_it_cannot_reach_a_unix_socket_of_the_host(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as abstract:
        server.bind(str(path))
        server.listen()
        abstract.bind(f"\0sandbox-test-{os.getpid()}")
        abstract.listen()
        code = "import socket, sys\ntry: socket.socket(socket.AF_UNIX).connect(sys.argv[1].replace('@', chr(0)))\n"
        code += "except OSError as error: print(type(error).__name__)"
        assert (await python(sandbox, code, path)).stdout == "FileNotFoundError\n"
        abstract_name = f"@sandbox-test-{os.getpid()}"
        assert (await python(sandbox, code, abstract_name)).stdout == "ConnectionRefusedError\n"


async def test_it_cannot_read_a_file_of_the_host(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    secret.chmod(0o644)
    for path in (secret, "/etc/passwd", "/etc/hostname", __file__, "/proc/1/root/etc/passwd"):
        assert (await python(sandbox, "import sys; open(sys.argv[1])", path)).exit_code == 1
    # Of people's folders, nothing but the way to the interpreter's own, where it lies in one.
    on_the_way = sorted({Path(place).parts[2] for place in (sys.prefix, sys.base_prefix) if place.startswith("/home/")})
    listing = await python(sandbox, "import os; print(sorted(os.listdir('/home') if os.path.exists('/home') else []))")
    assert listing.stdout == f"{on_the_way}\n"
    for name in on_the_way:
        shown = await python(sandbox, "import os, sys; print(sorted(os.listdir(sys.argv[1])))", f"/home/{name}")
        inside = {Path(place).parts[3] for place in (sys.prefix, sys.base_prefix) if place.startswith(f"/home/{name}/")}
        assert shown.stdout == f"{sorted(inside)}\n"


async def test_it_does_not_get_the_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_BOOTSTRAP_KEY", "the-secret-key")
    code = "import os; print(sorted(os.environ)); print(open('/proc/1/environ').read())"
    result = await python(sandbox, code.replace("; print(open", "\ntry: print(open") + "\nexcept OSError: pass")
    assert "COUNTERSIGN" not in result.stdout
    assert "the-secret-key" not in result.stdout
    given = await sandbox.run(
        [sys.executable, "-I", "-S", "-c", "import os; print(os.environ['A'])"], env={"A": "b"}, limits=QUICK
    )
    assert given.stdout == "b\n"


async def test_it_can_write_in_its_folder_and_nowhere_else(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    places = ["/", "/usr", "/etc", "/dev", "/inputs", sys.prefix, sys.base_prefix, os.path.dirname(__file__), tmp_path]
    code = """
import os, sys
for folder in sys.argv[1:]:
    try:
        open(os.path.join(folder, 'written-by-the-sandbox'), 'w')
    except OSError:
        continue
    print('wrote in', folder)
open('ours', 'w').write('x'); open('/tmp/ours', 'w').write('x'); print(os.getcwd())
"""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    result = await sandbox.run([sys.executable, "-I", "-S", "-c", code, *map(str, places)], inputs=inputs, limits=QUICK)
    assert (result.stdout, result.exit_code) == ("/job\n", 0)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inputs"]


async def test_it_works_on_a_copy_of_its_inputs(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "folder" / "a.txt").write_text("from outside")
    (tmp_path / "folder" / "a.txt").chmod(0o600)
    code = "p = 'folder/a.txt'; print(open(p).read()); open(p, 'w').write('changed'); print(open(p).read())"
    result = await sandbox.run([sys.executable, "-I", "-S", "-c", code], inputs=tmp_path, limits=QUICK)
    assert (result.stdout, result.stderr) == ("from outside\nchanged\n", "")
    assert (tmp_path / "folder" / "a.txt").read_text() == "from outside"


async def test_a_read_only_path_can_be_read_and_not_written(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("tool")
    tmp_path.chmod(0o755)
    code = "import sys; print(open(sys.argv[1]).read(), flush=True); open(sys.argv[1], 'w')"
    result = await sandbox.run(
        [sys.executable, "-I", "-S", "-c", code, str(tmp_path / "tool")], read_only=[tmp_path], limits=QUICK
    )
    assert (result.stdout, result.exit_code) == ("tool\n", 1)
    assert (tmp_path / "tool").read_text() == "tool"


async def test_it_has_no_rights_and_can_get_none(sandbox: Sandbox) -> None:
    code = """
import ctypes, os
status = dict(line.split(':', 1) for line in open('/proc/self/status'))
print(os.getuid() != 0, int(status['CapEff'], 16), int(status['CapPrm'], 16), status['NoNewPrivs'].strip())
libc = ctypes.CDLL(None, use_errno=True)
print(libc.unshare(0x10000000), libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None))
"""
    assert (await python(sandbox, code)).stdout == "True 0 0 1\n-1 -1\n"


async def test_it_sees_no_other_process(sandbox: Sandbox) -> None:
    result = await python(sandbox, "import os; print(len([p for p in os.listdir('/proc') if p.isdigit()]) < 5)")
    assert result.stdout == "True\n"


async def test_the_loop_goes_on_meanwhile(sandbox: Sandbox) -> None:
    turns = 0
    run = asyncio.create_task(python(sandbox, "import time; time.sleep(0.6)"))
    while not run.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns >= 10


async def test_with_no_sandbox_nothing_is_started(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="not Linux"):
        await Sandbox("none", "this is not Linux").run(["/bin/touch", str(tmp_path / "touched")])
    assert not (tmp_path / "touched").exists()


def test_detection_finds_one_or_says_why_not() -> None:
    found = Sandbox.detect()
    assert (found.name == "none") == bool(found.reason)


def test_without_namespaces_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert Sandbox.detect() == Sandbox("none", "sandboxing needs Linux namespaces, and this is not Linux")
