"""What every test stands on: a clean environment and, for those that ask, a local cloud.

``cloud``   an empty local cloud, one per worker
``tables``  sign-in, tables, secrets and buckets deployed, their names in the environment
``stage``   everything deployed: also the API and the streams
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Nothing of the machine's own accounts or proxies may reach a test; set before any client is made.
for _name in [*os.environ]:
    if _name.startswith("AWS_") or _name.lower().endswith("_proxy"):
        del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_REGION="eu-central-1",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    STAGE="test",
)

from infra.localcloud.cloud import LocalCloud  # noqa: E402 - only in a clean environment

Outputs = dict[str, str]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud of this worker's own, and every client of this process talks to it."""
    local = LocalCloud(tmp_path_factory.mktemp("cloud"))
    local.start()
    os.environ.update(local.env())
    yield local
    local.stop()


@pytest.fixture(scope="session")
def tables(cloud: LocalCloud) -> Outputs:
    """The stacks that services need in process; far quicker than the whole stage."""
    return _deploy(cloud, only=["auth", "tables", "edge"])


@pytest.fixture(scope="session")
def stage(cloud: LocalCloud, tables: Outputs) -> Outputs:
    """The whole stage, as `make run` deploys it."""
    return _deploy(cloud, only=None)


def _deploy(cloud: LocalCloud, *, only: list[str] | None) -> Outputs:
    # Imported here: unit tests start without boto3.
    from infra.localcloud.stage import deploy, environment

    outputs = deploy(cloud, "test", only=only)
    os.environ.update(environment(cloud, "test", outputs))
    _forget_configuration()
    return outputs


def _forget_configuration() -> None:
    from backend.shared.config import config

    config.cache_clear()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"
