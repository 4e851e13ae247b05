"""Events from before there was a directory are put into it once, and nothing else is."""

import pytest

from backend.events.kinds import Visibility
from backend.events.models import DIRECTORY, Event
from backend.events.states import EventStatus
from infra.deploy import Target
from infra.enlist import enlist, main
from tests.factories.events import make_event

S = EventStatus


def directory_of(event: Event) -> str | None:
    return Event.fetch(event.uuid).directory


@pytest.mark.parametrize(
    ("status", "visibility", "listed"),
    [
        (S.PUBLISHED, Visibility.PUBLIC, DIRECTORY),
        (S.FINISHED, Visibility.PUBLIC, DIRECTORY),
        (S.PUBLISHED, Visibility.UNLISTED, None),
        (S.PUBLISHED, Visibility.PRIVATE, None),
        (S.DRAFT, Visibility.PUBLIC, None),
        (S.CANCELED, Visibility.PUBLIC, None),
        (S.ARCHIVED, Visibility.PUBLIC, None),
    ],
)
def test_event_is_listed_where_publishing_it_would_list_it(tables, status, visibility, listed):
    event = make_event(status=status, visibility=visibility, directory=None)

    enlist("test", Target.from_environment())

    assert directory_of(event) == listed
    assert Event.fetch(event.uuid).version == event.version


def test_repeating_it_changes_nothing(tables, monkeypatch, capsys):
    make_event(directory=None)

    assert main(["--stage", "test"]) == 0
    assert main(["--stage", "test"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "0 events were put into the directory."


def test_stage_that_is_not_there_is_told_in_a_sentence(tables, capsys):
    assert main(["--stage", "nowhere"]) == 1

    assert capsys.readouterr().err == "Stage nowhere is not deployed here.\n"
