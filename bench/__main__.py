"""``make bench``: a local cloud of its own, then each measurement; prints figures, asserts nothing.

Counts (calls, units) come first: they are the same everywhere. CPU times are medians and only
mean something against the baseline printed beside them, taken in the same run.
"""

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEASUREMENTS = (
    "registrations",
    "guest_lists",
    "lifecycle",
    "notices",
    "checkin",
    "boards",
    "portal",
    "pages",
    "counters",
    "routes",
    "cold_start",
)


def main(names: list[str]) -> int:
    """Run the named measurements, or all; the exit code is 2 for a name there is none of."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        print(f"No such measurement: {', '.join(sorted(unknown))}. There are {MEASUREMENTS}.")
        return 2
    with local_stage():
        for name in names or MEASUREMENTS:
            print(f"\n== {name} ==", flush=True)
            importlib.import_module(f"bench.{name}").run(report)
    return 0


def report(line: str = "") -> None:
    """One line of the result, shown at once."""
    print(line, flush=True)


@contextmanager
def local_stage() -> Iterator[None]:
    """A fresh local cloud with the tables; every client of this process talks to it."""
    os.environ |= {"STAGE": "test", "LOG_LEVEL": "WARNING"}
    from infra.localcloud.cloud import LocalCloud
    from infra.localcloud.stage import deploy, environment

    with tempfile.TemporaryDirectory() as folder:
        cloud = LocalCloud(Path(folder))
        cloud.start()
        try:
            os.environ.update(cloud.env())
            outputs = deploy(cloud, "test", only=["auth", "tables", "edge", "jobs"])
            os.environ.update(environment(cloud, "test", outputs))
            yield
        finally:
            cloud.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
