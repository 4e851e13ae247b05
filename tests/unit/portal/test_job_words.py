from backend.jobs.kinds import JobKind
from backend.lifecycle.erasure import LEFT
from portal.organiser import job_words


def test_every_kind_of_job_has_words():
    assert job_words.LOOKS.keys() == set(JobKind)


def test_everything_that_an_erasure_leaves_has_a_reason():
    assert job_words.LEFT.keys() == set(LEFT)
