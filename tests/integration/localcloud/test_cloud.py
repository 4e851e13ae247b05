"""Starting, finding, stopping and surviving; each test has clouds of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.localcloud.cloud import CloudError, LocalCloud
from infra.localcloud.places import PROJECT
from tests.integration.localcloud.conftest import deploy_probe, drain, invoke, upload_code
from tests.integration.localcloud.processes import children_of, is_alive, wait_until

SAVED_WITHIN_SECONDS = 3.0


@pytest.fixture
def own(state_dir: Path) -> Iterator[LocalCloud]:
    cloud = LocalCloud(state_dir)
    cloud.start()
    yield cloud
    cloud.stop()


def client(cloud: LocalCloud, service: str) -> Any:
    return boto3.client(service, endpoint_url=cloud.endpoint)


def make_table(cloud: LocalCloud, name: str) -> None:
    client(cloud, "dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def table_names(cloud: LocalCloud) -> list[str]:
    names: list[str] = client(cloud, "dynamodb").list_tables()["TableNames"]
    return names


def kill(cloud: LocalCloud) -> None:
    os.kill(cloud.pid, signal.SIGKILL)
    wait_until(lambda: not cloud.running)


class TestSideBySide:
    def test_two_clouds_know_nothing_of_each_other(self, own: LocalCloud, tmp_path: Path) -> None:
        other = LocalCloud(tmp_path / "other")
        other.start()
        make_table(own, "mine")
        assert (table_names(own), table_names(other)) == (["mine"], [])
        assert other.stop()
        assert table_names(own) == ["mine"]

    def test_second_cloud_on_one_folder_is_refused(self, own: LocalCloud) -> None:
        with pytest.raises(CloudError) as refusal:
            LocalCloud(own.state_dir).start()
        assert str(refusal.value) == (
            f"A local cloud already uses {own.state_dir} (pid {own.pid}): stop it with "
            f"`python -m infra.localcloud down --state {own.state_dir}`."
        )

    def test_port_in_use_is_refused(self, state_dir: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CloudError) as refusal:
                LocalCloud(state_dir, port).start()
        assert str(refusal.value) == (
            f"Port {port} is in use: stop what uses it, or take another port."
        )

    def test_cloud_that_does_not_come_up_says_why(
        self, state_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LOCALCLOUD_WITHOUT", "no_such_patch")
        with pytest.raises(CloudError) as refusal:
            LocalCloud(state_dir).start()
        assert str(refusal.value) == (
            "The local cloud did not start: KeyError: 'no_such_patch' "
            f"(all of it: {state_dir.resolve() / 'cloud.log'})"
        )


class TestStopping:
    def test_stopped_cloud_keeps_everything(self, own: LocalCloud) -> None:
        make_table(own, "kept")
        assert own.stop()
        assert not own.running
        assert not own.stop()
        own.start()
        assert table_names(own) == ["kept"]

    def test_next_start_takes_the_port_of_last_time(self, own: LocalCloud) -> None:
        port = own.port
        own.stop()
        own.start()
        assert own.port == port

    def test_another_process_finds_and_stops_it(self, own: LocalCloud) -> None:
        found = LocalCloud(own.state_dir)
        assert found.running
        assert found.endpoint == own.endpoint
        assert found.stop()
        assert not own.running

    def test_reset_forgets_everything(self, own: LocalCloud) -> None:
        own.reset()
        assert not own.state_dir.exists()

    def test_looking_leaves_no_trace(self, tmp_path: Path) -> None:
        assert not LocalCloud(tmp_path).running
        assert list(tmp_path.iterdir()) == []

    def test_reset_leaves_a_folder_that_is_not_a_clouds(self, tmp_path: Path) -> None:
        (tmp_path / "precious").touch()
        with pytest.raises(CloudError) as refusal:
            LocalCloud(tmp_path).reset()
        assert str(refusal.value) == (f"{tmp_path} is not a local cloud's folder: left as it is.")
        assert (tmp_path / "precious").exists()

    @pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
    def test_cloud_ends_with_the_process_that_started_it(
        self, state_dir: Path, ending: signal.Signals
    ) -> None:
        script = (
            "import sys, time; from pathlib import Path;"
            "from infra.localcloud.cloud import LocalCloud;"
            "LocalCloud(Path(sys.argv[1])).start(); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script, str(state_dir)], cwd=PROJECT
        ) as starter:
            cloud = LocalCloud(state_dir)
            wait_until(lambda: cloud.running and (state_dir / "cloud.json").exists())
            cloud.wait_ready()
            starter.send_signal(ending)
        wait_until(lambda: not cloud.running)


class TestSaving:
    def test_killed_cloud_loses_seconds_only(self, own: LocalCloud) -> None:
        make_table(own, "kept")
        client(own, "s3").create_bucket(
            Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        client(own, "s3").put_object(Bucket="kept", Key="photo", Body=b"seen")
        time.sleep(SAVED_WITHIN_SECONDS)
        kill(own)
        own.start()
        assert table_names(own) == ["kept"]
        assert client(own, "s3").get_object(Bucket="kept", Key="photo")["Body"].read() == b"seen"

    def test_functions_end_with_a_killed_cloud(
        self, own: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", own.endpoint)
        probe = deploy_probe(upload_code("code"))
        assert invoke(probe["WorkFunction"], {}) == (None, "done")
        workers = children_of(own.pid)
        assert len(workers) == 1
        kill(own)
        wait_until(lambda: not any(map(is_alive, workers)))

    def test_busy_function_ends_with_a_killed_cloud(
        self, own: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", own.endpoint)
        probe = deploy_probe(upload_code("code"))
        boto3.client("lambda").invoke(
            FunctionName=probe["WorkFunction"], InvocationType="Event", Payload=b'{"sleep": 30}'
        )
        wait_until(lambda: children_of(own.pid))
        time.sleep(1)
        workers = children_of(own.pid)
        kill(own)
        wait_until(lambda: not any(map(is_alive, workers)), 5)

    def test_change_not_yet_delivered_is_delivered_after_a_kill(
        self, own: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", own.endpoint)
        probe = deploy_probe(upload_code("code"))
        table = boto3.resource("dynamodb").Table(probe["Table"])
        pk = uuid.uuid4().hex
        table.put_item(Item={"pk": pk, "sk": "seen before"})
        assert drain(probe["Seen"], 1) == [{"pk": pk, "sk": "seen before"}]
        # The first keeps its consumer busy past the kill, so neither is acknowledged.
        table.put_item(Item={"pk": pk, "sk": "under way", "slow": 5})
        table.put_item(Item={"pk": pk, "sk": "waiting"})
        time.sleep(SAVED_WITHIN_SECONDS)
        kill(own)
        own.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", own.endpoint)
        table = boto3.resource("dynamodb").Table(probe["Table"])
        table.put_item(Item={"pk": pk, "sk": "after"})
        seen = [message["sk"] for message in drain(probe["Seen"], 3, 20)]
        assert seen == ["under way", "waiting", "after"]
