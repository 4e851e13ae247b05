"""A typed Python client of the public API: ``python -m infra.api_client`` writes ``foyer_client``.

openapi-python-client generates it from ``openapi.json`` into the git-ignored ``.build/client/``,
where our own tests import it from and mypy checks them against it: a change of the contract that
breaks a client breaks the build. What the generator cannot express is a failure, too.

A second run without changes takes milliseconds: a stamp of all inputs is compared.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from infra.locks import locked

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "openapi.json"
FOLDER = ROOT / ".build/client"
PACKAGE = "foyer_client"
# Formatting is left out: nobody reads the code here, and it would take longer than making it.
SETTINGS = f"package_name_override: {PACKAGE}\npost_hooks: []\n"


class ClientFailed(Exception):
    """The client cannot be generated; the text is what the generator says."""


def build(source: Path = FILE, folder: Path = FOLDER) -> bool:
    """Bring the package in ``folder`` up to date; returns whether there was anything to do.

    Safe to call from several processes at once: the second waits for the first. Raises ClientFailed.
    """
    with locked(folder / "lock"):
        stamp, made = folder / "stamp.txt", folder / PACKAGE
        wanted = _stamp(source)
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        stamp.unlink(missing_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        _generate(source, made, settings=folder / "settings.yaml")
        stamp.write_text(wanted)
        return True


def _stamp(source: Path) -> str:
    digest = hashlib.sha256(source.read_bytes())
    digest.update(f"{version('openapi-python-client')}\n{SETTINGS}".encode())
    return digest.hexdigest()


def _generate(source: Path, package: Path, *, settings: Path) -> None:
    settings.write_text(SETTINGS)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--path", str(source), "--config", str(settings)]
    command += ["--meta", "none", "--output-path", str(package)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ClientFailed((result.stdout + result.stderr).strip())


def main() -> int:
    """Generate it, and say in one line what happened."""
    started = time.monotonic()
    try:
        changed = build(FILE, FOLDER)
    except ClientFailed as error:
        print(f"client: {error}", file=sys.stderr)
        return 1
    what = "generated" if changed else "up to date"
    print(f"client: {what} in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
