"""The tables that Spark writes batches to, in turn: one is filled while the other is merged."""

from __future__ import annotations

FIRST_STAGE = "stream_stage.events"
STAGES = (FIRST_STAGE, "stream_stage.events_b")


def of_stage(statement: str, stage: str) -> str:
    """A statement that is written for the first stage, for `stage`."""
    assert stage in STAGES
    return statement.replace(FIRST_STAGE, stage)
