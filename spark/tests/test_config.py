from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from shop_pipe_jobs.batch.config import read_config
from shop_pipe_jobs.errors import JobError

ENVIRONMENT = {"SHOP_ETL_PASSWORD": "secret"}
BASE = {"host": "h", "port": 5432, "database": "shop", "user": "shop_etl", "timezone": "UTC", "only": False}


def _request(request: Any, **more: Any) -> Any:
    return read_config(json.dumps({**BASE, "request": request, **more}), ENVIRONMENT)


def test_days() -> None:
    config = _request({"kind": "days", "days": ["2018-05-02", "2018-05-01"]}, only=True, parent=None)
    assert config.request.days == (date(2018, 5, 1), date(2018, 5, 2))
    assert config.request.only
    assert config.target.password == "secret"
    assert config.parent is None
    assert "secret" not in repr(config)


def test_range_is_inclusive() -> None:
    config = _request({"kind": "range", "from": "2018-05-01", "to": "2018-05-03"})
    assert len(config.request.days) == 3
    assert config.request.to_json() == {"kind": "range", "from": "2018-05-01", "to": "2018-05-03", "only": False}


def test_full_and_parent() -> None:
    config = _request({"kind": "full"}, parent={"pid": 12, "start_time": "345"}, rows_per_partition=7)
    assert config.request.full
    assert (config.parent.pid, config.parent.start_time, config.rows_per_partition) == (12, "345", 7)


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "days", "days": ["2018-02-30"]},
        {"kind": "days", "days": []},
        {"kind": "range", "from": "2018-05-02", "to": "2018-05-01"},
        {"kind": "weeks"},
    ],
)
def test_bad_requests(request_: Any) -> None:
    with pytest.raises(JobError) as caught:
        _request(request_)
    assert caught.value.code == "bad_config"


def test_password_comes_from_the_environment() -> None:
    with pytest.raises(JobError) as caught:
        read_config(json.dumps({**BASE, "request": {"kind": "full"}}), {})
    assert caught.value.code == "missing_password"
