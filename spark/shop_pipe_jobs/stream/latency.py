"""Latencies as a histogram: bucket n holds those in (1.1^(n-1), 1.1^n] milliseconds, bucket 0 those up to 1."""

from __future__ import annotations

GROWTH = 1.1

# Some 31 years, bucket 290: a producer's clock may say anything, and its messages still have a bucket.
HIGHEST_MS = 1e12


def bucket_sql(milliseconds: str) -> str:
    """The bucket of an SQL expression of type double precision; one below 1, of a clock that is ahead, counts as 1."""
    bounded = f"least(greatest({milliseconds}, 1), {HIGHEST_MS:.0f})"
    return f"ceil(ln({bounded}) / ln({GROWTH}::double precision))::integer"
