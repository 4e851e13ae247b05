"""The seat protocol's promises, held against the real code by machines that mean no good.

Hypothesis starts calls of several people on one event, lets them run one DynamoDB call at a
time in any order, kills them before or after any call, loses answers, lets copies of writes
land late, and hands changes to the streams when it likes. After every step the promises must
hold; and after everybody died, the streams' and jobs' work and one audit must put things right.
"""

import pytest

from tests.support.effort import SEEDS
from tests.support.seat_machine import EACH, KINDS, explore

PARTS = max(1, SEEDS // (len(KINDS) * EACH))
pytestmark = pytest.mark.usefixtures("tables")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_the_real_code_keeps_its_promises_whatever_happens(kind, part, seats_in_process):
    explore(KINDS[kind], seed=part, examples=min(EACH, SEEDS // len(KINDS)))
