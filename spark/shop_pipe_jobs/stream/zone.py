"""The zone whose days and hours the rollups, the marks and the curated tables have: one for all of them."""

from __future__ import annotations

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection


def settle_zone(connection: Connection, zone: str) -> None:
    """In the transaction of a merge, before it changes an order: makes the rollups anew where theirs is another zone.

    Raises JobError data `timezone_changed` where the curated days are those of another: the days that the stream marks
    would not be theirs.
    """
    row = connection.execute(
        """
        select
          (select value #>> '{}' from ops.settings where name = 'live_timezone'),
          (select value #>> '{}' from ops.settings where name = 'timezone' and exists (select from ops.curated_days))
        """
    ).fetchone()
    assert row is not None
    of_rollups, of_curated = row
    if of_curated not in (None, zone):
        raise JobError(
            "data",
            "timezone_changed",
            f"the curated days are days in {of_curated}, not in {zone}",
            f"shop-pipe etl run --full (rebuilds everything), or set SHOP_TIMEZONE={of_curated}",
        )
    if of_rollups != zone:
        connection.execute("select live.rebuild(%s)", (zone,))
