"""``make run`` after set-up: local cloud, stage, demo and portal, until Ctrl-C."""

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import DeployError
from infra.localcloud import demo, portal
from infra.localcloud.cloud import CloudError, LocalCloud, is_free
from infra.localcloud.lifeline import end_child, last_words
from infra.localcloud.places import DEFAULT_STATE, HOST
from infra.localcloud.stage import deploy, environment

STAGE = "local"
PORTS_TRIED = 20
LOOKED_AFTER_EVERY_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; 1 with a reason in one line when it cannot, or ends by itself."""
    args = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as running:
            _run(args, running)
    except KeyboardInterrupt:
        print("\nStopped. The data is kept; `make run` continues with it.")
    except (CloudError, DeployError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.localcloud.run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the portal's, or the next free")
    parser.add_argument("--cloud-port", type=int, default=0, help="default: that of last time")
    parser.add_argument("--state", type=Path, default=DEFAULT_STATE, help="the cloud's folder")
    return parser


def _run(args: argparse.Namespace, running: ExitStack) -> None:
    port = _free_port(args.port)
    if port != args.port:
        print(f"  Port {args.port} is in use: the portal takes {port}.", flush=True)
    address = f"http://{HOST}:{port}"
    parameters = {
        "PublicBaseUrl": address,
        "AllowedOrigins": f"{address},http://localhost:{port}",
    }
    cloud = LocalCloud(args.state, args.cloud_port)
    with _step("local cloud"):
        cloud.start()
        running.callback(cloud.stop)
    with _step("stage"):
        outputs = deploy(cloud, STAGE, parameters=parameters)
    env = environment(cloud, STAGE, outputs, parameters)
    with _step("demo"):
        sign_ins = demo.seed(env)
    with _step("portal"):
        child = portal.start(cloud, port, env, outputs["PortalRoleArn"])
        running.callback(end_child, child)
    _welcome(cloud, address, outputs["APIEndpoint"], sign_ins)
    while child.poll() is None:
        if not cloud.running:
            raise CloudError("The local cloud was stopped: `make run` starts it again.")
        time.sleep(LOOKED_AFTER_EVERY_SECONDS)
    raise CloudError(f"The portal stopped: {last_words(cloud.state_dir / 'portal.log')}")


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        if is_free(port):
            return port
    raise CloudError(
        f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are in use: name a free one, "
        "`make run PORT=9000`."
    )


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"  {name:<12}", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:6.1f} s", flush=True)


def _welcome(cloud: LocalCloud, address: str, api: str, sign_ins: Iterable[demo.SignIn]) -> None:
    lines = ["", f"  Portal  {address}", f"  API     {api}"]
    lines.append(f"  Mails   {cloud.endpoint}/_ministack/ses/messages")
    lines += ["", "  Sign in as"]
    lines += [f"    {who:<15} {email:<22} {password}" for who, email, password in sign_ins]
    lines += ["", "  Ctrl-C stops everything and keeps the data; `make reset` forgets it.", ""]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
