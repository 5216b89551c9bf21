"""A micro-batch's rows on their way into a table of stream_stage, through pgcopy."""

from __future__ import annotations

import json
import uuid

from pyspark.sql import DataFrame

from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.stream.merge import Staged

APPLICATION = "shop-pipe stream write"


def stage(frame: DataFrame, target: PostgresTarget, table: str) -> Staged:
    """Runs the Spark job that reads and copies; each call writes anew, under an id of its own."""
    write_id = str(uuid.uuid4())
    (
        frame.write.format("pgcopy")
        .options(
            **target.pgcopy_options(APPLICATION),
            table=table,
            protocol="stage",
            writeId=write_id,
        )
        .mode("append")
        .save()
    )
    jvm = frame.sparkSession._jvm
    assert jvm is not None
    report = json.loads(jvm.io.shoppipe.pgcopy.Commits.take(write_id))
    tasks = tuple(task["task"] for task in report["tasks"])
    return Staged(write_id, tasks, report["rows"], table)
