"""The portal on this machine, with the rights it has on AWS and no others.

``start`` is for ``run``; as a module this is the child process: waitress serving the portal's
WSGI application on loopback until its starter ends.
"""

import argparse
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from infra.localcloud.cloud import CloudError, LocalCloud
from infra.localcloud.lifeline import end_child, last_words, start_child, when_starter_ends
from infra.localcloud.places import HOST

READY_WITHIN_SECONDS = 30.0
THREADS = 8
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "TZ")
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start(
    cloud: LocalCloud, port: int, env: Mapping[str, str], role: str
) -> subprocess.Popen[bytes]:
    """Serve the portal under ``role`` and wait until it answers; CloudError if it does not."""
    log = cloud.state_dir / "portal.log"
    child = start_child(
        "infra.localcloud.portal",
        ["--port", str(port)],
        env={name: os.environ[name] for name in _INHERITED if name in os.environ}
        | environment_under_role(cloud, env, role),
        log=log,
    )
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not _answers(port):
        if child.poll() is not None or time.monotonic() > deadline:
            end_child(child)
            raise CloudError(f"The portal did not start: {last_words(log)}")
        time.sleep(0.05)
    return child


def environment_under_role(cloud: LocalCloud, env: Mapping[str, str], role: str) -> dict[str, str]:
    """The environment with the role in place of the keys.

    Every client of the AWS libraries then assumes it by itself, and again before it runs out.
    """
    config = cloud.state_dir / "portal-aws-config"
    config.write_text(
        f"[default]\nrole_arn = {role}\nsource_profile = account\nrole_session_name = portal\n"
        f"[profile account]\naws_access_key_id = {env['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {env['AWS_SECRET_ACCESS_KEY']}\n"
    )
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    return {name: value for name, value in env.items() if name not in keys} | {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _answers(port: int) -> bool:
    try:
        with _direct.open(f"http://{HOST}:{port}/signin", timeout=5):
            return True
    except urllib.error.HTTPError:
        # It runs; what it says is for a browser to see.
        return True
    except OSError:
        return False


def _serve() -> None:
    from waitress.server import create_server

    parser = argparse.ArgumentParser(prog="python -m infra.localcloud.portal")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.wsgi import application

    when_starter_ends(lambda: os._exit(0))
    create_server(application, host=HOST, port=port, threads=THREADS).run()


if __name__ == "__main__":
    _serve()
