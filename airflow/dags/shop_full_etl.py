"""### Every business day, curated

`etl run --full` on request: the first run of a new stack, and what a change of the time zone needs. Days that are as
they should be stay where they are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, task

from shop_pipe_dags.judges import require_checks
from shop_pipe_dags.operator import ShopPipeOperator
from shop_pipe_dags.settings import first_retry_delay

CURATED = Asset("shop_pipe/curated")

with DAG(
    dag_id="shop_full_etl",
    description="shop.* to curated.*, every day; only on request",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={
        "retries": 3,
        "retry_delay": first_retry_delay(),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(minutes=10),
    },
    tags=["shop-pipe"],
) as dag:
    spark = ShopPipeOperator(
        task_id="spark",
        doc_md="`etl run --full`, by Spark.",
        arguments=["etl", "run", "--full"],
        execution_timeout=timedelta(hours=6),
    )
    checks = ShopPipeOperator(
        task_id="checks",
        doc_md="Fails unless each check that the run recorded held.",
        arguments=["etl", "status", "--run", "{{ ti.xcom_pull(task_ids='spark')['run_id'] }}"],
        judge=require_checks,
    )

    @task(outlets=[CURATED], doc_md="The event that other DAGs can be scheduled by; it names the run and its days.")
    def published(run: dict[str, Any], *, outlet_events: Any = None) -> None:
        outlet_events[CURATED].extra = {"run_id": run["run_id"], "days": run["days"]}

    spark >> checks >> published(spark.output)  # type: ignore[arg-type]
