"""The Django portal: static files to S3, then a package of its own for Zappa.

The package is made in ``.build/portal-<stage>`` from what the portal runs with and nothing else.
``zappa_settings.json`` says what is the same everywhere; what a stage adds (its role, bucket
and environment) is written beside the package.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from infra.deploy.environment import backend_environment
from infra.deploy.errors import DeployError
from infra.deploy.libraries import BUILD, ROOT, add_bytecode, install
from infra.deploy.packaging import HANDLERS
from infra.deploy.stage import Outputs, deployment_bucket, stage_parameters
from infra.deploy.target import LOCAL_KEY, Target
from infra.locks import locked

SETTINGS = ROOT / "zappa_settings.json"
PACKAGES = ("backend", "portal", "templates", "locale")
BUILT = ("icons.json", "staticfiles.json")  # of static_build: icons inside pages, hashed names
_BIN = Path(sys.executable).parent
Report = Callable[[str], None]


def deploy_portal(
    stage: str,
    outputs: Outputs,
    *,
    target: Target,
    report: Report,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Bring the portal of ``stage`` to the code at hand; returns its address.

    ``outputs`` are those of ``deploy_stage``, ``parameters`` the ones it was given. Raises
    DeployError with the last words of Django or Zappa if either fails.
    """
    values = stage_parameters(stage, target) | dict(parameters or {})
    values |= {key: value for found in outputs.values() for key, value in found.items()}
    # The package and the manifest are files of this checkout.
    with locked(BUILD / "portal.lock"):
        _deliver(stage, values, target, report)
    address = portal_url(stage, target)
    outputs["portal"]["PortalUrl"] = address
    return address


def _deliver(stage: str, values: Mapping[str, str], target: Target, report: Report) -> None:
    with _Step("static", "uploaded", report):
        _run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"],
            folder=ROOT,
            environment=portal_environment(values, target) | _client_environment(target),
        )
    with _Step("package", "staged", report):
        folder = BUILD / f"portal-{stage}"
        lay_out(folder, stage, zappa_settings(stage, values, target), ROOT / "static_build")
        libraries = _libraries(values, target)
    verb = "update" if function_exists(stage, target) else "deploy"
    with _Step("zappa", f"{verb} done", report):
        _run(
            [str(_BIN / "zappa"), verb, stage],
            folder=folder,
            environment=_client_environment(target) | {"VIRTUAL_ENV": str(libraries)},
        )


def portal_environment(values: Mapping[str, str], target: Target) -> dict[str, str]:
    """The variables of the deployed portal: the backend's and where its static files are."""
    environment = backend_environment(values) | {
        "POWERTOOLS_SERVICE_NAME": "portal",
        "STATIC_BUCKET": values["StaticBucket"],
        "STATIC_BASE_URL": values["StaticBaseUrl"],
        # Zappa starts the portal while Lambda lends a new instance a whole core, not at the first
        # request, which has 0.6 of one.
        "INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1",
        # API Gateway sends a request to this API only under the API's own name.
        "PORTAL_HOSTS": f".execute-api.{target.region}.amazonaws.com",
    }
    if target.is_local:
        # Its gateway claims https as AWS's does, while browsers come by http.
        host = f".execute-api.localhost:{urlsplit(target.endpoint or '').port}"
        environment["PORTAL_HOSTS"] = host.split(":", maxsplit=1)[0]
        environment["PORTAL_ORIGINS"] = f"http://*{host}"
    return environment


def lay_out(folder: Path, stage: str, settings: Mapping[str, Any], static_build: Path) -> None:
    """Fill ``folder`` with the portal's code and its settings for Zappa, and nothing else.

    Zappa lays its handler beside them. It is here before, for the sake of its bytecode.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in PACKAGES:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=_unwanted)
    (folder / "static_build").mkdir()
    for name in BUILT:
        shutil.copy(static_build / name, folder / "static_build" / name)
    every = json.loads(SETTINGS.read_text())
    text = json.dumps(every | {stage: {"extends": "base"} | dict(settings)}, indent=4)
    (folder / "zappa_settings.json").write_text(text)
    shutil.copy(_zappa() / "handler.py", folder)
    add_bytecode(folder)


def _zappa() -> Path:
    """Where the library lies that ``zappa`` runs, too."""
    spec = find_spec("zappa")
    if spec is None or spec.origin is None:
        raise DeployError("Zappa is not installed; `make` installs it.")
    return Path(spec.origin).parent


def zappa_settings(stage: str, values: Mapping[str, str], target: Target) -> dict[str, Any]:
    """What ``stage`` adds to the settings that are the same everywhere."""
    settings = {
        "aws_region": target.region,
        "s3_bucket": deployment_bucket(stage, target),
        "role_arn": values["PortalRoleArn"],
        "architecture": values.get("Architecture", "arm64"),
        "xray_tracing": values.get("Tracing") == "Active",
        "aws_environment_variables": portal_environment(values, target),
    }
    # On AWS Zappa sees by the host's name that the stage leads every path; here it is told.
    return settings | ({"base_path": stage} if target.is_local else {})


def _unwanted(folder: str, names: list[str]) -> set[str]:
    left_out = {HANDLERS.name} if Path(folder) == HANDLERS.parent else set()
    return {name for name in names if name == "__pycache__" or name in left_out}


def _libraries(values: Mapping[str, str], target: Target) -> Path:
    """A folder laid out as an environment with the portal's run-time libraries only."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # The local cloud runs functions with this machine's Python, whatever their runtime says.
    architecture = None if target.is_local else values.get("Architecture", "arm64")
    requirements = ROOT / "requirements-portal.txt"
    return install(requirements, f"lib/{version}/site-packages", architecture=architecture)


def function_name(stage: str) -> str:
    """The name Zappa gives the portal's function, and the stack with its API."""
    return f"foyer-portal-{stage}"


def function_exists(stage: str, target: Target) -> bool:
    """Whether Zappa deployed the portal of ``stage`` before."""
    try:
        target.client("lambda").get_function(FunctionName=function_name(stage))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True


def portal_url(stage: str, target: Target) -> str:
    """The portal's address at its API, without a slash at the end."""
    api = target.client("cloudformation").describe_stack_resource(
        StackName=function_name(stage), LogicalResourceId="Api"
    )["StackResourceDetail"]["PhysicalResourceId"]
    port = urlsplit(target.endpoint or "").port
    if port:
        return f"http://{api}.execute-api.localhost:{port}/{stage}"
    return f"https://{api}.execute-api.{target.region}.amazonaws.com/{stage}"


def delete_portal(stage: str, *, target: Target, report: Report) -> None:
    """Take the portal of ``stage`` down, if Zappa deployed it: its API and its function."""
    if not function_exists(stage, target):
        return
    with _Step("zappa", "undeployed", report):
        # Not by `zappa undeploy`: it asks for settings that went with the other stacks.
        formation, name = target.client("cloudformation"), function_name(stage)
        formation.delete_stack(StackName=name)
        formation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1 if target.is_local else 5}
        )
        target.client("lambda").delete_function(FunctionName=name)


def _client_environment(target: Target) -> dict[str, str]:
    region = {"AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
    if not target.is_local:
        return region
    keys = {"AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_KEY}
    return region | keys | {"AWS_ENDPOINT_URL": str(target.endpoint)}


def _run(command: list[str], *, folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-15:]
        raise DeployError("\n".join([f"{Path(command[0]).name} {command[1]} failed:", *words]))


class _Step:
    """Reports what was done and how long it took, unless it failed."""

    def __init__(self, name: str, verdict: str, report: Report) -> None:
        self._line = f"{name:<8} {verdict:<9}"
        self._report = report

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, kind: Any, *rest: object) -> None:
        if kind is None:
            self._report(f"{self._line} {time.monotonic() - self._started:6.2f} s")
