"""The operator and what documents mean for its task."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from program import program
from shop_pipe_dags.judges import require_checks, skip_empty_day
from shop_pipe_dags.operator import ShopPipeOperator

SHOW = "print(json.dumps({'arguments': arguments, 'cwd': os.getcwd(), 'env': dict(os.environ)}))"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_PIPE_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setenv("SHOP_PIPE_HOME", str(tmp_path / "a home"))
    return tmp_path


def execute(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str, **options: Any) -> dict[str, Any]:
    monkeypatch.setenv("SHOP_PIPE_BIN", str(program(folder, body)))
    task = ShopPipeOperator(task_id="task", **{"arguments": ["etl", "source"], **options})
    return dict(task.execute({}))


def test_it_calls_the_command_line_of_the_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "x")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("POSTGRES_DB", "other")
    seen = execute(project, monkeypatch, SHOW, arguments=["etl", "run", "--date", "$(id)"])
    assert seen["arguments"] == [
        "--json",
        "--env-file",
        str(project / ".env"),
        "--home",
        str(project / "a home"),
        "etl",
        "run",
        "--date",
        "$(id)",
    ]
    assert seen["cwd"] == str(project)
    assert seen["env"]["POSTGRES_DB"] == "other"
    assert not [name for name in seen["env"] if name.startswith(("AIRFLOW", "_AIRFLOW", "PYTHON"))]


def test_without_an_up_it_fails_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_PIPE_BIN", raising=False)
    with pytest.raises(AirflowFailException, match="SHOP_PIPE_BIN"):
        ShopPipeOperator(task_id="task", arguments=[]).execute({})


def test_a_failure_is_told_in_the_words_of_the_document(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = json.dumps({"error": {"code": "c", "message": "the disk is full", "suggestion": None}})
    with pytest.raises(AirflowException, match=r"^the disk is full$") as failed:
        execute(project, monkeypatch, f"print({error!r}); sys.exit(1)")
    assert not isinstance(failed.value, AirflowFailException)


def test_wrong_usage_is_not_tried_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = json.dumps({"error": {"code": "bad_date", "message": "no such day", "suggestion": "--help"}})
    with pytest.raises(AirflowFailException, match="no such day"):
        execute(project, monkeypatch, f"print({error!r}); sys.exit(2)")


@pytest.mark.parametrize("code", ["timezone_changed", "bad_configuration"])
def test_wrong_settings_are_not_tried_again(code: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = json.dumps({"error": {"code": code, "message": "other days", "suggestion": None}})
    with pytest.raises(AirflowFailException, match="other days"):
        execute(project, monkeypatch, f"print({error!r}); sys.exit(1)")


def test_the_judge_sees_the_document(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = 'print(\'{"date": "2018-05-01", "source_lines": 0, "curated_lines": 0}\')'
    with pytest.raises(AirflowSkipException, match="2018-05-01"):
        execute(project, monkeypatch, body, judge=skip_empty_day)


def test_ending_a_task_that_has_not_begun_is_no_error() -> None:
    ShopPipeOperator(task_id="task", arguments=[]).on_kill()


@pytest.mark.parametrize(("source", "curated", "skipped"), [(0, 0, True), (1, 0, False), (0, 1, False), (3, 3, False)])
def test_only_a_day_that_never_had_lines_is_skipped(source: int, curated: int, skipped: bool) -> None:
    document = {"date": "2018-05-01", "source_lines": source, "curated_lines": curated}
    if skipped:
        with pytest.raises(AirflowSkipException):
            skip_empty_day(document)
    else:
        skip_empty_day(document)


def run(**differences: Any) -> dict[str, Any]:
    held = {"name": "fact_orders_rows", "ok": True, "expected": "3", "actual": "3"}
    return {"runs": [{"run_id": 7, "state": "succeeded", "error": None, "checks": [held], **differences}]}


def test_checks_that_held_are_fine() -> None:
    require_checks(run())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (run(state="abandoned", error="driver lost"), "run 7 is abandoned: driver lost"),
        (run(checks=[]), "run 7 recorded no check"),
        (
            run(checks=[{"name": "revenue", "ok": False, "expected": "10.00", "actual": "9.00"}]),
            r"checks of run 7 did not hold: revenue \(expected 10.00, is 9.00\)",
        ),
    ],
)
def test_anything_less_fails(document: dict[str, Any], said: str) -> None:
    with pytest.raises(AirflowException, match=said):
        require_checks(document)


def test_the_python_of_these_tests_is_one_that_airflow_supports() -> None:
    assert (3, 10) <= sys.version_info[:2] <= (3, 13)
