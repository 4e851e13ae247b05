"""What every test stands on: a clean environment and, for those that ask, a local cloud.

``cloud``   an empty local cloud, one per worker
``tables``  on it: sign-in, tables, secrets and buckets, their names in the environment
``stage``   everything deployed, on a cloud of its own (``stage_cloud``): its streams would
            react to what tests of services write and count
"""

import importlib
import os
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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

from infra import api_client  # noqa: E402 - only in a clean environment
from infra.localcloud.cloud import LocalCloud  # noqa: E402

Outputs = dict[str, str]
# The environment of each kind of cloud that this worker runs; clients read it when they are made.
_environments: dict[str, dict[str, str]] = {}


def pytest_configure() -> None:
    """Tests import the client of the API that is generated: before they are collected."""
    try:
        api_client.build()
    except api_client.ClientFailed as error:
        raise pytest.UsageError(str(error)) from error
    importlib.invalidate_caches()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud of this worker's own, and every client of this process talks to it."""
    yield from _running(tmp_path_factory.mktemp("cloud"), "tables")


@pytest.fixture(scope="session")
def tables(cloud: LocalCloud) -> Outputs:
    """The stacks that services need in process; no stream reacts to what a test writes."""
    return _deploy(cloud, "tables", only=["auth", "tables", "edge", "jobs"])


@pytest.fixture(scope="session")
def stage_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Another local cloud, where the whole stage lives and its streams run."""
    yield from _running(tmp_path_factory.mktemp("stage"), "stage")


@pytest.fixture(scope="session")
def stage(stage_cloud: LocalCloud) -> Outputs:
    """The whole stage, as `make run` deploys it."""
    return _deploy(stage_cloud, "stage", only=None)


def _running(state: Path, kind: str) -> Iterator[LocalCloud]:
    local = LocalCloud(state)
    local.start()
    _environments[kind] = local.env()
    _use(kind)
    yield local
    local.stop()


def _deploy(local: LocalCloud, kind: str, *, only: list[str] | None) -> Outputs:
    # Imported here: unit tests start without boto3.
    from infra.localcloud.stage import deploy, environment

    outputs = deploy(local, "test", only=only)
    _environments[kind] = environment(local, "test", outputs)
    _use(kind)
    return outputs


def _use(kind: str) -> None:
    """Let this process work on one of its clouds; clients made for the other are forgotten."""
    if all(os.environ.get(name) == value for name, value in _environments[kind].items()):
        return
    os.environ.update(_environments[kind])
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("backend", "portal"):
            for part in list(vars(module).values()):
                # Asking an instance would wake lazy objects such as Django's settings.
                if type(part) is _lru_cache_wrapper:
                    part.cache_clear()
    _reload_portal_settings()
    if database := sys.modules.get("backend.shared.db"):
        shared = database.Table._shared
        if shared is not None:
            shared._client = None


def _reload_portal_settings() -> None:
    """They name the cloud's hosts, and a unit test may have read them before there was one."""
    if module := sys.modules.get("portal.settings"):
        from django.conf import Settings, settings

        importlib.reload(module)
        settings._wrapped = Settings("portal.settings")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes, or the package registry, is left to ``CI=true``."""
    if os.environ.get("CI") == "true":
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def _kind_of(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", ())
    return "stage" if {"stage", "stage_cloud"} & {*names} else "tables"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before fixtures that outlive a test are made: they read the environment, too."""
    if _kind_of(item) in _environments:
        _use(_kind_of(item))


@pytest.fixture(autouse=True)
def _on_the_right_cloud(request: pytest.FixtureRequest) -> None:
    """A test's own fixtures may have started the other cloud last."""
    if (kind := _kind_of(request.node)) in _environments:
        _use(kind)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One browser per worker: Playwright runs once in a process."""
    from tests.support.browser import running_chromium

    with running_chromium() as browser:
        yield browser


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"
