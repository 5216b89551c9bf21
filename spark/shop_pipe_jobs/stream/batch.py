"""What foreachBatch does: stage a batch, and merge it while Spark goes on to stage the next one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import DataFrame

from shop_pipe_jobs.events import Sink
from shop_pipe_jobs.stream.books import Books
from shop_pipe_jobs.stream.config import StreamConfig
from shop_pipe_jobs.stream.faults import Faults
from shop_pipe_jobs.stream.kafka import Topic
from shop_pipe_jobs.stream.ledger import TopicState
from shop_pipe_jobs.stream.merge import Staged, merge
from shop_pipe_jobs.stream.planned import Range, end_offsets, messages, ranges
from shop_pipe_jobs.stream.report import batch_event
from shop_pipe_jobs.stream.stages import STAGES
from shop_pipe_jobs.stream.staging import stage

# Up to so many messages one task reads all partitions: starting a second one costs more than it gains.
SMALL_BATCH = 2_000


class TopicReplaced(Exception):
    """Between the read and the commit the topic was deleted, or made again."""


class NewPartitions(Exception):
    """The topic has partitions that the ledger does not know yet."""


class Drained(Exception):
    """All that was to be read is committed."""


@dataclass(frozen=True)
class Work:
    """What batches need of the rest of the job."""

    config: StreamConfig
    books: Books
    topic: Topic
    faults: Faults
    emit: Sink


class Batches:
    """Those of one query. Spark believes that a batch is done when it is staged: its checkpoint is nobody's truth.

    Never raises into Spark, which would log pages: says why it ended, and does nothing from then on.
    """

    def __init__(
        self,
        work: Work,
        state: TopicState,
        start: Mapping[int, int],
        *,
        until: Mapping[int, int] | None,
        entry: Callable[[int], str],
        ended: Callable[[BaseException], None],
    ) -> None:
        """`start`: what the ledger says. `until`: offsets after which to end. `entry`: a batch's in the offset log."""
        self._work = work
        self._state = state
        self._staged_up_to = dict(start)
        self._until = until
        self._entry = entry
        self._ended = ended
        self._over = False
        # Held while a batch is being staged.
        self._gate = threading.Lock()
        self._merger = ThreadPoolExecutor(1, thread_name_prefix="merge")
        self._merging: Future[None] | None = None
        self.committed = 0

    def __call__(self, frame: DataFrame, batch: int) -> None:
        with self._gate:
            if self._over:
                return
            try:
                began = time.monotonic()
                planned = self._plan(batch)
                small = messages(planned) <= SMALL_BATCH
                # The one that is not being merged: at most one batch is ahead of the merge.
                table = STAGES[batch % len(STAGES)]
                staged = stage(frame.coalesce(1) if small else frame, self._work.config.target, table)
                seconds = time.monotonic() - began
                self._wait()
                self._merging = self._merger.submit(self._merge, staged, planned, began, seconds)
            except BaseException as error:
                self._end(error)

    def finish(self, timeout_s: float) -> bool:
        """Waits for what is under way and lets nothing else begin; False where that takes too long so far."""
        deadline = time.monotonic() + timeout_s
        if not self._gate.acquire(timeout=timeout_s):
            return False
        try:
            self._wait(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            return False
        finally:
            self._over = True
            self._gate.release()
            self._merger.shutdown(wait=False)
        return True

    def _plan(self, batch: int) -> dict[int, Range]:
        end = end_offsets(self._entry(batch), self._work.topic.name)
        if not end.keys() <= self._staged_up_to.keys():
            raise NewPartitions
        planned = ranges(self._staged_up_to, end)
        self._staged_up_to.update(end)
        return planned

    def _wait(self, timeout_s: float | None = None) -> None:
        if self._merging is not None:
            self._merging.result(timeout_s)

    def _merge(self, staged: Staged, planned: Mapping[int, Range], began: float, seconds: float) -> None:
        if self._over:
            return
        try:
            self._commit(staged, planned, began, seconds)
        except BaseException as error:
            self._end(error)

    def _commit(self, staged: Staged, planned: Mapping[int, Range], began: float, seconds: float) -> None:
        work = self._work
        # Were the topic made again, the same offsets would mean other messages.
        if work.topic.identity() != self._state.topic_id:
            raise TopicReplaced
        work.faults.reach("after_stage")
        merged = merge(
            work.books.connection,
            work.books.held,
            staged,
            planned,
            work.config.timezone,
            faults=work.faults,
            seconds_staged=seconds,
        )
        self.committed += 1
        if merged.batch_id is not None:
            took = {"stage": seconds, "merge": merged.seconds, "total": time.monotonic() - began}
            work.emit(batch_event(merged, took))
        if reached(merged.committed, self._until):
            raise Drained

    def _end(self, error: BaseException) -> None:
        self._over = True
        self._ended(error)


def reached(offsets: Mapping[int, int], until: Mapping[int, int] | None) -> bool:
    return until is not None and all(offsets.get(partition, 0) >= offset for partition, offset in until.items())
