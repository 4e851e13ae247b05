"""What people came for and what became of it, counted for the metrics of whoever serves them.

Features count; the line that tells of the request carries the numbers, in CloudWatch's embedded
format, and begins anew. A name is one of few and says nothing of anybody.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from backend.shared.errors import DomainError

NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Foyer")
STAGE = os.environ.get("STAGE", "")

_P = ParamSpec("_P")
_R = TypeVar("_R")
_counts: Counter[str] = Counter()


def counts(
    name: str, word_of: Callable[[_R], str]
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Count what the decorated function answers, as ``name`` and its word: ``AdmissionAlreadyIn``.

    ``word_of`` gives the answer's word, one of an enum's. A refusal counts as ``…Refused``, and is
    raised on.
    """

    def decorate(work: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(work)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                answer = work(*args, **kwargs)
            except DomainError:
                _counts[f"{name}Refused"] += 1
                raise
            _counts[metric_name(name, word_of(answer))] += 1
            return answer

        return run

    return decorate


def metric_name(name: str, word: str) -> str:
    """``Admission``, ``ALREADY_IN`` → ``AdmissionAlreadyIn``."""
    return name + word.title().replace("_", "")


def take() -> dict[str, int]:
    """What was counted since the last time."""
    if not _counts:
        return {}
    taken = dict(_counts)
    _counts.clear()
    return taken


def directive(dimensions: list[list[str]], metrics: Mapping[str, str]) -> dict[str, Any]:
    """The embedded format's words for metrics (name → unit) of the line that carries them."""
    return {
        "Namespace": NAMESPACE,
        "Dimensions": dimensions,
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in metrics.items()],
    }


def embedded(*directives: dict[str, Any]) -> dict[str, Any]:
    """The member ``_aws`` of a line whose other members hold the values."""
    return {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": list(directives)}
