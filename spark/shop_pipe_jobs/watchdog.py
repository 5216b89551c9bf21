"""Ends the job when who started it is gone: a killed command line must leave no job running."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A process by id and start time (field 22 of /proc/PID/stat, clock ticks since boot): ids alone are reused."""

    pid: int
    start_time: str

    def lives(self) -> bool:
        """False for a zombie too. Without /proc (macOS) the id alone has to do."""
        try:
            with open(f"/proc/{self.pid}/stat", encoding="utf-8", errors="replace") as file:
                # The command name, in parentheses, may itself hold blanks and parentheses.
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            return _signalable(self.pid) if not os.path.isdir("/proc/self") else False
        state, start_time = fields[0], fields[19]
        return state != "Z" and start_time == self.start_time


def _signalable(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def watch(parent: Process | None, gone: Callable[[str], None], *, seconds: float = 1.0) -> None:
    """Calls `gone` with the reason, in a daemon thread, once `parent` or the process that spawned us has ended."""
    spawned_by = os.getppid()

    def poll() -> None:
        while True:
            if parent is not None and not parent.lives():
                return gone(f"the process that asked for it (pid {parent.pid}) is gone")
            if os.getppid() != spawned_by:
                return gone("the Spark driver that ran it is gone")
            time.sleep(seconds)

    threading.Thread(target=poll, name="watchdog", daemon=True).start()
