"""What a job says while it runs: one JSON object per line of stdout, told from everything else by a prefix."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

PREFIX = "@shop-pipe "

Event = Mapping[str, object]
Sink = Callable[[Event], None]

_lock = threading.Lock()


def to_stdout(event: Event) -> None:
    """Writes one event. A reader that is gone is no reason to fail: the watchdog decides about that."""
    line = PREFIX + json.dumps(event, separators=(",", ":"), ensure_ascii=True, default=str)
    with _lock:
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except OSError:
            pass


class Progress:
    """Times the stages of a job and tells a sink about them.

    Events: `begin` {name, label}, `stage` {name, label, seconds} when it is done, `progress` {label}.
    """

    def __init__(self, sink: Sink) -> None:
        self.emit = sink
        self.seconds: dict[str, float] = {}

    def say(self, message: str) -> None:
        self.emit({"event": "progress", "label": message})

    @contextmanager
    def stage(self, name: str, label: str) -> Iterator[None]:
        self.emit({"event": "begin", "name": name, "label": label})
        started = time.monotonic()
        yield
        elapsed = round(time.monotonic() - started, 3)
        self.seconds[name] = elapsed
        self.emit({"event": "stage", "name": name, "label": label, "seconds": elapsed})
