"""What the documents of the command line mean for a task."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from shop_pipe_dags.process import Document


def skip_empty_day(document: Document) -> None:
    """Of `etl source`: a day that has no order lines, and had none when it was curated, is nothing to do."""
    if document["source_lines"] == 0 and document["curated_lines"] == 0:
        raise AirflowSkipException(f"{document['date']} has no order lines, and none are curated")


def require_checks(document: Document) -> None:
    """Of `etl status --run`: the run must have succeeded, and each check that it recorded must have held."""
    for run in document["runs"]:
        if run["state"] != "succeeded":
            why = f": {run['error']}" if run.get("error") else ""
            raise AirflowException(f"run {run['run_id']} is {run['state']}{why}")
        if not run["checks"]:
            raise AirflowException(f"run {run['run_id']} recorded no check")
        broken = [
            f"{check['name']} (expected {check['expected']}, is {check['actual']})"
            for check in run["checks"]
            if not check["ok"]
        ]
        if broken:
            raise AirflowException(f"checks of run {run['run_id']} did not hold: {', '.join(broken)}")
