from backend.jobs.kinds import RULES, JobKind
from backend.jobs.states import JOB_STATES, OPEN, JobStatus
from tests.support.moves import legal_moves

S = JobStatus
LEGAL = {
    (S.QUEUED, S.RUNNING),
    (S.QUEUED, S.CANCELED),
    (S.QUEUED, S.PAUSED),
    (S.RUNNING, S.PAUSED),
    (S.PAUSED, S.QUEUED),
    (S.PAUSED, S.CANCELED),
    (S.RUNNING, S.DONE),
    (S.RUNNING, S.FAILED),
    (S.RUNNING, S.CANCELED),
    (S.FAILED, S.QUEUED),
}


def test_jobs_make_exactly_the_legal_moves():
    assert legal_moves(JOB_STATES, S) == LEGAL


def test_what_is_open_can_still_run():
    assert set(OPEN) == {S.QUEUED, S.RUNNING, S.PAUSED}


def test_every_kind_has_its_rules():
    assert RULES.keys() == set(JobKind)


def test_what_is_promised_to_guests_is_carried_through():
    carried = {kind for kind, rules in RULES.items() if not rules.cancelable}

    assert carried >= {JobKind.CANCEL_EVENT, JobKind.ERASE_GUEST}
