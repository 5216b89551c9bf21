"""Empties a stage after a commit. No merge reads what another write left, so nothing depends on it."""

from __future__ import annotations

from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.stages import of_stage

# Up to this size of a stage the rows of a batch are deleted, and later scans step over what is left. From it on the
# table is emptied as a whole, with the rows of writes that came to nothing. A driver fills the other stage meanwhile;
# where a write that is still to be merged is in this one, its merge finds the rows gone, and they are written again.
LARGEST_STAGE = 8 * 1024 * 1024


def sweep(connection: Connection, write_id: str, stage: str) -> None:
    """Deletes the rows of a write that was merged; `connection` is outside of a transaction."""
    with connection.transaction():
        row = connection.execute("select pg_table_size(%s::regclass)", (stage,)).fetchone()
        if row and row[0] > LARGEST_STAGE:
            # Autovacuum or a write may hold it: the next batch tries again.
            connection.execute("set local lock_timeout = '10ms'")
            connection.execute(of_stage("truncate stream_stage.events", stage))
        else:
            connection.execute(of_stage("delete from stream_stage.events where pgcopy_write = %s", stage), (write_id,))
