"""### The business day, curated

Each night in the shop's time zone: is there anything to do, make the day anew by Spark (written, audited and published
in one transaction), read back what the audit recorded, and tell that curated tables changed.

A run's logical date is the first instant of its business day; for a day of your choice: `shop-pipe dag trigger
shop_daily_etl --date 2018-05-01`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, task

from shop_pipe_dags.business_day import business_day
from shop_pipe_dags.judges import require_checks, skip_empty_day
from shop_pipe_dags.operator import ShopPipeOperator
from shop_pipe_dags.settings import business_zone, first_retry_delay

CURATED = Asset("shop_pipe/curated")
DAY = "{{ business_day(dag_run) }}"

with DAG(
    dag_id="shop_daily_etl",
    description="shop.* to curated.*, one business day",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone=business_zone()),
    # Before any order, so that each day of the past can be triggered.
    start_date=datetime(2000, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    user_defined_macros={"business_day": business_day},
    default_args={
        "retries": 3,
        "retry_delay": first_retry_delay(),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(minutes=10),
    },
    tags=["shop-pipe"],
) as dag:
    source_check = ShopPipeOperator(
        task_id="source_check",
        doc_md="Skips a day without order lines in the source and in the curated tables.",
        arguments=["etl", "source", "--date", DAY],
        judge=skip_empty_day,
    )
    spark = ShopPipeOperator(
        task_id="spark",
        doc_md="`etl run`: the day, and the changed days that are curated already, by Spark.",
        arguments=["etl", "run", "--date", DAY],
        execution_timeout=timedelta(hours=2),
    )
    checks = ShopPipeOperator(
        task_id="checks",
        doc_md="Fails unless each check that the run recorded held.",
        arguments=["etl", "status", "--run", "{{ ti.xcom_pull(task_ids='spark')['run_id'] }}"],
        judge=require_checks,
    )

    @task(outlets=[CURATED], doc_md="The event that other DAGs can be scheduled by; it names run and days.")
    def published(run: dict[str, Any], *, outlet_events: Any = None) -> None:
        outlet_events[CURATED].extra = {"run_id": run["run_id"], "days": run["days"]}

    source_check >> spark >> checks >> published(spark.output)  # type: ignore[arg-type]
