"""A call of the command line, with real children."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from program import program
from shop_pipe_dags.process import CallFailed, ShopPipeProcess


def call(
    folder: Path, body: str, *arguments: str, on_line: Callable[[str], None] = lambda line: None
) -> ShopPipeProcess:
    command = [str(program(folder, body)), *arguments]
    return ShopPipeProcess(command, env=dict(os.environ), cwd=str(folder), on_line=on_line)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_the_document_comes_back_and_each_line_as_it_is_written(tmp_path: Path) -> None:
    lines: list[str] = []
    body = """
        print("Olá, one", file=sys.stderr, flush=True)
        print("", file=sys.stderr)
        print("two", file=sys.stderr)
        print(json.dumps({"run_id": 7, "big": "x" * 1_000_000}))
    """
    document = call(tmp_path, body, on_line=lines.append).run()
    assert (document["run_id"], len(document["big"])) == (7, 1_000_000)
    assert lines == ["Olá, one", "two"]


@pytest.mark.parametrize(
    "argument", ["$(touch broken)", "; touch broken", "`touch broken`", "a b", "*", "'\"", "| cat", "ção\n2", ""]
)
def test_shell_characters_stay_literal(tmp_path: Path, argument: str) -> None:
    document = call(tmp_path, "print(json.dumps(arguments))", "--date", argument).run()
    assert document == {"items": ["--date", argument]}
    assert not (tmp_path / "broken").exists()


def test_an_error_document_is_the_message(tmp_path: Path) -> None:
    error = {"code": "postgres_unreachable", "message": "cannot reach postgres", "suggestion": "shop-pipe up"}
    body = f"print({json.dumps(json.dumps({'error': error}))}); sys.exit(1)"
    with pytest.raises(CallFailed, match=r"^cannot reach postgres \(try: shop-pipe up\)$") as failed:
        call(tmp_path, body).run()
    assert (failed.value.code, failed.value.exit_code) == ("postgres_unreachable", 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('boom', file=sys.stderr); sys.exit(9)", "ended with exit code 9: boom"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by signal 9"),
        ("print('hello')", "printed no JSON document: 'hello"),
        ("", "printed no JSON document: ''"),
        ("print(json.dumps({'ok': False})); sys.exit(3)", "ended with exit code 3"),
    ],
)
def test_anything_else_than_one_document_says_what_happened(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(CallFailed, match=said):
        call(tmp_path, body).run()


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ShopPipeProcess([str(tmp_path / "nothing")], env={}).run()


FAMILY = """
    child = subprocess.Popen(["sleep", "600"])
    {0}
    print(os.getpid(), child.pid, file=sys.stderr, flush=True)
    time.sleep(600)
"""


def stopped_in_a_thread(process: ShopPipeProcess, lines: list[str], grace: float) -> tuple[CallFailed, float]:
    """Runs it here, stops it from a thread once it has said who it is; returns the error and how long stopping took."""
    took: list[float] = []

    def stop() -> None:
        until(lambda: bool(lines))
        begun = time.monotonic()
        process.stop(grace)
        took.append(time.monotonic() - begun)

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(CallFailed, match="was stopped") as failed:
        process.run()
    stopper.join()
    return failed.value, took[0]


def test_stopping_ends_the_whole_group(tmp_path: Path) -> None:
    lines: list[str] = []
    process = call(tmp_path, FAMILY.format(""), on_line=lines.append)
    error, seconds = stopped_in_a_thread(process, lines, 10)
    assert error.code == "interrupted"
    assert seconds < 5
    until(lambda: not any(alive(int(pid)) for pid in lines[0].split()))


def test_who_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    lines: list[str] = []
    process = call(tmp_path, FAMILY.format("signal.signal(signal.SIGTERM, signal.SIG_IGN)"), on_line=lines.append)
    _, seconds = stopped_in_a_thread(process, lines, 1)
    assert 0.5 < seconds < 5
    until(lambda: not any(alive(int(pid)) for pid in lines[0].split()))


def test_it_has_the_time_to_end_well(tmp_path: Path) -> None:
    lines: list[str] = []
    body = """
        def end(*_):
            time.sleep(0.5)
            open("ended well", "w").close()
            sys.exit(143)
        signal.signal(signal.SIGTERM, end)
        print("ready", file=sys.stderr, flush=True)
        time.sleep(600)
    """
    stopped_in_a_thread(call(tmp_path, body, on_line=lines.append), lines, 10)
    assert (tmp_path / "ended well").exists()


TASK = """
    import os, signal, sys
    from shop_pipe_dags.process import ShopPipeProcess
    process = ShopPipeProcess(sys.argv[1:], env=dict(os.environ), on_line=lambda line: print(line, flush=True))
    signal.signal(signal.SIGTERM, lambda *_: process.stop())
    try:
        process.run()
    except Exception as error:
        print("ended:", error, flush=True)
"""


def task(folder: Path, body: str) -> subprocess.Popen[str]:
    """Another Python that makes the call, as the process of a task does."""
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, "-c", dedent(TASK), str(program(folder, body))],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_signal_of_on_kill_is_heard_while_waiting(tmp_path: Path) -> None:
    with task(tmp_path, FAMILY.format("")) as runner:
        assert runner.stdout is not None
        pids = [int(pid) for pid in runner.stdout.readline().split()]
        begun = time.monotonic()
        runner.terminate()
        assert "was stopped" in runner.stdout.readline()
        assert time.monotonic() - begun < 5
    until(lambda: not any(alive(pid) for pid in pids))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_killed_task_takes_the_call_along(tmp_path: Path) -> None:
    with task(tmp_path, FAMILY.format("")) as runner:
        assert runner.stdout is not None
        pid = int(runner.stdout.readline().split()[0])
        os.kill(runner.pid, signal.SIGKILL)
        until(lambda: not alive(pid))
