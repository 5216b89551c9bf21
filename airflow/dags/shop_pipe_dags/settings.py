"""What `shop-pipe up` gives the DAGs by the environment of Airflow's processes."""

from __future__ import annotations

import os
from datetime import timedelta

DEFAULT_ZONE = "America/Sao_Paulo"


def business_zone() -> str:
    """The IANA zone of the business day (SHOP_TIMEZONE)."""
    return os.environ.get("SHOP_TIMEZONE") or DEFAULT_ZONE


def first_retry_delay() -> timedelta:
    """How long the first retry of a task waits; each further one waits twice as long (SHOP_AIRFLOW_RETRY_SECONDS)."""
    return timedelta(seconds=float(os.environ.get("SHOP_AIRFLOW_RETRY_SECONDS") or 10))
