"""What a batch run is asked to do, read from a JSON file and the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.watchdog import Process

PASSWORD_VARIABLE = "SHOP_ETL_PASSWORD"


@dataclass(frozen=True)
class Request:
    """Which business days: a few, or (`full`) all that there are."""

    days: tuple[date, ...] = ()
    full: bool = False
    # The requested days alone, without those that changed since they were curated.
    only: bool = False

    def to_json(self) -> dict[str, object]:
        """As kept in ops.etl_runs.requested."""
        if self.full:
            return {"kind": "full"}
        if len(self.days) > 1 and self.days[-1] - self.days[0] == timedelta(days=len(self.days) - 1):
            span = {"kind": "range", "from": str(self.days[0]), "to": str(self.days[-1])}
            return {**span, "only": self.only}
        return {"kind": "days", "days": [str(day) for day in self.days], "only": self.only}


@dataclass(frozen=True)
class BatchConfig:
    target: PostgresTarget
    timezone: str
    request: Request
    parent: Process | None = None
    # About how many order lines one Spark task reads; 200,000 is some 30 MB of text protocol.
    rows_per_partition: int = 200_000
    # How long to wait for another run to end, in seconds.
    lock_timeout_s: float = 1800


def read_config(text: str, environment: Mapping[str, str]) -> BatchConfig:
    """Parses the job's JSON document. Raises JobError."""
    password = environment.get(PASSWORD_VARIABLE)
    if not password:
        raise JobError(
            "environment",
            "missing_password",
            f"{PASSWORD_VARIABLE} is unset: the job takes the password of role shop_etl from there",
            "run the batch by `shop-pipe etl run`",
        )
    try:
        return _config(json.loads(text), password)
    except (ValueError, KeyError, TypeError) as error:
        raise JobError("bug", "bad_config", f"the job's configuration can't be read: {error!r}") from error


def _config(document: Mapping[str, Any], password: str) -> BatchConfig:
    parent = document.get("parent")
    return BatchConfig(
        target=PostgresTarget(
            host=document["host"],
            port=int(document["port"]),
            database=document["database"],
            user=document["user"],
            password=password,
        ),
        timezone=document["timezone"],
        request=_request(document["request"], only=bool(document.get("only", False))),
        parent=Process(int(parent["pid"]), str(parent["start_time"])) if parent else None,
        rows_per_partition=int(document.get("rows_per_partition", BatchConfig.rows_per_partition)),
        lock_timeout_s=float(document.get("lock_timeout_s", BatchConfig.lock_timeout_s)),
    )


def _request(request: Mapping[str, Any], *, only: bool) -> Request:
    kind = request["kind"]
    if kind == "full":
        return Request(full=True)
    if kind == "days":
        days = {date.fromisoformat(day) for day in request["days"]}
    elif kind == "range":
        first, last = date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
        days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    else:
        raise ValueError(f"unknown kind of request {kind!r}")
    if not days:
        raise ValueError(f"no day in {dict(request)}")
    return Request(days=tuple(sorted(days)), only=only)
