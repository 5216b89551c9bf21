"""Where Postgres is and how the driver (psycopg) and Spark (pgjdbc) get there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class PostgresTarget:
    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    def connect(self, application: str, *, autocommit: bool = True) -> Connection:
        """Opens a session in UTC. `application` shows in pg_stat_activity."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=self.database,
            user=self.user,
            password=self.password,
            application_name=application,
            connect_timeout=10,
            # A server that vanished is noticed within a minute or so, not after hours.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            options="-c timezone=UTC -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0",
            autocommit=autocommit,
        )

    def connect_watched(self, application: str, *, autocommit: bool = True) -> Connection:
        """As `connect`; the server ends the session within a second of our death, even while it waits for a lock."""
        connection = self.connect(application, autocommit=autocommit)
        # Not every platform of a server can look.
        with suppress(psycopg.Error), connection.transaction():
            connection.execute("set client_connection_check_interval = '1s'")
        return connection

    def pgcopy_options(self, application: str) -> dict[str, str]:
        """How Spark's tasks read and write here: on connections that they leave to one another."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return {
            # A server that vanished is noticed, as by `connect`.
            "url": f"jdbc:postgresql://{host}:{self.port}/{self.database}?tcpKeepAlive=true",
            "user": self.user,
            "password": self.password,
            "applicationName": application,
            "keepConnections": "true",
        }

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"
