"""Which process is it, and is it certainly gone? (design C4: "that worker was seen again or is known dead")

A name is `host@pid-start`. The host part holds the boot and the pid namespace too, so that two containers of one name,
or the same machine after a restart, are not taken for each other: what cannot be known is not "dead".
"""

from __future__ import annotations

import functools
import os
import socket
from pathlib import Path

import psutil


def name_of_this() -> str:
    return _name_of(os.getpid())


def is_known_dead(name: str) -> bool:
    """True only when the process ran here, under this boot, and its number is free, a zombie's or another's."""
    host, _, rest = name.rpartition("@")
    pid, _, start = rest.partition("-")
    if host != _host() or not pid.isdecimal():
        return False
    return _start(int(pid)) != start


@functools.cache
def _name_of(pid: int) -> str:
    return f"{_host()}@{pid}-{_start(pid)}"


@functools.cache
def _host() -> str:
    return f"{socket.gethostname()}/{_boot()}"


def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return str(int(psutil.boot_time()))


def _start(pid: int) -> str | None:
    """A mark that two processes of the same number do not share; None when there is no living one.

    On Linux the clock ticks since boot, which a correction of the clock does not move.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _start_elsewhere(pid)
    except ProcessLookupError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]


def _start_elsewhere(pid: int) -> str | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.NoSuchProcess:
        return None
