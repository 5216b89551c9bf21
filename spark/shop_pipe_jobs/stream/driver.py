"""The stream from the claim to the stop: query after query, each of which starts at the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

from pyspark.sql import SparkSession

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.events import Sink
from shop_pipe_jobs.stream import source
from shop_pipe_jobs.stream.batch import Batches, Drained, NewPartitions, TopicReplaced, Work, reached
from shop_pipe_jobs.stream.books import Books
from shop_pipe_jobs.stream.config import StreamConfig
from shop_pipe_jobs.stream.failure import is_of_kafka
from shop_pipe_jobs.stream.faults import Faults
from shop_pipe_jobs.stream.heartbeat import Status
from shop_pipe_jobs.stream.kafka import KafkaGone, Topic
from shop_pipe_jobs.stream.ledger import TopicState
from shop_pipe_jobs.stream.merge import StageLost
from shop_pipe_jobs.stream.query import Query, prepare
from shop_pipe_jobs.stream.stop import Stop, Stopped
from shop_pipe_jobs.stream.waiting import Waiting, delays

# A stop waits so long for the batch under way, seconds. After that the job leaves, which undoes the batch.
LAST_BATCH_S = 15.0

# Queries that failed one after the other without a commit, for no reason that a look at Kafka shows.
MOST_FAILURES = 8


class Driver:
    def __init__(self, config: StreamConfig, gateway: Any, emit: Sink, stop: Stop, faults: Faults) -> None:
        self._config = config
        self._emit = emit
        self._stop = stop
        self._faults = faults
        # Why the query under way ends; the first word counts.
        self._ends: SimpleQueue[BaseException] = SimpleQueue()
        self._superseded: JobError | None = None
        self._status = Status(config.target, emit, self._give_up)
        self._waiting = Waiting(self._status, stop)
        self._books = Books(config, self._status, self._waiting)
        self._topic = Topic(gateway, config.kafka, config.topic)
        self._until: Mapping[int, int] | None = None

    def run(self, session: Future[SparkSession]) -> None:
        """Streams until a stop is asked for or, with `drain`, all is read. Raises what ends it otherwise."""
        self._status.start()
        self._stop.then(lambda: self._ends.put(Stopped()))
        try:
            self._books.open()
            self._stream(session)
        except Stopped:
            pass
        except BaseException as error:
            self._books.close("failed", _line(error))
            raise
        self._status.say("stopping")
        self._books.close("stopped", None)
        self._status.say("stopped")

    def _stream(self, session: Future[SparkSession]) -> None:
        """One query after the other."""
        pauses, failures = delays(), 0
        while True:
            topic = self._topic_state()
            offsets = self._books.claim_stream(topic)
            if self._config.drain and self._until is None:
                self._until = {partition: latest for partition, (_, latest) in topic.partitions.items()}
            if reached(offsets, self._until):
                return
            end, committed = self._query(session.result(), topic, offsets)
            if isinstance(end, (Stopped, Drained)):
                return
            if committed:
                pauses, failures = delays(), 0
            self._wait(end, failures)
            if failures > 0:
                self._stop.wait(next(pauses))
            failures += 1

    def _wait(self, end: BaseException, failures: int) -> None:
        """Says what the next query has to wait for. Raises `end` where nothing is to be waited for."""
        if isinstance(end, (NewPartitions, TopicReplaced, StageLost)):
            return
        reason = self._books.gone(end)
        if reason is None and (isinstance(end, KafkaGone) or is_of_kafka(end)):
            # Away, or it lost what we were about to read: the next look at topic and ledger says which.
            reason = f"reading from Kafka at {self._config.kafka} failed"
            if failures >= MOST_FAILURES and self._kafka_answers():
                reason = None
        if reason is None:
            raise end
        self._status.say("waiting", reason)

    def _query(self, spark: SparkSession, topic: TopicState, offsets: Mapping[int, int]) -> tuple[BaseException, int]:
        """Runs a query until something ends it: that, and how many batches were committed."""
        # What the query before may still have to say is of no interest.
        ends = self._ends = SimpleQueue()
        if self._stop.requested:
            raise Stopped
        if self._superseded:
            raise self._superseded
        prepare(spark)
        source.register_reader(spark)
        work = Work(self._config, self._books, self._topic, self._faults, self._emit)
        query = Query(spark)
        batches = Batches(work, topic, offsets, until=self._until, entry=query.offset_log, ended=ends.put)
        query.start(source.events(spark, self._config, offsets), batches, ends.put)
        self._status.say("running")
        end = ends.get()
        if isinstance(end, Stopped):
            self._status.say("stopping")
        self._finish(batches)
        query.stop()
        return end, batches.committed

    def _finish(self, batches: Batches) -> None:
        """Waits for the batch under way; raises Stopped where it takes too long after a stop was asked for."""
        left = LAST_BATCH_S
        while not batches.finish(0.5):
            if self._stop.requested:
                left -= 0.5
            if left <= 0:
                # Its session is in use: what is done in there ends with the process.
                self._books.forsake()
                raise Stopped

    def _give_up(self, error: JobError) -> None:
        self._superseded = error
        self._ends.put(error)

    def _topic_state(self) -> TopicState:
        """Waits for Kafka. Raises JobError where it has no such topic, or refuses us."""
        for _ in range(3):
            state = self._waiting.until(self._topic.state, _kafka_is_gone)
            if state is not None:
                return state
            # A broker that has just come up may not know all of its topics yet.
            self._stop.wait(0.5)
        raise JobError(
            "environment",
            "topic_missing",
            f"Kafka at {self._config.kafka} has no topic {self._config.topic}",
            "shop-pipe up",
        )

    def _kafka_answers(self) -> bool:
        try:
            return self._topic.state() is not None
        except KafkaGone:
            return False


def _kafka_is_gone(error: Exception) -> str | None:
    return str(error) if isinstance(error, KafkaGone) else None


def _line(error: BaseException) -> str:
    return f"{error.code}: {error.message}" if isinstance(error, JobError) else type(error).__name__
