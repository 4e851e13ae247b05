"""Cold starts of the API's functions, and our own CPU on each request.

Every sample is a fresh process that imports a handler and serves its first request against the
local cloud's tables; the peer, taken in turn with them, is a process with nothing but botocore
that makes a DynamoDB client and its first call. CPU time and the largest resident size. All read
bytecode that a first round of each wrote, which is not counted.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from bench import cold_imports, cold_process, warm_requests
from tests.support.api import Pool
from tests.support.templates import FUNCTIONS

ROUNDS = 9
TARGET_RATIO, TARGET_MIB = 1.6, 64
PEER = "botocore"
Report = Callable[[str], None]
Sample = dict[str, float]


def run(report: Report) -> None:
    """Report each function's median, its ratio to botocore and what it imports; then warm CPU."""
    names = [
        properties["Handler"].partition(".")[0]
        for stack, properties in FUNCTIONS.values()
        if stack == "api"
    ]
    with tempfile.TemporaryDirectory() as bytecode:
        environment = _environment(bytecode)
        measure_cold(names, environment, report)
        report("")
        cold_imports.measure(names, environment, report)
    report("")
    warm_requests.measure(report)


def measure_cold(names: list[str], environment: Mapping[str, str], report: Report) -> None:
    """CPU and memory of import and first request."""
    samples: dict[str, list[Sample]] = {name: [] for name in [PEER, *names]}
    for number in range(ROUNDS + 1):
        for name, taken in samples.items():
            found = _sample(name, environment)
            if number:  # the first one compiled
                taken.append(found)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    report(f"cold start: CPU of import and first request, medians of {ROUNDS} processes each")
    report(f"targets: at most {TARGET_RATIO} x bare botocore, {TARGET_MIB} MiB")
    report(f"{os.cpu_count()} cores, load {load}")
    for name, taken in samples.items():
        median = {key: statistics.median(one[key] for one in taken) for key in taken[0]}
        # Each against the botocore of its own round: whatever else the machine does hits both.
        pairs = zip(taken, samples[PEER], strict=True)
        ratio = statistics.median(own["total"] / bare["total"] for own, bare in pairs)
        over = ratio > TARGET_RATIO or median["mib"] > TARGET_MIB
        report(
            f"  {name:<18} import {median['import']:4.0f} ms  total {median['total']:4.0f} ms  "
            f"x {ratio:4.2f}  {median['mib']:3.0f} MiB  {'OVER' if over else ''}"
        )


def _environment(bytecode: str) -> dict[str, str]:
    """That of the measured processes, who may keep bytecode in a folder of their own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "ALLOWED_ORIGINS": "https://app.example.test",
        "PYTHONPYCACHEPREFIX": bytecode,
        cold_process.ID_TOKEN: Pool().make().id_token,
    }


def _sample(name: str, environment: Mapping[str, str]) -> Sample:
    done = subprocess.run(
        [sys.executable, "-m", "bench.cold_process", name],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(environment),
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
