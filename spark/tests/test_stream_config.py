from __future__ import annotations

import json
from typing import Any

import pytest

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.stream.config import StreamConfig, read_config
from shop_pipe_jobs.stream.kafka import client_properties
from shop_pipe_jobs.stream.planned import end_offsets, messages, ranges, starting_offsets
from shop_pipe_jobs.stream.report import quantile

PASSWORDS = {"SHOP_STREAM_PASSWORD": "pg pass", "SHOP_KAFKA_PASSWORD": 'se"cr\\et'}
PLAIN = {"bootstrap.servers": "b:9092", "security.protocol": "PLAINTEXT"}
SASL = {**PLAIN, "security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "shop"}
BASE = {
    "host": "h",
    "port": 5432,
    "database": "shop",
    "user": "shop_stream",
    "timezone": "UTC",
    "stream": "orders",
    "topic": "shop.orders",
    "kafka": PLAIN,
}


def _config(**more: Any) -> StreamConfig:
    return read_config(json.dumps({**BASE, **more}), PASSWORDS)


def test_defaults() -> None:
    config = _config()
    assert (config.stream, config.topic, config.target.user) == ("orders", "shop.orders", "shop_stream")
    assert (config.max_offsets_per_trigger, config.take_over, config.drain, config.parent) == (
        50_000,
        False,
        False,
        None,
    )


def test_all_there_is() -> None:
    config = _config(
        parent={"pid": 12, "start_time": "345"}, max_offsets_per_trigger=7, take_over=True, drain=True, kafka=SASL
    )
    assert config.parent is not None
    assert (config.parent.pid, config.max_offsets_per_trigger, config.take_over, config.drain) == (12, 7, True, True)
    assert config.kafka.username == "shop"
    assert not any(password in repr(config) for password in PASSWORDS.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kafka": {}},
        {"kafka": {**SASL, "sasl.username": None}},
        {"max_offsets_per_trigger": 0},
        {"max_offsets_per_trigger": "all"},
        {"topic": ""},
        {"stream": None},
        {"port": "x"},
        {"parent": {"pid": 1}},
    ],
)
def test_bad_requests(wrong: dict[str, Any]) -> None:
    with pytest.raises(JobError) as caught:
        _config(**wrong)
    assert (caught.value.kind, caught.value.code) == ("bug", "bad_config")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_no_request_at_all(text: str) -> None:
    with pytest.raises(JobError) as caught:
        read_config(text, PASSWORDS)
    assert caught.value.code == "bad_config"


def test_passwords_come_from_the_environment() -> None:
    with pytest.raises(JobError) as caught:
        read_config(json.dumps(BASE), {})
    assert caught.value.code == "missing_password"
    with pytest.raises(JobError) as caught:
        read_config(json.dumps({**BASE, "kafka": SASL}), {"SHOP_STREAM_PASSWORD": "x"})
    assert "SHOP_KAFKA_PASSWORD" in caught.value.message


def test_login() -> None:
    properties = client_properties(_config(kafka=SASL).kafka)
    assert "sasl.username" not in properties
    assert properties["sasl.jaas.config"] == (
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="shop" password="se\\"cr\\\\et";'
    )
    with pytest.raises(JobError) as caught:
        client_properties(_config(kafka={**SASL, "sasl.mechanism": "GSSAPI"}).kafka)
    assert caught.value.code == "unknown_sasl_mechanism"


def test_certificates_are_given_as_text() -> None:
    properties = client_properties(_config(kafka={**PLAIN, "ssl.truststore.certificates": "-----BEGIN…"}).kafka)
    assert properties["ssl.truststore.type"] == "PEM"
    assert "sasl.jaas.config" not in properties


def test_offset_log() -> None:
    entry = 'v1\n{"batchWatermarkMs":0}\n{"shop.orders":{"1":16,"0":17}}'
    assert end_offsets(entry, "shop.orders") == {0: 17, 1: 16}
    for other in (entry.replace("v1", "v2"), entry + "\n{}", entry.replace("shop.orders", "other")):
        with pytest.raises(ValueError, match="offset log"):
            end_offsets(other, "shop.orders")


def test_planned_ranges() -> None:
    planned = ranges({0: 5, 1: 7, 2: 9}, {0: 8, 1: 7, 2: 10})
    assert planned == {0: (5, 8), 2: (9, 10)}
    assert messages(planned) == 4
    assert json.loads(starting_offsets("t", {1: 2, 0: 1})) == {"t": {"0": 1, "1": 2}}


def test_quantiles_of_a_histogram() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({10: 1}, 0.99) == pytest.approx(1.1**10, abs=0.05)
    assert quantile({0: 50, 50: 49, 60: 1}, 0.5) == 1.0
    assert quantile({0: 50, 50: 49, 60: 1}, 0.99) == pytest.approx(1.1**50, abs=0.05)
    assert quantile({0: 50, 50: 48, 60: 2}, 0.99) == pytest.approx(1.1**60, abs=0.05)
