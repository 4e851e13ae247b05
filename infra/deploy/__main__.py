"""``python -m infra.deploy --stage NAME``: deploy a stage, or delete it with ``--delete``."""

import argparse
import sys
import time
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import portal
from infra.deploy.errors import DeployError
from infra.deploy.stacks import Stack
from infra.deploy.stage import STACKS, Outputs, delete_stage, deploy_stage, stack_name
from infra.deploy.target import Target
from infra.localcloud.cloud import CloudError, LocalCloud
from infra.localcloud.places import DEFAULT_STATE


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 with one reason when it cannot be done."""
    args = _parser().parse_args(arguments)
    only = args.only.split(",") if args.only else None
    started = time.monotonic()
    try:
        target = _target(args.stage)
        if args.delete:
            return _delete(args, target, only)
        print(f"Deploying stage {args.stage} to {_where(target)}")
        outputs = deploy_stage(args.stage, only=only, report=_step, target=target)
        if args.portal:
            portal.deploy_portal(args.stage, outputs, target=target, report=_step)
        _summary(args.stage, target, outputs, time.monotonic() - started)
    except (CloudError, DeployError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", required=True, help="a section of infra/stages.toml")
    parser.add_argument("--only", help=f"comma list of stacks: {','.join(STACKS)}")
    parser.add_argument("--portal", action="store_true", help="the Django portal too, by Zappa")
    parser.add_argument("--delete", action="store_true", help="delete it, data included")
    parser.add_argument("--yes", action="store_true", help="with --delete: do not ask")
    return parser


def _target(stage: str) -> Target:
    """The environment's account or cloud; the stage ``local`` never goes to AWS."""
    target = Target.from_environment()
    if stage != "local" or target.is_local:
        return target
    cloud = LocalCloud(DEFAULT_STATE)
    if not cloud.running:
        cloud.start(detach=True)
        print(f"Started the local cloud at {cloud.endpoint}; `make stop` stops it.")
    return Target(cloud.endpoint)


def _where(target: Target) -> str:
    return f"the local cloud at {target.endpoint}" if target.is_local else f"AWS, {target.region}"


def _step(line: str) -> None:
    print(f"  {line}", flush=True)


def _delete(args: argparse.Namespace, target: Target, only: list[str] | None) -> int:
    what = f"stacks {', '.join(only)}" if only else "everything"
    question = f"Delete {what} of stage {args.stage} on {_where(target)}, data included? [y/N] "
    if not args.yes and input(question).strip().lower() != "y":
        print("Nothing deleted.")
        return 1
    if not only or "portal" in only:
        portal.delete_portal(args.stage, target=target, report=_step)
    delete_stage(args.stage, only=only, report=_step, target=target)
    return 0


def _summary(stage: str, target: Target, outputs: Outputs, seconds: float) -> None:
    resources = [
        resource
        for name, found in outputs.items()
        if found
        for resource in Stack(target, stack_name(stage, name)).resources()
    ]

    def of_type(kind: str) -> list[str]:
        return [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == kind]

    api = outputs["api"].get("APIEndpoint", "–")
    layers = [arn.split(":layer:")[-1] for arn in of_type("AWS::Lambda::LayerVersion")]
    print(f"\nStage {stage}, {_where(target)}, {seconds:.1f} s")
    print(f"  stacks     {', '.join(name for name, found in outputs.items() if found)}")
    print(f"  resources  {len(resources)}")
    print(f"  API        {api}")
    print(f"  portal     {outputs['portal'].get('PortalUrl') or '–'}")
    print(f"  docs       {outputs['edge'].get('DocsUrl', '–')}")
    print(f"  media      {outputs['edge'].get('MediaBaseUrl', '–')}")
    print(f"  functions  {', '.join(sorted(of_type('AWS::Lambda::Function')))}")
    print(f"  layers     {', '.join(sorted(layers))}\n")
    for name, found in outputs.items():
        print(f"{name}:")
        for key, value in sorted(found.items()):
            print(f"  {key} = {value}")


if __name__ == "__main__":
    sys.exit(main())
