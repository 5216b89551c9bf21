"""The merge: one transaction that takes a staged batch into the shop, rollups and books, or leaves all as it was."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import TransactionStatus

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream import marks, prune, rejects, rollups, scratch, write_orders, zone
from shop_pipe_jobs.stream.classify import CLASSIFY
from shop_pipe_jobs.stream.faults import NO_FAULTS, Faults
from shop_pipe_jobs.stream.ledger import Claim
from shop_pipe_jobs.stream.stages import FIRST_STAGE, of_stage
from shop_pipe_jobs.stream.sweep import sweep
from shop_pipe_jobs.stream.trim import Ranges, Trimmed, advance_ledger, bigints, lock_ledger

__all__ = ["Merged", "StageLost", "Staged", "merge"]

# What another writer of the shop (a seed, say) can do to a merge; the next attempt sees what it wrote.
_PASSING = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.UniqueViolation,
    psycopg.errors.ForeignKeyViolation,
)
_ATTEMPTS = 3


@dataclass(frozen=True)
class Staged:
    """Rows in one of `STAGES`: those of one write, of the tasks whose attempt counts."""

    write_id: str
    tasks: tuple[int, ...]
    rows: int
    table: str = FIRST_STAGE


@dataclass(frozen=True)
class Merged:
    """A committed batch. Without `batch_id` it was committed before: its numbers are in ops.stream_batches."""

    batch_id: int | None
    read: int = 0
    applied: int = 0
    superseded: int = 0
    stale: int = 0
    duplicate: int = 0
    rejected: int = 0
    skipped: int = 0
    # The ledger's next offset of every partition.
    committed: dict[int, int] = field(default_factory=dict)
    # Messages by bucket of latency.py.
    latency: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


class StageLost(Exception):
    """The stage does not have what was written: Postgres crashed since, which empties it. To be written again."""


def merge(
    connection: Connection,
    claim: Claim,
    staged: Staged,
    planned: Ranges,
    timezone: str,
    *,
    faults: Faults = NO_FAULTS,
    seconds_staged: float = 0,
) -> Merged:
    """Takes a batch in, and advances the ledger by it; `connection` is of role shop_stream, outside of a transaction.

    `planned`: the range of offsets [first, next) of each partition that the batch reads from. What of it the ledger has
    already is passed over. Raises StageLost; JobError environment `superseded`, data `gap`, or bug `rows_outside_plan`;
    psycopg.OperationalError where the session is broken, or was: it may have ended after the last commit, unnoticed.
    Nothing has changed then.
    """
    if connection.broken:
        raise psycopg.OperationalError("the connection is closed")
    assert connection.info.transaction_status == TransactionStatus.IDLE
    started = time.monotonic()
    for attempt in range(_ATTEMPTS):
        try:
            with connection.transaction():
                merged = _merge(
                    connection,
                    claim,
                    staged,
                    planned,
                    timezone=timezone,
                    started=started,
                    seconds_staged=seconds_staged,
                )
                faults.reach("before_commit")
            break
        except _PASSING:
            if attempt == _ATTEMPTS - 1:
                raise
    faults.reach("after_commit")
    # What is left to do is no part of the batch, and must not look like its failure.
    with suppress(psycopg.Error):
        sweep(connection, staged.write_id, staged.table)
        if merged.batch_id is not None and merged.batch_id % prune.EVERY == 0:
            prune.prune(connection, claim.stream)
    return merged


def _merge(
    connection: Connection,
    claim: Claim,
    staged: Staged,
    planned: Ranges,
    *,
    timezone: str,
    started: float,
    seconds_staged: float,
) -> Merged:
    connection.execute(_SETTINGS)
    scratch.prepare(connection)
    trimmed = lock_ledger(connection, claim, planned)
    if trimmed.nothing_left:
        return Merged(None, committed=dict(trimmed.committed))
    counts, fates = _classify(connection, staged, trimmed)
    if counts["applied"]:
        _apply(connection, fates, timezone, staged.table)
        marks.mark_days(connection, claim.stream, timezone)
    if counts["rejected"]:
        rejects.keep(connection, claim.stream, staged.table)
    seconds = {"stage": seconds_staged, "merge": time.monotonic() - started}
    batch_id, latency = advance_ledger(connection, claim, trimmed, counts, seconds)
    return Merged(batch_id, **counts, committed=trimmed.reached, latency=latency, seconds=time.monotonic() - started)


# The planner knows nothing of a batch, and what it knows of the shop may be old: as long as rows are looked up one by
# one, only indexes will do. Costs are without meaning then, so that nothing may be decided by them, jit above all.
_SETTINGS = """
select
  set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true),
  set_config('enable_material', 'off', true),
  set_config('enable_bitmapscan', 'off', true),
  set_config('enable_seqscan', 'off', true),
  set_config('jit', 'off', true),
  set_config('work_mem', '64MB', true),
  set_config('lock_timeout', '60s', true)
"""


def _classify(connection: Connection, staged: Staged, trimmed: Trimmed) -> tuple[dict[str, int], dict[str, int]]:
    """The batch's counts, and how many orders have which fate."""
    row = connection.execute(
        of_stage(CLASSIFY, staged.table),
        {"write_id": staged.write_id, "tasks": bigints(staged.tasks), **trimmed.bounds()},
    ).fetchone()
    assert row is not None
    partitions, unknown, superseded, stale, duplicate, new, same, moved = row
    found = sum(rows for rows, *_ in partitions.values())
    if found != staged.rows:
        raise StageLost(f"{staged.rows} rows were staged, {found} are there")
    read = 0
    for partition, (_, outside, taken, _) in partitions.items():
        first, following = trimmed.ranges.get(int(partition), (0, 0))
        if outside or taken > following - first:
            raise JobError(
                "bug",
                "rows_outside_plan",
                f"the stage has messages of partition {partition} that are not of the batch: {outside} outside of it,"
                f" {taken} in a range of {following - first}",
            )
        read += taken
    counts = {
        "read": read,
        "applied": new + moved + same,
        "superseded": superseded,
        "stale": stale,
        "duplicate": duplicate,
        "rejected": unknown + sum(malformed for *_, malformed in partitions.values()),
        "skipped": trimmed.offsets - read,
    }
    return counts, {"n": new, "m": moved, "s": same}


def _apply(connection: Connection, fates: Mapping[str, int], timezone: str, stage: str) -> None:
    zone.settle_zone(connection, timezone)
    if fates["n"] or fates["m"]:
        connection.execute(of_stage(write_orders.CUSTOMERS, stage))
    connection.execute("set local enable_seqscan = on")
    if fates["m"]:
        # Planned each time: a plan that is kept could be of the day when shop.orders was small.
        connection.execute(write_orders.LINES_BEFORE, prepare=False)
    if fates["n"] or fates["m"]:
        connection.execute(write_orders.LINES_AFTER)
        connection.execute(write_orders.INSERT)
        connection.execute(rollups.HOURLY, {"zone": timezone})
        connection.execute(rollups.DAILY_PRODUCT, {"zone": timezone})
    if fates["s"]:
        connection.execute(write_orders.UPDATE, prepare=False)
