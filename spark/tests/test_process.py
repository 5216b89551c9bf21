"""The job as spark-submit runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyspark
import pytest
from conftest import Database, wait_until
from expected import differences
from shop import Shop

from shop_pipe_jobs.batch.guard import LOCK_KEY
from shop_pipe_jobs.events import PREFIX

MAIN = Path(__file__).parents[1] / "shop_pipe_jobs_batch.py"


@contextmanager
def submitted(
    database: Database, folder: Path, request: dict[str, Any], parent: dict[str, Any] | None = None
) -> Iterator[subprocess.Popen[str]]:
    target = database.target
    config = {
        "host": target.host,
        "port": target.port,
        "database": target.database,
        "user": target.user,
        "timezone": database.timezone,
        "request": request,
        "only": False,
        "parent": parent,
    }
    path = folder / "job.json"
    path.write_text(json.dumps(config))
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    process = subprocess.Popen(
        [
            str(submit),
            *("--master", "local[2]", "--jars", os.environ["SHOP_TEST_SPARK_JARS"]),
            *(word for key, value in options.items() for word in ("--conf", f"{key}={value}")),
            str(MAIN),
            str(path),
        ],
        env={**os.environ, "SHOP_ETL_PASSWORD": target.password, "PYSPARK_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def events(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix(PREFIX)) for line in stdout.splitlines() if line.startswith(PREFIX)]


def _connected(database: Database) -> bool:
    return bool(
        database.value(
            "select count(*) from pg_stat_activity where datname = current_database() and usename = 'shop_etl'"
        )
    )


def test_submitted_run(database: Database, tmp_path: Path) -> None:
    Shop(database, seed=51).fill(20, [("2018-05-01T12:00", 1)])
    with submitted(database, tmp_path, {"kind": "full"}) as process:
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    assert differences(database) == {}
    result = events(stdout)[-1]
    assert result["event"] == "result"
    assert result["rows"]["fact_orders"] == database.value("select count(*) from shop.orders")
    assert {"start", "read", "write", "publish", "total"} <= set(result["seconds"])
    assert database.target.password not in stdout + stderr


def test_wrong_password(database: Database, tmp_path: Path) -> None:
    wrong = replace(database, target=replace(database.target, password="not the password"))
    with submitted(wrong, tmp_path, {"kind": "full"}) as process:
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 1
    error = events(stdout)[-1]
    assert (error["event"], error["kind"], error["code"]) == ("error", "environment", "wrong_password")
    assert "not the password" not in stdout + stderr


@pytest.fixture
def waiting(database: Database) -> Iterator[Database]:
    """A database whose batch lock is held, so that a submitted job stays in its wait."""
    with database.target.connect("holder") as holder:
        holder.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        yield database


def _waits(database: Database, kind: str = "advisory") -> bool:
    return bool(database.value("select count(*) from pg_locks where locktype = %s and not granted", (kind,)))


def test_terminated_job_publishes_nothing_and_says_so(database: Database, tmp_path: Path) -> None:
    Shop(database, seed=52).fill(20, [("2018-05-01T12:00", 1)])
    with database.owner.transaction():
        # The publish has to wait for this reader.
        database.owner.execute("lock table curated.dim_products in access exclusive mode")
        with submitted(database, tmp_path, {"kind": "full"}) as process:
            wait_until(lambda: _waits(database, "relation"), seconds=90, what="the publish")
            # To the whole group, and again: what is written into the books on the way out must not be cut short.
            for _ in range(2):
                os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode != 0
    wait_until(lambda: not _connected(database), what="its sessions to end")
    assert database.value("select count(*) from curated.fact_orders") == 0
    assert database.rows("select state, error from ops.etl_runs") == [
        ("failed", "interrupted: interrupted by SIGTERM: nothing was published")
    ]


def test_job_ends_with_who_started_it(waiting: Database, tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as parent:
        start_time = Path(f"/proc/{parent.pid}/stat").read_text().rpartition(")")[2].split()[19]
        identity = {"pid": parent.pid, "start_time": start_time}
        with submitted(waiting, tmp_path, {"kind": "full"}, identity) as process:
            wait_until(lambda: _waits(waiting), seconds=60, what="the job to wait for its turn")
            parent.kill()
            stdout, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert events(stdout)[-1]["code"] == "orphaned"
    wait_until(lambda: not _waits(waiting), what="its session to end")
