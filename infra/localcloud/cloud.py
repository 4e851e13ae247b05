"""Starting, finding and stopping a local cloud; one per state folder, any number side by side."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from infra.localcloud.lifeline import STOPPED_WITHIN_SECONDS, end_child, last_words, start_child
from infra.localcloud.places import DEFAULT_STATE, HOST, REGION

READY_WITHIN_SECONDS = 60.0
# What the cloud and the Lambdas in it inherit; anything else of the caller's environment (a real
# account's keys, a proxy, PYTHONPATH) would make them behave differently here than elsewhere.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "TZ", "LOCALCLOUD_WITHOUT")
# Never through a proxy: the cloud is on this machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CloudError(Exception):
    """A reason in one line, with its remedy."""


class LocalCloud:
    """The cloud of one state folder, whether running or not."""

    def __init__(self, state_dir: Path, port: int = 0) -> None:
        """``port`` 0: the one of last time if it is free, else any free one."""
        self.state_dir = Path(state_dir).resolve()
        self._wanted_port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        """What the process wrote since it was started last."""
        return self.state_dir / "cloud.log"

    @property
    def running(self) -> bool:
        """Whether a process holds the folder; a pid left behind by a crash does not count."""
        try:
            with (self.state_dir / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    @property
    def pid(self) -> int:
        """Of the running cloud, or of the last; CloudError if there was none."""
        return self._recorded()["pid"]

    @property
    def port(self) -> int:
        """Of the running cloud, or of the last; CloudError if there was none."""
        return self._recorded()["port"]

    @property
    def endpoint(self) -> str:
        """The address of every service, ``http://127.0.0.1:port``."""
        return f"http://{HOST}:{self.port}"

    def env(self) -> dict[str, str]:
        """What a client's environment needs to talk to this cloud and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self, *, detach: bool = False) -> None:
        """Start and wait until ready. Unless detached it stops with this process.

        Raises CloudError if the folder is in use, the port taken, or the cloud does not come up.
        """
        if self.running:
            raise CloudError(
                f"A local cloud already uses {self.state_dir} (pid {self.pid}): "
                f"stop it with `{self._command('down')}`."
            )
        self._forget_process()
        port = self._wanted_port or self._last_port_if_free()
        if port and not is_free(port):
            raise CloudError(f"Port {port} is in use: stop what uses it, or take another port.")
        self.state_dir.mkdir(parents=True, exist_ok=True)
        (self.state_dir / "cloud.json").unlink(missing_ok=True)
        self._process = self._launch(port, detach=detach)
        self.wait_ready()

    def wait_ready(self, timeout: float = READY_WITHIN_SECONDS) -> None:
        """Until it answers; CloudError with the log's last line if it ends or takes too long."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                self._forget_process()
                raise CloudError(f"The local cloud did not start: {last_words(self.log_file)}")
            if self._answers():
                return
            time.sleep(0.05)
        self._forget_process()
        raise CloudError(f"The local cloud was not ready after {timeout:.0f} s: {self.log_file}")

    def stop(self) -> bool:
        """Save and stop; True if it was running. After 20 s it is killed."""
        if not self.running:
            self._forget_process()
            return False
        pid = self.pid
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOPPED_WITHIN_SECONDS
        while self.running and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        if self.running:
            os.kill(pid, signal.SIGKILL)
        self._forget_process()
        return True

    def reset(self) -> None:
        """Stop and forget everything. Refuses a folder that is not a local cloud's."""
        if not self.state_dir.exists():
            return
        if any(self.state_dir.iterdir()) and not (self.state_dir / "lock").exists():
            raise CloudError(f"{self.state_dir} is not a local cloud's folder: left as it is.")
        self.stop()
        shutil.rmtree(self.state_dir)

    def _launch(self, port: int, *, detach: bool) -> subprocess.Popen[bytes]:
        arguments = ["--state", str(self.state_dir), "--port", str(port)]
        return start_child(
            "infra.localcloud.launcher",
            arguments if detach else [*arguments, "--until-starter-ends"],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            log=self.log_file,
            detach=detach,
        )

    def _command(self, name: str) -> str:
        if self.state_dir == DEFAULT_STATE:
            return {"up": "make run", "down": "make stop"}[name]
        return f"python -m infra.localcloud {name} --state {self.state_dir}"

    def _recorded(self) -> dict[str, int]:
        try:
            recorded: dict[str, int] = json.loads((self.state_dir / "cloud.json").read_text())
        except FileNotFoundError:
            raise CloudError(
                f"No local cloud runs on {self.state_dir}: start one with `{self._command('up')}`."
            ) from None
        return recorded

    def _last_port_if_free(self) -> int:
        try:
            port = self.port
        except CloudError:
            return 0
        return port if is_free(port) else 0

    def _answers(self) -> bool:
        try:
            with _direct.open(f"{self.endpoint}/_ministack/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (CloudError, OSError):
            return False

    def _reap(self) -> None:
        if self._process is not None:
            self._process.poll()

    def _forget_process(self) -> None:
        if self._process is not None:
            end_child(self._process)
            self._process = None


def is_free(port: int) -> bool:
    """Whether a server on this machine could open the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
