"""What the stream is doing, as events and in its row of ops.streams, where others see whether it lives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import psycopg

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.events import Sink
from shop_pipe_jobs.postgres import Connection, PostgresTarget
from shop_pipe_jobs.stream.ledger import Claim, heartbeat

State = Literal["starting", "running", "waiting", "stopping", "stopped"]

# Seconds; others take a stream over whose heartbeat is 20 s old.
INTERVAL_S = 4.0

APPLICATION = "shop-pipe stream heartbeat"


class Status:
    """A thread with a connection of its own: a merge, or a database that does not answer, holds up neither."""

    def __init__(self, target: PostgresTarget, emit: Sink, superseded: Callable[[JobError], None]) -> None:
        self.state: State = "starting"
        self._detail: str | None = None
        self._target = target
        self._emit = emit
        self._superseded = superseded
        self._claim: Claim | None = None
        self._news = threading.Event()
        self._quiet = False
        self._connection: Connection | None = None

    def start(self) -> None:
        self._emit_state()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def say(self, state: State, detail: str | None = None) -> None:
        """Emits a `state` event where it is news, and writes it down soon."""
        if (state, detail) != (self.state, self._detail):
            self.state, self._detail = state, detail
            self._emit_state()
            self._news.set()

    def _emit_state(self) -> None:
        self._emit({"event": "state", "state": self.state, "detail": self._detail})

    @contextmanager
    def claiming(self) -> Iterator[Callable[[Claim], None]]:
        """No heartbeat counts while the epoch changes; takes the new claim."""
        before, self._claim = self._claim, None
        claims: list[Claim] = []
        try:
            yield claims.append
        finally:
            self._claim = claims[-1] if claims else before
            self._news.set()

    def quiet(self) -> None:
        """No more heartbeats."""
        self._claim = None
        self._quiet = True
        self._news.set()

    def _beat(self) -> None:
        while not self._quiet:
            self._news.wait(INTERVAL_S)
            self._news.clear()
            claim = self._claim
            # `stopping` is for who looks on; the row says `running` until it says `stopped`.
            if claim is None or self.state in ("stopping", "stopped"):
                continue
            try:
                heartbeat(self._open(), claim, self.state, self._detail)
            except JobError as error:
                if self._claim is claim:
                    self._quiet = True
                    self._superseded(error)
            except psycopg.errors.LockNotAvailable:
                # A merge is about to commit: that shows life as well.
                pass
            except psycopg.Error:
                # Whoever needs Postgres for more than this says that it is gone.
                self._close()
        self._close()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._target.connect(APPLICATION)
            self._connection.execute("set lock_timeout = '2s'; set statement_timeout = '5s'")
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()
