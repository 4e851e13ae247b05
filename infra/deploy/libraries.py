"""Installing a requirement file into a folder, for this machine or for Lambda's Linux."""

import compileall
import hashlib
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

from infra.deploy.errors import DeployError

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
RUNTIME = "3.13"
LAYER = "python"
"""The folder of a layer that functions import from."""
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# Lambda's Python 3.13 stands on Amazon Linux 2023, which has glibc 2.34; pip wants each spelling.
_GLIBC = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
# Published as source only, and plain Python.
_SOURCE_ONLY = "placebo"


def install(requirements: Path, within: str, *, architecture: str | None) -> Path:
    """The folder under which ``within`` holds the libraries; kept until they change.

    ``architecture`` is Lambda's, or None for this machine and its Python.
    """
    kind = f"{within} {architecture} {RUNTIME if architecture else ''} {sys.version} compiled"
    stamp = hashlib.sha256(requirements.read_bytes() + kind.encode()).hexdigest()[:16]
    folder = BUILD / f"libraries-{stamp}"
    if not folder.exists():
        draft = folder.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        _pip(requirements, draft / within, architecture)
        add_bytecode(draft)
        draft.rename(folder)
    return folder


def add_bytecode(folder: Path) -> None:
    """Compile what a layer or a function's package holds, for good.

    Lambda may not write where they lie, so it would compile every module anew at each cold start.
    Only Python ``RUNTIME`` can compile for it: with another one they hold none, and work.
    """
    if f"{sys.version_info.major}.{sys.version_info.minor}" == RUNTIME:
        compileall.compile_dir(
            folder,
            quiet=2,  # some libraries bring examples that are no Python
            # An import puts the place of the source where these names stand.
            stripdir=str(folder),
            # Zips do not keep the times that bytecode is checked by otherwise.
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def _pip(requirements: Path, folder: Path, architecture: str | None) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--no-compile"]
    command += ["--only-binary=:all:", f"--no-binary={_SOURCE_ONLY}"]
    if architecture:
        command += ["--implementation", "cp", "--python-version", RUNTIME]
        for glibc in _GLIBC:
            command += ["--platform", f"{glibc}_{_MACHINES[architecture]}"]
    command += ["--target", str(folder), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason."])[-1]
        raise DeployError(f"{requirements.name} cannot be installed: {last}")
