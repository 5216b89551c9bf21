"""Errors that a user is meant to read."""

from __future__ import annotations

from typing import Literal

ErrorKind = Literal["environment", "data", "interrupted", "bug"]


class JobError(Exception):
    """A job that can't go on; the fields are those of the TypeScript side's ShopPipeError.

    `code` is a stable snake_case name, `message` a lower-case one-liner that names the thing, `suggestion` best a
    command that can be pasted.
    """

    def __init__(self, kind: ErrorKind, code: str, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.suggestion = suggestion


class Interrupted(KeyboardInterrupt):
    """SIGTERM or SIGINT arrived.

    A KeyboardInterrupt, so that psycopg cancels the statement that is under way and py4j doesn't swallow it.
    """

    def __init__(self, signal_name: str, exit_code: int) -> None:
        super().__init__(signal_name)
        self.signal_name = signal_name
        self.exit_code = exit_code
