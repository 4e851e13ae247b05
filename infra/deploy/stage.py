"""A stage: which stacks it has, in which order, and what each gets from the earlier ones."""

import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.deploy.docs import publish_docs
from infra.deploy.errors import DeployError
from infra.deploy.packaging import INFRA, Packager, empty_bucket, ensure_bucket
from infra.deploy.stacks import INLINE_BYTES, Stack, template_body
from infra.deploy.target import Target

# A stack's outputs are parameters of the later ones, by name.
STACKS = ("auth", "tables", "edge", "jobs", "alarms", "api", "streams", "portal")
SETTINGS = INFRA / "stages.toml"
Report = Callable[[str], None]
Outputs = dict[str, dict[str, str]]


def _silently(_: str) -> None:
    """Report to nobody."""


def deploy_stage(
    stage: str,
    *,
    only: Iterable[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    report: Report = _silently,
    target: Target | None = None,
) -> Outputs:
    """Bring the stacks of ``stage`` to their templates; returns the outputs of every stack.

    ``only`` names the stacks to touch (the outputs of the others are read), ``parameters``
    go before the stage's settings in ``stages.toml``. Raises DeployError at the first stack
    that fails; those before it stay.
    """
    target = target or Target.from_environment()
    chosen = _chosen(only)
    values = stage_parameters(stage, target) | dict(parameters or {})
    bucket = deployment_bucket(stage, target)
    ensure_bucket(target, bucket)
    packager = Packager(target, bucket, architecture=values.get("Architecture", "arm64"))
    outputs: Outputs = {}
    for name in STACKS:
        stack = Stack(target, stack_name(stage, name))
        if name in chosen:
            started = time.monotonic()
            changed = _deploy(stack, INFRA / f"{name}.yaml", packager, values)
            verdict = "deployed" if changed else "unchanged"
            report(f"{name:<8} {verdict:<9} {time.monotonic() - started:6.2f} s")
        outputs[name] = stack.outputs()
        values |= outputs[name]
    if "edge" in chosen:
        publish_docs(target, outputs["edge"]["StaticBucket"])
    if target.is_local:
        _verify_sender(target, values["MailFrom"])
    return outputs


def _verify_sender(target: Target, address: str) -> None:
    """SES takes mails of verified addresses only; on AWS a person does this once per domain."""
    mails = target.client("sesv2")
    with suppress(mails.exceptions.AlreadyExistsException):
        mails.create_email_identity(EmailIdentity=address)


def _chosen(only: Iterable[str] | None) -> set[str]:
    chosen = set(STACKS if only is None else only)
    if unknown := chosen - set(STACKS):
        raise DeployError(
            f"No such stack: {', '.join(sorted(unknown))}. There are {', '.join(STACKS)}."
        )
    return chosen


def _deploy(stack: Stack, file: Path, packager: Packager, values: Mapping[str, str]) -> bool:
    template = packager.package(file)
    wanted: dict[str, Any] = template.get("Parameters", {})
    missing = [n for n, rules in wanted.items() if "Default" not in rules and n not in values]
    if missing:
        raise DeployError(
            f"{stack.name} needs {', '.join(missing)}: set them in infra/stages.toml, "
            "or deploy the stack whose output they are."
        )
    body = template_body(template)
    if len(body) > INLINE_BYTES:
        key = packager.store(body, suffix=".json")
        place = {"TemplateURL": packager.url(key)}
    else:
        place = {"TemplateBody": body.decode()}
    return stack.deploy(place, {name: values[name] for name in wanted if name in values})


def stage_parameters(stage: str, target: Target) -> dict[str, str]:
    """What ``stages.toml`` says of ``stage``, over what it says of every stage.

    On the local cloud a stage that it does not name is like ``local``.
    """
    settings = tomllib.loads(SETTINGS.read_text())
    if not target.is_local and stage not in settings:
        raise DeployError(f"infra/stages.toml says nothing of the stage {stage}.")
    values: dict[str, str] = settings["every"] | settings.get(stage, settings["local"])
    endpoint = target.endpoint if target.is_local else None
    return values | {"Stage": stage} | ({"LocalEndpoint": endpoint} if endpoint else {})


def stack_name(stage: str, name: str) -> str:
    """``foyer-local-tables``."""
    return f"foyer-{stage}-{name}"


def deployment_bucket(stage: str, target: Target) -> str:
    """The bucket that holds a stage's archives; bucket names are unique in the world."""
    return f"foyer-{stage}-deploy-{target.account}-{target.region}"


def stack_outputs(stage: str, *, target: Target | None = None) -> Outputs:
    """The outputs of every stack of ``stage``; empty for a stack that does not exist."""
    target = target or Target.from_environment()
    return {name: Stack(target, stack_name(stage, name)).outputs() for name in STACKS}


def delete_stage(
    stage: str,
    *,
    only: Iterable[str] | None = None,
    report: Report = _silently,
    target: Target | None = None,
) -> None:
    """Delete the stacks of ``stage``, the last one first, with everything in its buckets."""
    target = target or Target.from_environment()
    chosen = _chosen(only)
    for name in reversed(STACKS):
        if name not in chosen:
            continue
        stack = Stack(target, stack_name(stage, name))
        if stack.describe() is None:
            continue
        started = time.monotonic()
        for resource in stack.resources():
            if resource["ResourceType"] == "AWS::S3::Bucket":
                empty_bucket(target, resource["PhysicalResourceId"])
        stack.delete()
        report(f"{name:<8} deleted   {time.monotonic() - started:6.2f} s")
    if chosen == set(STACKS):
        bucket = deployment_bucket(stage, target)
        empty_bucket(target, bucket)
        _drop_bucket(target, bucket)


def _drop_bucket(target: Target, bucket: str) -> None:
    s3 = target.client("s3")
    if any(found["Name"] == bucket for found in s3.list_buckets()["Buckets"]):
        s3.delete_bucket(Bucket=bucket)
