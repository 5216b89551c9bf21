"""How the tasks find the shop-pipe command line, and what it sees of their environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from airflow.sdk.exceptions import AirflowFailException

# Airflow's own settings, and a PYTHONPATH that is meant for its processes.
_NOT_PASSED_ON = re.compile(r"^(_?AIRFLOW|PYTHON|SPT_NOENV)")


def command(arguments: Sequence[str], env: Mapping[str, str] = os.environ) -> list[str]:
    """Program and arguments of a call, for the project that `shop-pipe up` named."""
    program = env.get("SHOP_PIPE_BIN")
    if not program:
        raise AirflowFailException(
            "SHOP_PIPE_BIN is unset: it names the shop-pipe command line, and shop-pipe up sets it for its own Airflow"
        )
    line = [program, "--json"]
    for flag, variable in (("--env-file", "SHOP_PIPE_ENV_FILE"), ("--home", "SHOP_PIPE_HOME")):
        if env.get(variable):
            line += [flag, env[variable]]
    return [*line, *arguments]


def child_environment(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a call: without Airflow's."""
    return {name: value for name, value in env.items() if not _NOT_PASSED_ON.match(name)}


def working_folder(env: Mapping[str, str] = os.environ) -> str | None:
    """That of the `.env` file, which relative paths in it start from."""
    file = env.get("SHOP_PIPE_ENV_FILE")
    return os.path.dirname(file) if file else None
