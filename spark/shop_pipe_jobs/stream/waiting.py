"""Waits for what is away, visibly and for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from shop_pipe_jobs.stream.heartbeat import Status
from shop_pipe_jobs.stream.stop import Stop

T = TypeVar("T")

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 10.0


def delays() -> Iterator[float]:
    delay = FIRST_DELAY_S
    while True:
        yield delay
        delay = min(2 * delay, LONGEST_DELAY_S)


class Waiting:
    def __init__(self, status: Status, stop: Stop) -> None:
        self._status = status
        self._stop = stop

    def until(self, attempt: Callable[[], T], gone: Callable[[Exception], str | None]) -> T:
        """Tries until it works. `gone` says what is away (None: that error is final). Raises it, or Stopped."""
        before = self._status.state
        for delay in delays():
            try:
                result = attempt()
            except Exception as error:
                reason = gone(error)
                if reason is None:
                    raise
                self._status.say("waiting", reason)
                self._stop.wait(delay)
            else:
                if self._status.state == "waiting" and before != "waiting":
                    self._status.say(before)
                return result
        raise AssertionError
