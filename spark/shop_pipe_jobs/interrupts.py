"""SIGTERM and SIGINT become an exception in the main thread, but for the moments that must not be cut in two."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from shop_pipe_jobs.errors import Interrupted


class Interrupts:
    def __init__(self) -> None:
        self._shielded = False
        self._raised = threading.Event()

    @property
    def raised(self) -> bool:
        """Whether the main thread is on its way out of an interrupt."""
        return self._raised.is_set()

    def install(self) -> None:
        """To be called in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        # The first one counts: spark-submit repeats to us what its process group was told, and that must not cut short
        # what is said of the first. Whoever has no patience kills.
        if self._shielded or self.raised:
            return
        self._raised.set()
        # py4j would log a stack trace of each call that we leave.
        logging.disable()
        raise Interrupted(signal.Signals(number).name, 128 + number)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """A signal that arrives inside is dropped: what is done by then is done, and the job is at its end."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
