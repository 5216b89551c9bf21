"""What a job is as a process: its configuration, its last event, its end."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import NoReturn

from shop_pipe_jobs.errors import JobError


def config_text(argv: list[str]) -> str:
    """The text of the file that is the only argument. Raises JobError."""
    if len(argv) != 2:
        raise JobError("bug", "bad_config", f"usage: {Path(argv[0]).name} CONFIG.json")
    try:
        return Path(argv[1]).read_text(encoding="utf-8")
    except OSError as error:
        raise JobError("bug", "bad_config", f"the job's configuration can't be read: {error}") from error


def error_event(failure: JobError) -> dict[str, object]:
    return {
        "event": "error",
        "kind": failure.kind,
        "code": failure.code,
        "message": failure.message,
        "suggestion": failure.suggestion,
    }


def leave(code: int) -> NoReturn:
    """Ends at once: threads may still be waiting for a Spark that is gone."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(code)
