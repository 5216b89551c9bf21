"""One call of the shop-pipe command line, as a child process."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

Document = dict[str, Any]

# `etl run` gives Spark 20 s to end before it kills it.
GRACE_SECONDS = 30.0

WRONG_USAGE = 2


class CallFailed(Exception):
    """The command line could not do its work. The message is that of its error document, with what to do about it."""

    def __init__(self, message: str, *, code: str | None, exit_code: int) -> None:
        super().__init__(message)
        self.code = code
        self.exit_code = exit_code


class ShopPipeProcess:
    """Runs `command`, which prints one JSON document, in a process group of its own.

    :param command: program and arguments; no shell looks at them.
    :param env: the whole environment of the child.
    :param cwd: its working folder.
    :param on_line: called with each line of its standard error as it comes, in another thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | None = None,
        on_line: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._command = list(command)
        self._env = dict(env)
        self._cwd = cwd
        self._on_line = on_line
        self._child: subprocess.Popen[bytes] | None = None
        self._exit_code: int | None = None
        self._stopping = False
        self._tail: deque[str] = deque(maxlen=5)

    def run(self) -> Document:
        """Waits for the child and returns its document.

        :raises CallFailed: for an exit code other than 0, or where it printed anything but one document.
        """
        output: list[bytes] = []
        libc = _libc()
        parent = os.getpid()
        self._child = child = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env,
            cwd=self._cwd,
            # No thread runs yet; Python 3.10 has no `process_group`.
            preexec_fn=lambda: _alone(libc, parent),  # noqa: PLW1509
        )
        assert child.stdout is not None
        assert child.stderr is not None
        readers = [
            _thread(self._read_output, child.stdout, output),
            _thread(self._read_lines, child.stderr),
        ]
        waiter = _thread(self._wait)
        try:
            # Interrupted by on_kill's signal and by the alarm of an execution timeout, which a wait of Popen's own
            # would hold off.
            waiter.join()
        finally:
            self.stop()
        for reader in readers:
            # Something that the child left in the background may hold the other end.
            reader.join(timeout=2)
        return self._document(b"".join(output))

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ends the child and its group: SIGTERM, SIGKILL after `grace` seconds. A signal handler may call it."""
        child = self._child
        if child is None or self._exit_code is not None:
            return
        if not self._stopping:
            self._stopping = True
            _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        # No lock is taken: whoever was interrupted may hold it.
        while self._exit_code is None and time.monotonic() < deadline:
            time.sleep(0.05)
        # All of it, or what the child left behind.
        _signal_group(child.pid, signal.SIGKILL)

    def _wait(self) -> None:
        assert self._child is not None
        self._exit_code = self._child.wait()

    def _read_output(self, stream: IO[bytes], output: list[bytes]) -> None:
        for chunk in iter(lambda: stream.read1(1 << 16), b""):  # type: ignore[attr-defined]
            output.append(chunk)

    def _read_lines(self, stream: IO[bytes]) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            if line:
                self._tail.append(line)
                self._on_line(line)

    def _document(self, output: bytes) -> Document:
        code = self._exit_code
        assert code is not None
        document = _parsed(output)
        name = " ".join(self._command)
        if self._stopping:
            raise CallFailed(f"{name} was stopped", code="interrupted", exit_code=code)
        error = document.get("error") if document else None
        if isinstance(error, dict) and "message" in error:
            remedy = error.get("suggestion")
            said = f"{error['message']} (try: {remedy})" if remedy else str(error["message"])
            raise CallFailed(said, code=error.get("code"), exit_code=code)
        if code != 0:
            what = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            tail = f": {' | '.join(self._tail)}" if self._tail else ""
            raise CallFailed(f"{name} {what}{tail}", code=None, exit_code=code)
        if document is None:
            said = output.decode("utf-8", "replace")[:200]
            raise CallFailed(f"{name} printed no JSON document: {said!r}", code="no_document", exit_code=code)
        return document


def _parsed(output: bytes) -> Document | None:
    try:
        document = json.loads(output)
    except ValueError:
        return None
    return document if isinstance(document, dict) else {"items": document}


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def _signal_group(group: int, which: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, which)


_PR_SET_PDEATHSIG = 1


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


def _alone(libc: ctypes.CDLL | None, parent: int) -> None:
    """In the child: a group of its own, and SIGTERM when the task's process is killed and cannot stop it any more."""
    os.setpgid(0, 0)
    if libc is not None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
