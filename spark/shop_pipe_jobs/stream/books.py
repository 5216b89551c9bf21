"""The session that holds the stream: its lock, its claim, its merges; opened again where it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psycopg

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.config import StreamConfig
from shop_pipe_jobs.stream.failure import answers, postgres_is_gone
from shop_pipe_jobs.stream.heartbeat import Status
from shop_pipe_jobs.stream.ledger import Claim, TopicState, claim, release, renew
from shop_pipe_jobs.stream.waiting import Waiting

APPLICATION = "shop-pipe stream"


class Books:
    def __init__(self, config: StreamConfig, status: Status, waiting: Waiting) -> None:
        self._config = config
        self._status = status
        self._waiting = waiting
        self._connection: Connection | None = None
        self.claim: Claim | None = None

    @property
    def connection(self) -> Connection:
        assert self._connection is not None
        return self._connection

    @property
    def held(self) -> Claim:
        assert self.claim is not None
        return self.claim

    def open(self) -> None:
        """Connects, and waits for a Postgres that is away. Raises JobError, Stopped."""
        self._waiting.until(self._connect, self.gone)

    def claim_stream(self, topic: TopicState) -> Mapping[int, int]:
        """Makes the stream ours (again): the next offset per partition. Raises JobError, Stopped."""
        return self._waiting.until(lambda: self._claim(topic), self.gone)

    def gone(self, error: BaseException) -> str | None:
        """Why to wait and try again after `error`; None where Postgres is not what is away."""
        return postgres_is_gone(error, self._connection, self._config.target)

    def forsake(self) -> None:
        """Never touches the session again: someone else is stuck in it."""
        self._connection = None

    def close(self, state: str, detail: str | None) -> None:
        """Lets go of the stream; best effort: whoever comes next sees that our session is gone."""
        self._status.quiet()
        if self.claim is not None and self._connection is not None:
            with suppress(psycopg.Error, JobError):
                release(self._connection, self.claim, state, detail)
        self._disconnect()

    def _claim(self, topic: TopicState) -> Mapping[int, int]:
        self._renew()
        with self._status.claiming() as claimed:
            # It is ours already when this is not the first time.
            take_over = self._config.take_over and self.claim is None
            self.claim, offsets = claim(self.connection, self._config.stream, topic, take_over=take_over)
            claimed(self.claim)
        return offsets

    def _renew(self) -> None:
        """A working session; one that is new has the lock again, where we had it."""
        if self._connection is not None and answers(self._connection):
            return
        self._connect()
        if self.claim is not None:
            try:
                renew(self.connection, self.claim)
            except BaseException:
                self._disconnect()
                raise

    def _connect(self) -> None:
        self._disconnect()
        self._connection = self._config.target.connect(APPLICATION)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()
