"""### Housekeeping, once a week

`shop-pipe maintain`: partitions ahead of time, statistics for the planner, what killed runs left in staging, and the
retention of rejects and stream batches. Its document says what it did.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from shop_pipe_dags.operator import ShopPipeOperator
from shop_pipe_dags.settings import business_zone, first_retry_delay

with DAG(
    dag_id="shop_maintenance",
    description="partitions, statistics, retention",
    doc_md=__doc__,
    # Without a start date the first run is the next one that is due, not that of last week.
    schedule=CronTriggerTimetable("0 4 * * 0", timezone=business_zone()),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={
        "retries": 3,
        "retry_delay": first_retry_delay(),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["shop-pipe"],
) as dag:
    ShopPipeOperator(
        task_id="maintain",
        doc_md="Everything in one call; what was done is in its log and its XCom.",
        arguments=["maintain"],
    )
