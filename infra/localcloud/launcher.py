"""The process of a local cloud: settings first, then patches, then ministack on loopback.

Started by ``cloud.LocalCloud``; everything it keeps is in one state folder::

    lock        held for as long as the process lives: one cloud per folder
    cloud.json  pid and port of the running (or last) cloud
    cloud.log   what ministack and the Lambdas' runtime said
    services/   what the services remember    objects/   what the buckets hold
    tmp/        unpacked Lambda code, emptied at every start
"""

import argparse
import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import IO

from infra.localcloud.lifeline import when_starter_ends
from infra.localcloud.places import HOST, REGION

_LOCK_TRIES = 20
# Settings the services read at import; LOG_LEVEL would otherwise reach the Lambdas as theirs.
_ONLY_AT_IMPORT = ("LOG_LEVEL",)


def main() -> None:
    """Serve until told to stop; a reason to refuse is the last line written to the log."""
    args = _arguments()
    state: Path = args.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    lock = _hold(state / "lock")
    listener = _listen(args.port)
    _settings(state, listener.getsockname()[1])
    _serve(state, listener, args)
    lock.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.localcloud.launcher")
    parser.add_argument("--state", type=Path, required=True, help="folder of all it keeps")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--until-starter-ends", action="store_true", help="end with the starter")
    return parser.parse_args()


def _hold(path: Path) -> IO[str]:
    lock = path.open("a")
    # Whoever looks whether a cloud runs holds the lock for a moment.
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return lock
    sys.exit(f"Another local cloud uses {path.parent}.")


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        sys.exit(f"Port {port} cannot be opened: {error.strerror}.")
    return listener


def _settings(state: Path, port: int) -> None:
    shutil.rmtree(state / "tmp", ignore_errors=True)
    (state / "tmp").mkdir()
    os.environ.update(
        GATEWAY_PORT=str(port),
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=REGION,
        AUTH="true",
        PERSIST_STATE="1",
        STATE_DIR=str(state / "services"),
        S3_PERSIST="1",
        S3_DATA_DIR=str(state / "objects"),
        TMPDIR=str(state / "tmp"),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        DOCKER_HOST=f"unix://{state / 'no-docker'}",
        AWS_EC2_METADATA_DISABLED="true",
        LOG_LEVEL="WARNING",
    )


def _serve(state: Path, listener: socket.socket, args: argparse.Namespace) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as ministack

    from infra.localcloud import patches

    left_out = os.environ.get("LOCALCLOUD_WITHOUT", "")
    patches.install(without=[name for name in left_out.split(",") if name])
    for name in _ONLY_AT_IMPORT:
        del os.environ[name]
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    _announce(state, listener.getsockname()[1])

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if args.until_starter_ends:
            when_starter_ends(lambda: loop.call_soon_threadsafe(stop.set))
        await serve(ministack.app, config, shutdown_trigger=stop.wait)

    asyncio.run(until_told())


def _announce(state: Path, port: int) -> None:
    """Written whole or not at all: a reader never sees half of it."""
    draft = state / "cloud.json.new"
    draft.write_text(json.dumps({"pid": os.getpid(), "port": port}))
    draft.replace(state / "cloud.json")


if __name__ == "__main__":
    main()
