"""``make check``, ``make test`` and ``make faults``: every check of the project.

Static checks run two at a time, each as one line with its time. Tests run in parallel, one local
cloud per worker.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra import node

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CLIENTS = ROOT / "tests/clients"

STATIC: dict[str, list[str]] = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary", "backend", "portal", "infra"],
    "imports": ["lint-imports"],
    "security": ["bandit", "-q", "-c", "pyproject.toml", "-r", "backend", "portal", "infra"],
    "openapi": ["python", "-m", "infra.openapi", "--check"],
}


FAULTS = ["tests/model", "tests/integration/backend/test_seat_machine.py"]
FAULTS += ["tests/integration/backend/test_seat_defects.py"]
FAULTS += ["tests/integration/backend/test_registrations_races.py"]
SEEDS = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of them; the exit code is that of the first thing that failed."""
    parser = argparse.ArgumentParser(prog="python -m infra.checks", description=__doc__)
    parser.add_argument("what", choices=["static", "tests", "faults"])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many faults tries")
    given = parser.parse_args(arguments)
    if given.what == "faults":
        return faults(given.seeds)
    return static_checks() if given.what == "static" else tests()


def static_checks() -> int:
    """All static checks; prints what each one that failed says."""
    # First: the tests that call the API through it are checked against it.
    if failed := _run_check(("client", ["python", "-m", "infra.api_client"])):
        return failed
    checks = STATIC | {"types": [*STATIC["types"], *_callers()]}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(_run_check, checks.items()))
    return 1 if any(results) else 0


def _callers() -> list[str]:
    """The tests that use the generated client."""
    folders = [folder for folder in (ROOT / "tests").iterdir() if folder != CLIENTS]
    tests = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return [str(path.relative_to(ROOT)) for path in tests if "foyer_client" in path.read_text()]


def _run_check(check: tuple[str, list[str]]) -> int:
    name, (program, *rest) = check
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / program), *rest], cwd=ROOT, capture_output=True, text=True, check=False
    )
    verdict = "failed" if done.returncode else "ok"
    lines = [f"  {name:<10} {verdict:<7} {time.monotonic() - started:5.1f} s"]
    if done.returncode:
        lines += [done.stdout.strip(), done.stderr.strip()]
    print("\n".join(line for line in lines if line), flush=True)
    return done.returncode


def tests() -> int:
    """The whole test suite with the coverage gate; without those that lack a program here."""
    command = [str(BIN / "python"), "-m", "pytest", "-q", "-n", _workers(), "--dist", "worksteal"]
    command += ["--cov=backend", "--cov-branch", "--cov-report=term:skip-covered", "--no-header"]
    missing = _missing()
    for kind, why in missing.items():
        if os.environ.get("CI") == "true":
            print(f"{why}, and with CI=true the {kind} tests must run.")
            return 1
        print(f"{why}: the {kind} tests are skipped.")
    if missing:
        command += ["-m", " and ".join(f"not {kind}" for kind in missing)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _missing() -> dict[str, str]:
    """The markers of tests that cannot run on this machine, and why; installs what can be."""
    missing = {}
    if find_browser() is None:
        missing["browser"] = "No Chromium was found"
    try:
        node.install(CLIENTS)
    except node.NodeFailed as error:
        missing["node"] = f"Clients of npm could not be installed ({error})"
    return missing


def faults(seeds: int) -> int:
    """The seat protocol at length: the large bounds of the model, and so many seeds of the machine."""
    command = [str(BIN / "python"), "-m", "pytest", "-q", "-n", _workers(), "--dist", "worksteal"]
    environment = os.environ | {"FAULTS": "true", "SEEDS": str(seeds)}
    return subprocess.run([*command, *FAULTS], cwd=ROOT, env=environment, check=False).returncode


def find_browser() -> str | None:
    """The path of a Chromium or Chrome on this machine, or ``None``."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def _workers() -> str:
    """One more than there are processors: tests wait about half of their time."""
    return os.environ.get("TEST_WORKERS") or str((os.cpu_count() or 1) + 1)


if __name__ == "__main__":
    sys.exit(main())
