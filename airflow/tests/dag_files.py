"""The DAG files as Airflow reads them."""

from __future__ import annotations

from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

FOLDER = Path(__file__).parents[1] / "dags"


def read_dags() -> dict[str, DAG]:
    bag = DagBag(dag_folder=str(FOLDER))
    assert bag.import_errors == {}
    found: dict[str, DAG] = dict(bag.dags)
    return found
