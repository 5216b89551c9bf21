"""Kills the driver at a named point, so that a test can see what a crash there leaves behind."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from shop_pipe_jobs.errors import JobError

Point = Literal["after_stage", "before_commit", "after_commit"]
POINTS: tuple[Point, ...] = get_args(Point)

VARIABLE = "SHOP_PIPE_FAULT"


@dataclass
class Faults:
    """`point` None: none is wanted."""

    point: Point | None = None
    # The process group dies at the nth time that the point is reached.
    occurrence: int = 1
    _reached: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Faults:
        """Reads SHOP_PIPE_FAULT: `before_commit`, or `before_commit:2` for the second time.

        Raises JobError `bad_fault`.
        """
        value = environment.get(VARIABLE, "")
        if not value:
            return NO_FAULTS
        name, _, count = value.partition(":")
        for point in POINTS:
            if name == point and (count or "1").isdecimal() and int(count or "1") > 0:
                return Faults(point, int(count or "1"))
        raise JobError(
            "environment",
            "bad_fault",
            f"{VARIABLE}={value} is no point to fail at",
            f"unset {VARIABLE}, or one of {', '.join(f'{point}:1' for point in POINTS)}",
        )

    def reach(self, point: Point) -> None:
        """To be called where a batch is at `point`."""
        if point != self.point:
            return
        self._reached[point] += 1
        if self._reached[point] == self.occurrence:
            # The whole group, the JVM included, as `kill -9` of the job does it: nothing gets to clean up.
            os.killpg(0, signal.SIGKILL)


NO_FAULTS = Faults()
