"""Structure and retry policy of the DAGs. None of it needs a database."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

import pytest
from airflow.sdk import DAG, Asset

from dag_files import FOLDER, read_dags
from shop_pipe_dags.operator import ShopPipeOperator


@pytest.fixture(scope="module")
def dags() -> dict[str, DAG]:
    return read_dags()


def test_three_dags_and_nothing_else_is_taken_for_one(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == ["shop_daily_etl", "shop_full_etl", "shop_maintenance"]


def test_the_daily_etl_is_a_chain(dags: dict[str, DAG]) -> None:
    chain = ["source_check", "spark", "checks", "published"]
    tasks = {task.task_id: task for task in dags["shop_daily_etl"].tasks}
    assert sorted(tasks) == sorted(chain)
    for one, next_one in pairwise(chain):
        assert next_one in tasks[one].downstream_task_ids
    assert all(task.trigger_rule == "all_success" for task in tasks.values())
    assert tasks["published"].outlets == [Asset("shop_pipe/curated")]


def test_one_run_at_a_time_and_no_catching_up(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert (dag.max_active_runs, dag.catchup, dag.is_paused_upon_creation) == (1, False, False)
        assert dag.doc_md
        assert dag.description


def test_each_task_is_tried_four_times_with_growing_gaps(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.retries == 3
            assert task.retry_delay == timedelta(seconds=10)
            assert task.retry_exponential_backoff == 2
            assert task.max_retry_delay == timedelta(minutes=5)
            assert task.execution_timeout is not None


def test_the_first_gap_can_be_set() -> None:
    script = (
        "import json; from dag_files import read_dags;"
        "print(json.dumps([t.retry_delay.total_seconds() for d in read_dags().values() for t in d.tasks]))"
    )
    env = {"SHOP_AIRFLOW_RETRY_SECONDS": "1.5", "SHOP_TIMEZONE": "Asia/Tokyo"}
    assert set(json.loads(in_another_python(script, env))) == {1.5}


def test_the_schedule_follows_the_zone() -> None:
    script = (
        "from dag_files import read_dags;"
        "zones = (d.timetable.timezone for d in read_dags().values() if d.schedule);"
        "print(*(str(getattr(zone, 'name', zone)) for zone in zones))"
    )
    assert in_another_python(script, {"SHOP_TIMEZONE": "Asia/Tokyo"}).split() == ["Asia/Tokyo"] * 2


def test_tasks_call_the_command_line(dags: dict[str, DAG]) -> None:
    arguments = {
        (dag.dag_id, task.task_id): task.arguments
        for dag in dags.values()
        for task in dag.tasks
        if isinstance(task, ShopPipeOperator)
    }
    day = "{{ business_day(dag_run) }}"
    checks = ["etl", "status", "--run", "{{ ti.xcom_pull(task_ids='spark')['run_id'] }}"]
    assert arguments == {
        ("shop_daily_etl", "source_check"): ["etl", "source", "--date", day],
        ("shop_daily_etl", "spark"): ["etl", "run", "--date", day],
        ("shop_daily_etl", "checks"): checks,
        ("shop_full_etl", "spark"): ["etl", "run", "--full"],
        ("shop_full_etl", "checks"): checks,
        ("shop_maintenance", "maintain"): ["maintain"],
    }


def in_another_python(script: str, env: dict[str, str]) -> str:
    import os  # noqa: PLC0415

    path = os.pathsep.join([str(FOLDER), str(FOLDER.parent / "tests"), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
