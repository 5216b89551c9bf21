from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

from shop_pipe_jobs.watchdog import Process, watch


def _identity(pid: int) -> Process:
    return Process(pid, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_a_process_is_told_by_pid_and_start_time() -> None:
    mine = _identity(os.getpid())
    assert mine.lives()
    assert not replace(mine, start_time="1").lives()


def test_gone_is_said_once_the_parent_has_ended() -> None:
    said: list[str] = []
    event = threading.Event()

    def gone(reason: str) -> None:
        said.append(reason)
        event.set()

    with subprocess.Popen(["sleep", "600"]) as process:
        identity = _identity(process.pid)
        watch(identity, gone, seconds=0.02)
        assert identity.lives()
        process.kill()
        # Not yet reaped: a zombie counts as gone.
        assert event.wait(20)
        assert not identity.lives()
    assert said == [f"the process that asked for it (pid {identity.pid}) is gone"]
