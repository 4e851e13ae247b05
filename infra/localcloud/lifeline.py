"""Children that end with their starter, however that ends, by holding a pipe to it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.localcloud.places import PROJECT

STOPPED_WITHIN_SECONDS = 20.0


def start_child(
    module: str,
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    detach: bool = False,
) -> subprocess.Popen[bytes]:
    """Run ``python -m module`` in the project; a detached one outlives this process.

    Its standard input is the lifeline, its output goes to ``log``, emptied first. It has a
    session of its own: Ctrl-C in a terminal reaches its starter only, which stops it in order.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            env=dict(env),
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Let go of the lifeline and wait; one that does not end in time is killed."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout=STOPPED_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def when_starter_ends(stop: Callable[[], object]) -> None:
    """In the child: call ``stop`` from a thread of its own once the starter is gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        stop()

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def last_words(log: Path) -> str:
    """The last line of a log and where the rest is, for a one-line reason."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{lines[-1]} (all of it: {log})" if lines else f"see {log}"
