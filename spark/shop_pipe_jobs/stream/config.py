"""What the stream is asked to do, read from a JSON file and the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.watchdog import Process

POSTGRES_PASSWORD = "SHOP_STREAM_PASSWORD"
KAFKA_PASSWORD = "SHOP_KAFKA_PASSWORD"


@dataclass(frozen=True)
class KafkaTarget:
    """A cluster: Kafka's client properties but for the login, which is made of user and password."""

    properties: Mapping[str, str]
    username: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.properties["bootstrap.servers"]


@dataclass(frozen=True)
class StreamConfig:
    target: PostgresTarget
    kafka: KafkaTarget
    timezone: str
    # Names the row of ops.streams; one process at a time works for it.
    stream: str
    topic: str
    # Messages of a micro-batch at most: bounds memory, and how long a transaction holds its locks.
    max_offsets_per_trigger: int = 50_000
    # Wrest the stream from a process that still holds it.
    take_over: bool = False
    # End once what was in the topic at the start is committed.
    drain: bool = False
    parent: Process | None = None


def read_config(text: str, environment: Mapping[str, str]) -> StreamConfig:
    """Parses the job's JSON document. Raises JobError."""
    password = environment.get(POSTGRES_PASSWORD)
    if not password:
        raise JobError(
            "environment",
            "missing_password",
            f"{POSTGRES_PASSWORD} is unset: the job takes the password of role shop_stream from there",
            "run the stream by `shop-pipe stream run`",
        )
    try:
        return _config(json.loads(text), password, environment.get(KAFKA_PASSWORD, ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError("bug", "bad_config", f"the job's configuration can't be read: {error!r}") from error


def _config(document: Mapping[str, Any], password: str, kafka_password: str) -> StreamConfig:
    parent = document.get("parent")
    return StreamConfig(
        target=PostgresTarget(
            host=document["host"],
            port=int(document["port"]),
            database=document["database"],
            user=document["user"],
            password=password,
        ),
        kafka=_kafka(document["kafka"], kafka_password),
        timezone=document["timezone"],
        stream=_name(document["stream"]),
        topic=_name(document["topic"]),
        max_offsets_per_trigger=_positive(
            document.get("max_offsets_per_trigger", StreamConfig.max_offsets_per_trigger)
        ),
        take_over=bool(document.get("take_over", False)),
        drain=bool(document.get("drain", False)),
        parent=Process(int(parent["pid"]), str(parent["start_time"])) if parent else None,
    )


def _kafka(given: Mapping[str, Any], password: str) -> KafkaTarget:
    properties = {name: str(value) for name, value in given.items() if value is not None}
    username = properties.pop("sasl.username", None)
    if not properties.get("bootstrap.servers"):
        raise ValueError("kafka has no bootstrap.servers")
    if properties.get("security.protocol", "").startswith("SASL") and not (username and password):
        raise ValueError(f"SASL needs kafka's sasl.username and {KAFKA_PASSWORD}")
    return KafkaTarget(properties, username, password)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is no name")
    return value


def _positive(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"max_offsets_per_trigger is {value!r}")
    return value
