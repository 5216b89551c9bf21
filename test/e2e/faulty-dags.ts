/**
 * DAGs of a project's own, for what goes wrong: a task that needs four tries, one that never works, one that lasts, one
 * that is over at once.
 */
export const faultyDags = `
from datetime import datetime, timedelta
from time import sleep

from airflow.sdk import DAG, task

usual = {
    "schedule": None,
    "start_date": datetime(2000, 1, 1),
    "catchup": False,
    "is_paused_upon_creation": False,
}

with DAG("flaky", **usual):

    @task(retries=3, retry_delay=timedelta(seconds=1))
    def flaky(*, ti=None):
        print("this is try", ti.try_number)
        if ti.try_number < 4:
            raise RuntimeError("not yet")

    flaky()

with DAG("broken", **usual):

    @task
    def broken():
        print("about to break")
        raise RuntimeError("no luck")

    @task
    def after():
        pass

    broken() >> after()

with DAG("slow", **usual):

    @task
    def slow():
        sleep(60)

    slow()

with DAG("quick", max_active_runs=1, **usual):

    @task
    def quick(*, logical_date=None):
        print("the run of", logical_date)

    quick()
`;
