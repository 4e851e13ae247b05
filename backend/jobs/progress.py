"""What a step of a job answers, and what of it a job keeps. No names, no addresses in either."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

PROBLEMS_KEPT = 1_000
# A job is one item of at most 400 KB, and every step writes it whole.
PROBLEM_BYTES = 200_000
LONGEST_PLACE, LONGEST_CODE, LONGEST_MESSAGE = 80, 40, 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that did not work: where (a row, a guest's key), a machine word, a sentence.

    It is kept with the job for as long as the event, so it never holds a name or an address.
    """

    where: str
    code: str
    message: str

    def to_document(self) -> list[str]:
        """As a job stores it, cut to what fits."""
        return [
            self.where[:LONGEST_PLACE],
            self.code[:LONGEST_CODE],
            self.message[:LONGEST_MESSAGE],
        ]


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did.

    ``cursor`` is where the next step starts, ``None``: the job is finished. ``done`` counts
    the items that worked in this step, ``failed`` says what did not. ``result`` is merged
    into the job's; its ``downloads`` (name of a stored file → what to save it as) are what
    people may fetch from the job's page. ``total`` corrects the number of items when a step learned it.
    ``wait``: the next step has nothing to do before; meanwhile nobody holds the job.
    """

    cursor: dict[str, Any] | None
    done: int = 0
    failed: Sequence[Problem] = field(default=())
    result: dict[str, Any] | None = None
    total: int | None = None
    wait: timedelta = timedelta()


def kept(documents: Sequence[Sequence[str]], more: Sequence[Problem]) -> list[list[str]]:
    """The stored problems and as many of ``more`` as a job has room for, the first ones first."""
    problems = [list(document) for document in documents]
    size = len(json.dumps(problems))
    for problem in more:
        document = problem.to_document()
        size += len(json.dumps(document)) + 2
        if len(problems) == PROBLEMS_KEPT or size > PROBLEM_BYTES:
            break
        problems.append(document)
    return problems
