from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shop_pipe_jobs.python_path import prefer_installed

ARCHIVES = ["/spark/python/lib/pyspark.zip", "/spark/python/lib/py4j-0.10.9.9-src.zip"]


def test_the_installed_pyspark_goes_before_that_of_spark_submit(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.path)
    monkeypatch.setattr(sys, "path", ["/job", *ARCHIVES, *before])
    prefer_installed()
    assert sys.path == ["/job", *before]


def test_where_none_is_installed_it_comes_from_the_archives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "py4j").mkdir()
    (tmp_path / "py4j" / "__init__.py").touch()
    path = [*ARCHIVES, str(tmp_path)]
    monkeypatch.setattr(sys, "path", list(path))
    prefer_installed()
    assert sys.path == path
