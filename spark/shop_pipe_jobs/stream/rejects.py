"""ops.rejects: what the batch refused, as it came."""

from __future__ import annotations

from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.stages import of_stage

_KEEP = """
insert into ops.rejects (
  source, position, reason, payload, message_key, kafka_partition, kafka_offset, produced_at
)
select
  streams.topic,
  format('partition %%s offset %%s', stage.partition, stage."offset"),
  stream_refused.reason,
  coalesce(stage.payload, ''),
  stage.key,
  stage.partition,
  stage."offset",
  stage.produced_at
from stream_refused
join stream_stage.events as stage on stage.ctid = stream_refused.tid
cross join ops.streams
where streams.name = %(stream)s
order by stage.partition, stage."offset"
"""


def keep(connection: Connection, stream: str, stage: str) -> None:
    """Keeps what `classify` refused of the table `stage`."""
    connection.execute(of_stage(_KEEP, stage), {"stream": stream})
