"""The command line as people and scripts use it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.localcloud.places import PROJECT

COMMAND = [sys.executable, "-m", "infra.localcloud"]


def run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def test_detached_cloud_is_deployed_found_stopped_and_forgotten(state_dir: Path) -> None:
    state = ["--state", str(state_dir)]
    try:
        status, said, complaint = run("up", "--detach", *state)
        assert (status, complaint) == (0, "")
        assert said.splitlines()[-1] == "Stage local is deployed."

        status, said, _ = run("status", *state)
        assert status == 0
        assert said.endswith(", stage local deployed.")
        endpoint = said.split()[2]

        status, said, _ = run("outputs", *state)
        outputs = json.loads(said)
        assert status == 0
        assert outputs["EventsTable"] == "local-events"
        assert outputs["APIEndpoint"].startswith(f"{endpoint}/_aws/execute-api/")

        # A second time: what runs is found, what has not changed stays.
        status, again, _ = run("up", "--detach", *state)
        assert again.splitlines()[0].startswith(f"Already running at {endpoint}")
        verdicts = dict(line.split()[:2] for line in again.splitlines()[1:-1])
        assert (verdicts["auth"], verdicts["tables"]) == ("unchanged", "unchanged")

        assert run("down", *state) == (0, "Stopped.", "")
        assert run("down", *state) == (0, f"No local cloud runs on {state_dir}.", "")
        assert run("status", *state) == (1, f"No local cloud runs on {state_dir}.", "")

        assert run("up", "--detach", *state)[0] == 0
        assert json.loads(run("outputs", *state)[1])["UserPoolId"] == outputs["UserPoolId"]
    finally:
        assert run("reset", *state) == (0, "Everything in it is forgotten.", "")
    assert not state_dir.exists()


def test_outputs_without_a_cloud_say_how_to_start_one(state_dir: Path) -> None:
    assert run("outputs", "--state", str(state_dir)) == (
        1,
        "",
        f"No local cloud runs on {state_dir}: start one with the command up.",
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_cloud_in_the_foreground_stops_when_told(state_dir: Path, ending: signal.Signals) -> None:
    with subprocess.Popen(
        [*COMMAND, "up", "--state", str(state_dir)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        for line in started.stdout:
            if line.startswith("Ctrl-C"):
                break
        started.send_signal(ending)
        assert started.wait(timeout=20) == 0
    assert run("status", "--state", str(state_dir))[0] == 1
