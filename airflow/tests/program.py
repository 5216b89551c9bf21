"""Stands in for the shop-pipe command line: a real program of a few lines."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent


def program(folder: Path, body: str) -> Path:
    """An executable that runs `body`, Python with `arguments` (those after --json and the flags of the project)."""
    path = folder / "shop pipe.py"
    head = f"""\
        #!{sys.executable}
        import json, os, signal, subprocess, sys, time
        arguments = sys.argv[1:]
        """
    path.write_text(dedent(head) + dedent(body))
    path.chmod(0o755)
    return path
