"""``python -m infra.localcloud``: AWS on this machine, with the stage ``local`` in it."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import DeployError
from infra.localcloud.cloud import CloudError, LocalCloud
from infra.localcloud.places import DEFAULT_STATE
from infra.localcloud.stage import deploy, outputs_of

STAGE = "local"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 with a reason in one line when it cannot be done."""
    args = _parser().parse_args(arguments)
    commands = {"up": _up, "down": _down, "reset": _reset, "status": _status, "outputs": _outputs}
    try:
        return commands[args.command](args)
    except (CloudError, DeployError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    state = argparse.ArgumentParser(add_help=False)
    state.add_argument(
        "--state", type=Path, default=DEFAULT_STATE, help="its folder, one per cloud"
    )
    parser = argparse.ArgumentParser(prog="python -m infra.localcloud", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", parents=[state], help="start it and deploy the stage")
    up.add_argument("--port", type=int, default=0, help="default: that of last time, or any free")
    up.add_argument("--detach", action="store_true", help="leave it running in the background")
    commands.add_parser("down", parents=[state], help="stop it and keep what is in it")
    commands.add_parser("reset", parents=[state], help="stop it and forget what is in it")
    commands.add_parser("status", parents=[state], help="say whether it runs; 1 if not")
    commands.add_parser("outputs", parents=[state], help="the outputs of all stacks as JSON")
    return parser


def _up(args: argparse.Namespace) -> int:
    cloud = LocalCloud(args.state, args.port)
    if cloud.running and args.detach and args.port in (0, cloud.port):
        print(f"Already running at {cloud.endpoint} (pid {cloud.pid}).")
    else:
        cloud.start(detach=args.detach)
        print(f"Running at {cloud.endpoint} (pid {cloud.pid}).", flush=True)
    try:
        deploy(cloud, STAGE, report=lambda line: print(f"  {line}", flush=True))
    except BaseException:
        if not args.detach:
            cloud.stop()
        raise
    print(f"Stage {STAGE} is deployed.", flush=True)
    if not args.detach:
        # Blocked before anyone is told: from here on a signal waits for sigwait.
        ends = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        print("Ctrl-C stops it; what is in it is kept.", flush=True)
        signal.sigwait(ends)
        cloud.stop()
    return 0


def _down(args: argparse.Namespace) -> int:
    stopped = LocalCloud(args.state).stop()
    print("Stopped." if stopped else f"No local cloud runs on {args.state}.")
    return 0


def _reset(args: argparse.Namespace) -> int:
    LocalCloud(args.state).reset()
    print("Everything in it is forgotten.")
    return 0


def _status(args: argparse.Namespace) -> int:
    cloud = LocalCloud(args.state)
    if not cloud.running:
        print(f"No local cloud runs on {args.state}.")
        return 1
    deployed = "deployed" if outputs_of(cloud, STAGE) else "not deployed"
    print(f"Running at {cloud.endpoint} (pid {cloud.pid}), stage {STAGE} {deployed}.")
    return 0


def _outputs(args: argparse.Namespace) -> int:
    cloud = LocalCloud(args.state)
    if not cloud.running:
        raise CloudError(f"No local cloud runs on {args.state}: start one with the command up.")
    print(json.dumps(outputs_of(cloud, STAGE), indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
