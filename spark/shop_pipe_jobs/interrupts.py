"""SIGTERM and SIGINT become an exception in the main thread, but for the moments that must not be cut in two."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from shop_pipe_jobs.errors import Interrupted


class Interrupts:
    def __init__(self) -> None:
        self._shielded = False

    def install(self) -> None:
        """To be called in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if not self._shielded:
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
