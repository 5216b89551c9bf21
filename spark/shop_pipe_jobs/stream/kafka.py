"""The cluster as the driver asks it: what topic there is, and how far it goes."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from py4j.protocol import Py4JJavaError

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.stream.config import KafkaTarget
from shop_pipe_jobs.stream.ledger import TopicState

# Of every client: a broker that is away is noticed in seconds. Kafka's defaults are 60 s and 30 s.
_PATIENCE = {"default.api.timeout.ms": "8000", "request.timeout.ms": "5000"}

# How long a probe waits for an answer, in milliseconds.
PROBE_TIMEOUT_MS = 5_000

# Until a JVM's client has had its first answer, that may be this many probes late where the broker takes connections:
# on a busy machine a client takes long to load, and a broker that is there must not be said to be away.
FIRST_PROBES = 4

_LOGIN_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}

# Answers that asking again will not change.
_REFUSED = re.compile(r"\b(\w*(?:Authentication|Authorization|SslHandshake|Config)Exception)\b(?:: *([^\n]*))?")


class KafkaGone(Exception):
    """The cluster can't be reached or does not answer: to be waited for. The text is for a user."""


def client_properties(target: KafkaTarget) -> dict[str, str]:
    """For a Kafka client, with the login in it. Raises JobError for a mechanism that we know no login of."""
    properties = {**_PATIENCE, **target.properties}
    if "ssl.truststore.certificates" in properties:
        properties.setdefault("ssl.truststore.type", "PEM")
    if target.username is not None and properties.get("security.protocol", "").startswith("SASL"):
        mechanism = properties.setdefault("sasl.mechanism", "PLAIN")
        if mechanism not in _LOGIN_MODULES:
            raise JobError(
                "environment",
                "unknown_sasl_mechanism",
                f"the stream can't log in to Kafka by {mechanism}",
                f"set KAFKA_SASL_MECHANISM to one of {', '.join(_LOGIN_MODULES)}",
            )
        properties["sasl.jaas.config"] = (
            f"{_LOGIN_MODULES[mechanism]} required"
            f" username={_quoted(target.username)} password={_quoted(target.password)};"
        )
    return properties


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Topic:
    """A topic of a cluster, asked through an AdminClient that the JVM keeps open."""

    def __init__(self, gateway: Any, target: KafkaTarget, name: str) -> None:
        self.name = name
        self._target = target
        self._answered = False
        self._probe = gateway.jvm.io.shoppipe.stream.TopicProbe
        self._properties = gateway.jvm.java.util.HashMap()
        for key, value in client_properties(target).items():
            self._properties.put(key, value)

    def state(self) -> TopicState | None:
        """None where there is no such topic. Raises KafkaGone, JobError."""
        answer = json.loads(self._ask(self._probe.describe))
        if answer.get("missing"):
            return None
        return TopicState(self.name, answer["cluster_id"], answer["topic_id"], _partitions(answer["partitions"]))

    def identity(self) -> str | None:
        """The topic's id, None where there is no such topic. Raises KafkaGone, JobError."""
        answer = self._ask(self._probe.topicId)
        return None if answer is None else str(answer)

    def _ask(self, question: Any) -> Any:
        probes = FIRST_PROBES if not self._answered and _takes_connections(self._target) else 1
        while True:
            try:
                answer = question(self._properties, self.name, PROBE_TIMEOUT_MS)
            except Py4JJavaError as error:
                failure = _failure(self._target, _text(error))
                probes -= 1
                if probes == 0 or not isinstance(failure, KafkaGone):
                    raise failure from error
            else:
                self._answered = True
                return answer


def _takes_connections(target: KafkaTarget) -> bool:
    for broker in str(target).split(","):
        host, _, port = broker.strip().rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), timeout=1):
            return True
    return False


def _partitions(answer: Mapping[str, Mapping[str, int]]) -> dict[int, tuple[int, int]]:
    return {int(partition): (offsets["earliest"], offsets["latest"]) for partition, offsets in answer.items()}


def _failure(target: KafkaTarget, text: str) -> Exception:
    refused = _REFUSED.search(text)
    if refused is None:
        return KafkaGone(f"Kafka at {target} can't be reached")
    return JobError(
        "environment",
        "kafka_refused",
        f"Kafka at {target} refuses the stream: {refused.group(2) or refused.group(1)}",
        "shop-pipe doctor",
    )


def _text(error: Py4JJavaError) -> str:
    """Exception and causes, a line each."""
    lines: list[str] = []
    cause = error.java_exception
    while cause is not None and len(lines) < 10:
        lines.append(str(cause.toString()))
        cause = cause.getCause()
    return "\n".join(lines)
