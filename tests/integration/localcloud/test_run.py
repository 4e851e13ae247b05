"""`make run` after set-up, as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.localcloud.cloud import LocalCloud, is_free
from infra.localcloud.places import PROJECT
from infra.localcloud.portal import environment_under_role
from tests.integration.localcloud.http import request
from tests.integration.localcloud.processes import children_of

COMMAND = [sys.executable, "-m", "infra.localcloud.run"]
UP = "  Ctrl-C stops everything and keeps the data; `make reset` forgets it."


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


@contextmanager
def running(state_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The process once it is up, and what it printed until then."""
    arguments = ["--state", str(state_dir), "--port", str(port)]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if said[-1] == UP:
                break
        try:
            yield process, said
        finally:
            process.terminate()


def started(said: list[str]) -> list[str]:
    """The steps it printed with their times."""
    return [line[:14].strip() for line in said[:4]]


def test_everything_starts_and_ctrl_c_stops_all_of_it(state_dir: Path, port: int) -> None:
    with running(state_dir, port) as (process, said):
        assert started(said) == ["local cloud", "stage", "demo", "portal"]
        assert said[5] == f"  Portal  http://127.0.0.1:{port}"
        assert request("GET", f"http://127.0.0.1:{port}/signin")[0] == 200
        process.send_signal(signal.SIGINT)
        rest, complaint = process.communicate(timeout=30)
        assert (process.returncode, complaint) == (0, "")
        assert rest.strip() == "Stopped. The data is kept; `make run` continues with it."
    assert not LocalCloud(state_dir).running
    assert is_free(port)


def test_second_run_keeps_the_data_and_takes_the_next_port_if_its_is_taken(
    state_dir: Path, port: int
) -> None:
    with running(state_dir, port):
        pool = outputs(state_dir)["UserPoolId"]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with running(state_dir, port) as (_, said):
            assert outputs(state_dir)["UserPoolId"] == pool
            address = said[6].split()[1]
            assert address != f"http://127.0.0.1:{port}"
            taken_instead = address.rpartition(":")[2]
            assert said[0] == f"  Port {port} is in use: the portal takes {taken_instead}."
            assert request("GET", f"{address}/signin")[0] == 200


def outputs(state_dir: Path) -> dict[str, str]:
    from infra.localcloud.stage import outputs_of

    return outputs_of(LocalCloud(state_dir), "local")


def test_portal_that_ends_by_itself_ends_the_run_with_a_reason(state_dir: Path, port: int) -> None:
    with running(state_dir, port) as (process, _):
        cloud = LocalCloud(state_dir)
        (portal,) = set(children_of(process.pid)) - {cloud.pid}
        os.kill(portal, signal.SIGKILL)
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == 1
        assert complaint.startswith("The portal stopped: ")
        assert complaint.count("\n") == 1
    assert not cloud.running


def test_cloud_that_is_stopped_underneath_ends_the_run(state_dir: Path, port: int) -> None:
    with running(state_dir, port) as (process, _):
        LocalCloud(state_dir).stop()
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == 1
        assert complaint == "The local cloud was stopped: `make run` starts it again.\n"
    assert is_free(port)


def test_folder_in_use_is_refused_in_one_line(state_dir: Path, port: int) -> None:
    cloud = LocalCloud(state_dir)
    cloud.start()
    done = subprocess.run(
        [*COMMAND, "--state", str(state_dir), "--port", str(port)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"A local cloud already uses {state_dir} (pid {cloud.pid}): stop it with "
        f"`python -m infra.localcloud down --state {state_dir}`.\n"
    )
    assert cloud.running
    cloud.stop()


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("client('sts').get_caller_identity()['Arn'].split('/')[-1]", "portal"),
        ("client('dynamodb').query(**one_item)['Count']", "0"),
        ("client('dynamodb').scan(TableName='test-registrations')", "AccessDeniedException"),
        ("client('cognito-idp').list_users(UserPoolId=pool)", "AccessDeniedException"),
    ],
)
def test_portal_has_the_rights_of_its_role_and_no_others(
    stage_cloud: LocalCloud, stage: dict[str, str], call: str, answer: str
) -> None:
    script = f"""
import os
from boto3 import client
from botocore.exceptions import ClientError
pool = os.environ["USER_POOL_ID"]
one_item = dict(
    TableName="test-registrations",
    KeyConditionExpression="shard = :s",
    ExpressionAttributeValues={{":s": {{"S": "nobody"}}}},
)
try:
    print({call})
except ClientError as refusal:
    print(refusal.response["Error"]["Code"])
"""
    from infra.localcloud.stage import environment

    env = environment_under_role(
        stage_cloud, environment(stage_cloud, "test", stage), stage["PortalRoleArn"]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == answer
