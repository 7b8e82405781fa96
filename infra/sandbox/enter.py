"""Makes the namespaces and either hands over to bubblewrap or builds the root itself.

A script by itself (argument: a JSON object); it sees the standard library only. Processes: this one, which writes the
user map, then one that holds the namespaces, then the first process of the new process namespace, which reaps.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH, PR_SET_PDEATHSIG = 2, 1
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# What the kernel locks in a mount that comes from outside the user namespace: a remount has to repeat these.
KEPT = {os.ST_NOSUID: 2, os.ST_NODEV: 4, os.ST_NOEXEC: 8, os.ST_NOATIME: 1024, os.ST_NODIRATIME: 2048}
KEPT[os.ST_RELATIME] = 1 << 21
DEVICES = ("null", "zero", "full", "random", "urandom")

libc = ctypes.CDLL(None, use_errno=True)
Spec = dict[str, Any]


def call(function: Any, *arguments: object) -> None:
    if function(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function.__name__}: {os.strerror(code)}")


def die_with_parent() -> None:
    call(libc.prctl, PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    words = [None if text is None else text.encode() for text in (source, target, kind, options)]
    if libc.mount(*words[:3], ctypes.c_ulong(flags), words[3]) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"mount {target}: {os.strerror(code)}")


def write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def mount_points_below(target: str) -> list[str]:
    with open("/proc/self/mountinfo") as file:
        points = [line.split()[4].encode().decode("unicode_escape") for line in file]
    return [point for point in points if point == target or point.startswith(f"{target}/")]


def bind_read_only(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write(target, "")
    mount(source, target, flags=MS_BIND | MS_REC)
    for point in mount_points_below(target):
        present = os.statvfs(point).f_flag
        kept = sum(flag for bit, flag in KEPT.items() if present & bit)
        mount(None, point, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | kept)


def make_devices(root: str) -> None:
    mount("tmpfs", f"{root}/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for name in DEVICES:
        write(f"{root}/dev/{name}", "")
        mount(f"/dev/{name}", f"{root}/dev/{name}", flags=MS_BIND)
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    os.mkdir(f"{root}/dev/shm")  # noqa: S108 - a mount point in the new root
    mount(None, f"{root}/dev", flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)


def build_root(spec: Spec) -> None:
    """A new root in memory; afterwards the host's is out of reach."""
    root = spec["root"]
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for name in ("dev", "proc", "oldroot"):
        os.mkdir(f"{root}/{name}")
    make_devices(root)
    for target, size in spec["scratch"].items():
        os.makedirs(root + target, exist_ok=True)
        mount("tmpfs", root + target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={size}")
    for source, target in spec["read_only"].items():
        bind_read_only(source, root + target)
    for path, target in spec["links"].items():
        os.symlink(target, root + path)
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | 8)
    call(libc.pivot_root, root.encode(), f"{root}/oldroot".encode())
    os.chdir("/")
    call(libc.umount2, b"/oldroot", MNT_DETACH)
    os.rmdir("/oldroot")
    mount(None, "/", flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def forbid_user_namespaces() -> None:
    """Otherwise a program could make one, be root in it, and mount memory without limit."""
    write("/proc/sys/user/max_user_namespaces", "0")


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def exit_like(status: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def reap_until(main: int) -> NoReturn:
    """The first process of a process namespace adopts orphans; when it ends, the kernel kills what is left."""
    while True:
        pid, status = os.wait()
        if pid == main:
            exit_like(status)


def first_process(spec: Spec) -> NoReturn:
    die_with_parent()
    raise_loopback()
    build_root(spec)
    forbid_user_namespaces()
    libc.sethostname(b"sandbox", 7)
    main = os.fork()
    if main == 0:
        os.execv(spec["argv"][0], spec["argv"])  # noqa: S606 - no shell wanted
    os.close(spec["ready"])
    reap_until(main)


def hold_namespaces(spec: Spec, mapped: int, created: int) -> NoReturn:
    call(libc.unshare, CLONE_NEWUSER)
    os.write(created, b"1")
    if os.read(mapped, 1) != b"1":
        os._exit(125)
    die_with_parent()
    if spec["bubblewrap"]:
        forbid_user_namespaces()
        os.execv(spec["argv"][0], spec["argv"])  # noqa: S606 - no shell wanted
    call(libc.unshare, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET)
    child = os.fork()
    if child == 0:
        first_process(spec)
    exit_like(os.waitpid(child, 0)[1])


def main() -> None:
    spec = json.loads(sys.argv[1])
    die_with_parent()
    mapped, tell_mapped = os.pipe()
    created, tell_created = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell_mapped)
        hold_namespaces(spec, mapped, tell_created)
    os.close(tell_created)
    if os.read(created, 1) == b"1":
        if spec["deny_setgroups"]:
            write(f"/proc/{child}/setgroups", "deny")
        write(f"/proc/{child}/uid_map", spec["uid_map"])
        write(f"/proc/{child}/gid_map", spec["gid_map"])
        os.write(tell_mapped, b"1")
    os.close(tell_mapped)
    exit_like(os.waitpid(child, 0)[1])


def run() -> None:
    try:
        main()
    except OSError as error:
        os.write(2, f"sandbox: {error}\n".encode())
        os._exit(125)


if __name__ == "__main__":
    run()
