"""Who a temporary thing belongs to, so that a later run can tell what a dead one left behind."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def current_owner() -> str:
    """This process as `HOST:PID:START`, fit for a label or a file name."""
    return f"{_host()}:{os.getpid()}:{_start_time(os.getpid()) or 0}"


def is_dead(owner: str) -> bool:
    """Whether `owner` was a process of this machine that is no more.

    False where it can't be told: another machine's, or a text of another form.
    """
    host, _, rest = owner.partition(":")
    pid, _, started = rest.partition(":")
    if host != _host() or not pid.isdecimal() or not started.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    now = _start_time(int(pid))
    return now is not None and started != "0" and now != int(started)


@cache
def _host() -> str:
    """The machine and, as containers share its name at times, the namespace that PIDs count in."""
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        namespace = "0"
    return f"{socket.gethostname().replace(':', '_').replace('/', '_')}+{namespace}"


def _start_time(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat (proc(5)): start time in ticks; None where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    return int(stat.rpartition(b")")[2].split()[19])
