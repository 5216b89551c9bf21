"""Where PySpark is imported from. Imports nothing of it."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

# spark-submit puts these of SPARK_HOME/python/lib before everything else.
_ARCHIVES = ("pyspark.zip", "-src.zip")


def prefer_installed() -> None:
    """The interpreter's own PySpark, where it has one: of an archive Python compiles every module at every start."""
    others = [path for path in sys.path if not path.endswith(_ARCHIVES)]
    if all(PathFinder.find_spec(package, others) for package in ("pyspark", "py4j")):
        sys.path[:] = others
