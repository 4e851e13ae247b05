"""What the imports of a cold function cost beyond botocore's, by ``-X importtime``.

That counts wall time, so of several processes the least of each module is taken.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping

ROUNDS = 5
MOST_TOLD = 6
PEER = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")


def measure(
    names: list[str], environment: Mapping[str, str], report: Callable[[str], None]
) -> None:
    """Modules and milliseconds of each function, and its dearest packages and features."""
    peer = _milliseconds(PEER, environment)
    report(f"imports: modules and time of their own, the least of {ROUNDS} processes each")
    report(f"  {'botocore':<18} {len(peer):4} modules  {sum(peer.values()):4.0f} ms")
    for name in names:
        whole = _milliseconds(f"import backend.handlers.{name}", environment)
        more = {module: own for module, own in whole.items() if module not in peer}
        report(
            f"  {name:<18} {len(whole):4} modules  {sum(whole.values()):4.0f} ms; beyond botocore "
            f"{len(more)} and {sum(more.values()):.0f} ms: {_dearest(more)}"
        )


def _milliseconds(program: str, environment: Mapping[str, str]) -> dict[str, float]:
    """What each module that is imported takes by itself."""
    least: dict[str, float] = {}
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", program],
            check=True,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )
        for own, module in _LINE.findall(done.stderr):
            least[module] = min(int(own) / 1000, least.get(module, float("inf")))
    return least


def _dearest(modules: Mapping[str, float]) -> str:
    by_part: Counter[str] = Counter()
    for module, own in modules.items():
        parts = module.split(".")
        # A feature of ours is told by itself, a library as a whole.
        by_part[".".join(parts[:2]) if parts[0] == "backend" else parts[0]] += own
    return ", ".join(f"{part} {own:.0f}" for part, own in by_part.most_common(MOST_TOLD))
