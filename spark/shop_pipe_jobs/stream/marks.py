"""ops.changed_days: which business days the batch of the ETL has to rebuild."""

from __future__ import annotations

from shop_pipe_jobs.postgres import Connection

_DAYS = """
select ops.business_day(instant, %(zone)s) as day
from (
  select order_timestamp as instant from stream_winner
  union
  select order_timestamp from stream_line where sign = -1
) as touched
group by day
order by day
"""

# The stream's mark of a day gets a new id: a run that saw the old one does not delete it. Such a run may be about to do
# that, in a transaction that goes on: its marks are passed over, and the day gets one more.
_MARK = """
with
free as (
  select mark_id
  from ops.changed_days
  where stream = %(stream)s and order_date = any(%(days)s::date[])
  for update skip locked
),
renewed as (
  update ops.changed_days
  set mark_id = default, marked_at = now()
  from free
  where changed_days.mark_id = free.mark_id
  returning order_date
)
insert into ops.changed_days (order_date, stream)
select day, %(stream)s
from unnest(%(days)s::date[]) as day
where day not in (select order_date from renewed)
order by day
"""


def mark_days(connection: Connection, stream: str, zone: str) -> None:
    """Marks the days that orders left, came to or stayed in. To be called once all rows of the batch are written."""
    days = [day for (day,) in connection.execute(_DAYS, {"zone": zone}).fetchall()]
    connection.execute(_MARK, {"stream": stream, "days": days})
