import pytest

from backend.jobs.kinds import RULES, JobKind
from backend.jobs.states import JOB_STATES, OPEN, JobStatus
from backend.shared.states import IllegalTransition

S = JobStatus
LEGAL = {
    (S.QUEUED, S.RUNNING),
    (S.QUEUED, S.CANCELED),
    (S.RUNNING, S.DONE),
    (S.RUNNING, S.FAILED),
    (S.RUNNING, S.CANCELED),
    (S.FAILED, S.QUEUED),
}


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("target", S)
def test_jobs_make_exactly_the_legal_moves(current, target):
    if (current, target) in LEGAL:
        JOB_STATES.check(current, target)
    else:
        with pytest.raises(IllegalTransition):
            JOB_STATES.check(current, target)


def test_what_is_open_can_still_run():
    assert set(OPEN) == {S.QUEUED, S.RUNNING}


def test_every_kind_has_its_rules():
    assert RULES.keys() == set(JobKind)


def test_what_is_promised_to_guests_is_carried_through():
    carried = {kind for kind, rules in RULES.items() if not rules.cancelable}

    assert carried >= {JobKind.CANCEL_EVENT, JobKind.ERASE_GUEST}
