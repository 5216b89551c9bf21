"""Airflow without a database: what is tested here is DAG files and the code that they call."""

from __future__ import annotations

import os
import tempfile

# Before the first import of airflow, which makes its home and reads its settings.
_home = tempfile.mkdtemp(prefix="shop-pipe-airflow-tests-")
os.environ.update(
    AIRFLOW_HOME=_home,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    # Whoever touches it is told so.
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="sqlite:////nowhere/airflow.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
)
for _name in ("SHOP_TIMEZONE", "SHOP_AIRFLOW_RETRY_SECONDS", "SHOP_PIPE_BIN", "SHOP_PIPE_HOME", "SHOP_PIPE_ENV_FILE"):
    os.environ.pop(_name, None)


def pytest_unconfigure() -> None:
    import shutil  # noqa: PLC0415

    shutil.rmtree(_home, ignore_errors=True)
