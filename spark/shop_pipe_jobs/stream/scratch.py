"""Temporary tables of the merge: made once in a session, empty after each commit."""

from __future__ import annotations

from shop_pipe_jobs.postgres import Connection

# Rows of a batch, about the size of a batch's stage: kept in memory, or else each merge would write and read files.
TEMP_BUFFERS = "64MB"

# No keys and no statistics: each is read from its start, in the order in which it was filled.
_TABLES = """
-- The newest event of each order that the batch moves on, by order_id.
create temporary table stream_winner (
  tid tid not null,
  partition integer not null,
  "offset" bigint not null,
  order_id uuid not null,
  version integer not null,
  status text not null,
  event_time timestamptz not null,
  order_timestamp timestamptz not null,
  customer_id uuid not null,
  product_ids uuid[] not null,
  quantities integer[] not null,
  prices numeric[] not null,
  fate "char" not null
) on commit delete rows;

-- Order lines that come (sign 1) and go (-1), of orders that count otherwise than before.
create temporary table stream_line (
  sign integer not null,
  order_id uuid not null,
  product_id uuid not null,
  customer_id uuid not null,
  quantity integer not null,
  price numeric(12, 2) not null,
  order_timestamp timestamptz not null,
  status text not null,
  version integer not null,
  status_at timestamptz
) on commit delete rows;

create temporary table stream_refused (tid tid not null, reason text not null) on commit delete rows;

-- How many messages were produced when.
create temporary table stream_arrival (produced_at timestamptz not null, messages bigint not null)
on commit delete rows;
"""


def prepare(connection: Connection) -> None:
    """Makes the tables where the session has none yet; they stay if the transaction does."""
    row = connection.execute("select to_regclass('pg_temp.stream_arrival') is not null").fetchone()
    if row and row[0]:
        return
    connection.execute(f"set temp_buffers = '{TEMP_BUFFERS}'")
    connection.execute(_TABLES)
