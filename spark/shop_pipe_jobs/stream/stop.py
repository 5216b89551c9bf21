"""SIGTERM and SIGINT ask the stream to end after the batch under way, in Python and in its JVM alike."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pyspark.java_gateway import ensure_callback_server_started

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(Exception):
    """A stop was asked for, so that something that was waited for is given up."""


class Stop:
    """A flag that is raised once, and what to do then."""

    def __init__(self) -> None:
        self._raised = threading.Event()
        self._then: Callable[[], None] = lambda: None

    @property
    def requested(self) -> bool:
        return self._raised.is_set()

    def request(self) -> None:
        self._raised.set()
        self._then()

    def then(self, action: Callable[[], None]) -> None:
        """Calls `action`, in whatever thread, once a stop is asked for: at once where it was."""
        self._then = action
        if self.requested:
            action()

    def wait(self, seconds: float) -> None:
        """Waits; raises Stopped as soon as a stop is asked for."""
        if self._raised.wait(seconds):
            raise Stopped


def take_signals(stop: Stop) -> None:
    """To be called before other threads start: they inherit that signals are held back, for a thread that takes them.

    A handler would run between any two instructions of the main thread, and could not touch a lock. The second signal
    ends the process where it is, which is safe at any time.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    # A JVM that ignores them hands that down, and an ignored signal need not reach sigwait.
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)

    def take() -> None:
        signal.sigwait(_SIGNALS)
        stop.request()
        os._exit(128 + signal.sigwait(_SIGNALS))

    threading.Thread(target=take, name="signals", daemon=True).start()


def take_signals_of_jvm(gateway: Any, stop: Stop) -> None:
    """Signals go to the process group or to spark-submit alone: a JVM that obeys them would cut a batch in two."""
    ensure_callback_server_started(gateway)  # type: ignore[no-untyped-call]
    handler = _JvmSignals(stop)
    for number in _SIGNALS:
        # A JVM with -Xrs leaves signals alone.
        with suppress(Exception):
            gateway.jvm.sun.misc.Signal.handle(gateway.jvm.sun.misc.Signal(number.name.removeprefix("SIG")), handler)


class _JvmSignals:
    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def handle(self, _signal: Any) -> None:
        self._stop.request()

    class Java:
        implements = ("sun.misc.SignalHandler",)
