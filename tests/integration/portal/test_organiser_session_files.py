"""The agenda as a file: downloaded, and read back in."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from icalendar import Calendar

from backend.sessions.models import Session
from tests.factories.events import make_event
from tests.factories.sessions import make_session
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
HEADINGS = "Title,Start,End,Room,Capacity"


@pytest.fixture
def event(portal):
    return make_event()  # 8 May 2030, 14:00 to 22:00 in Berlin


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def here(event, end: str = "/import") -> str:
    return f"/o/e/{event.uuid}/agenda{end}"


def titles(event) -> list[str]:
    return sorted(one.title for one in Session.list_for_event(event.uuid))


def send(olga, event, *rows: str, name: str = "agenda.csv", headings: str = HEADINGS):
    content = "\n".join([headings, *rows]).encode()
    return olga.post(here(event), {"file": SimpleUploadedFile(name, content)})


def test_downloaded_table_is_in_the_events_zone_without_formulas(event, olga):
    make_session(event, title="=1+1", speakers="Åsa")

    answer = olga.get(here(event, ".csv"))

    assert answer["Content-Disposition"] == 'attachment; filename="agenda.csv"'
    text = answer.content.decode("utf-8-sig")
    assert ("'=1+1" in text, "2030-05-08 15:00" in text, "Åsa" in text) == (True, True, True)


def test_downloaded_calendar_holds_what_takes_place(event, olga):
    make_session(event)
    make_session(event, title="Off", status="CANCELED")

    entries = Calendar.from_ical(olga.get(here(event, ".ics")).content).walk("VEVENT")

    assert [str(entry["summary"]) for entry in entries] == ["Tides for beginners"]


def test_table_is_added_whole(event, olga):
    answer = send(
        olga,
        event,
        "Äpfel,2030-05-08 15:00,2030-05-08 16:00,Hall A,30",
        "B,2030-05-08 17:00,2030-05-08 18:00,,",
    )

    assert answer["Location"] == here(event, "")
    assert titles(event) == ["B", "Äpfel"]
    [first] = [one for one in Session.list_for_event(event.uuid) if one.title == "Äpfel"]
    assert (first.starts_at - event.starts_at, first.capacity) == (timedelta(hours=1), 30)


def test_downloaded_calendar_is_read_back(event, olga):
    make_session(event)
    other = make_event()
    content = olga.get(here(event, ".ics")).content

    browser_of("organiser", other.uuid).post(
        here(other), {"file": SimpleUploadedFile("Agenda.ICS", content)}
    )

    [copy] = Session.list_for_event(other.uuid)
    assert (copy.title, copy.room, copy.speakers, copy.capacity) == (
        "Tides for beginners", "Hall A", "Grace Hopper", 20,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("B,soon,2030-05-08 18:00,,", ("Row 3", "Starts", "Write the time like 2026-11-20 18:00.")),
        (
            "B,2030-05-08 17:00,2030-05-08 16:00,,",
            ("B", "Ends", "The end must be after the start."),
        ),
    ],
)
def test_row_that_breaks_a_rule_is_named_and_nothing_is_added(event, olga, row, problem):
    answer = send(olga, event, "A,2030-05-08 15:00,2030-05-08 16:00,,", row)

    assert answer.status_code == 400
    found = [(one.where, one.field, one.rule) for one in answer.context["problems"]]
    assert found == [problem]
    assert titles(event) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("agenda.csv", b"Name,Room\nA,B\n", "These columns are missing: Start, End."),
        ("agenda.csv", b"", "Choose a file with sessions."),
        ("agenda.ics", b"nothing", "This is no calendar file (.ics) that can be read."),
        ("agenda.csv", b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB."),
        ("agenda.csv", b"Title,Start,End\n", None),
    ],
)
def test_file_that_is_no_agenda_is_refused_by_its_field(event, olga, name, content, words):
    answer = olga.post(here(event), {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 400
    told = [str(error) for error in answer.context["form"].errors["file"]]
    assert (told == [words] if words else len(told) == 1) is True
    assert titles(event) == []
