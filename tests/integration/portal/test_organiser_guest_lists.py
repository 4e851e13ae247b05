"""Uploading a list, looking at it, adding its guests; writing one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.events.questions import Question, QuestionKind
from backend.events.states import EventStatus
from backend.jobs import file_store
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.registrations import spreadsheets
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.integration.portal.guest_lists import everybody, guest_of, list_of
from tests.integration.portal.people import browser_of
from tests.support.jobs import run_all

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
SHIRT = Question(id="shirt", kind=QuestionKind.CHOICE, label="Shirt", choices=("S", "M"))
LIST = "Name;E-Mail;Shirt\nÅsa Ångström;asa@example.com;M\n李;li@example.com;XXL\nBo;;\n"


@pytest.fixture
def event(portal):
    event = make_event(
        starts_at=NOW + timedelta(hours=1), capacity=50, questions=[SHIRT.to_document()]
    )
    seats.open_pool(pool=event.uuid, capacity=50, now=NOW)
    return event


def page_of(event) -> str:
    return f"/o/e/{event.uuid}/import"


def send(client, event, content=LIST, name="guests.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(page_of(event), {"file": SimpleUploadedFile(name, content)})


def names(event) -> list[str]:
    return sorted(one.name for one in everybody(event))


def hidden(page, name) -> list[str]:
    begin = re.search(r'<form class="fo-panel.*?</form>', page.text, re.DOTALL)
    assert begin
    return re.findall(rf'name="{name}" value="([^"]*)"', begin[0])


def start(client, page, address, **values):
    given = {"column": hidden(page, "column"), "encoding": hidden(page, "encoding")[0]}
    return client.post(address, given | values)


def job_of(response) -> Job:
    return Job.fetch(response["Location"].rpartition("/")[2])


# Looking


def test_list_is_looked_at_before_anything_is_added(event):
    client = browser_of("organiser", event.uuid)

    sent = send(client, event)
    page = client.get(sent["Location"])

    seen = page.context["seen"]
    assert (seen.new, seen.there, seen.problem_rows, seen.without_email) == (2, 0, 1, 1)
    assert [one["role"] for one in page.context["columns"]] == ["name", "email", "answer:shirt"]
    assert "Choose one of the answers." in page.text
    assert names(event) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"name\n", "The file has headings but no rows below them."),
        (b"\x89PNG\r\n\x1a\n\0\0", "This is no table"),
        (b"name\n" + b"a" * spreadsheets.MOST_BYTES, "The file is larger than 4 MB."),
        (b"name\n" + b"a\n" * 10_001, "The file has more than 10,000 rows."),
        (b"PK\x03\x04rubbish", "This is no readable XLSX file."),
    ],
)
def test_file_that_is_no_list_is_refused_beside_the_field(event, content, words):
    answer = send(browser_of("organiser", event.uuid), event, content)

    assert answer.status_code == 400
    assert words in answer.text


def test_no_file_is_refused_beside_the_field(event):
    answer = browser_of("organiser", event.uuid).post(page_of(event), {})

    assert (answer.status_code, "Choose a file." in answer.text) == (400, True)


def test_columns_and_encoding_can_be_said(event):
    client = browser_of("organiser", event.uuid)
    address = send(client, event, "who,mail\nŽeljko,z@example.com\n".encode("cp1250"))["Location"]

    guessed = client.get(address)
    said = client.get(address, {"encoding": "cp1250", "column": ["name", "email"]})

    assert guessed.context["columns_trouble"] == "Say which column holds the guests’ names."
    assert [entry.name for entry in said.context["seen"].first] == ["Željko"]
    assert hidden(said, "encoding") == ["cp1250"]


@pytest.mark.parametrize(
    "query",
    [
        {"encoding": "utf-16"},
        {"encoding": "klingon"},
        {"encoding": "xlsx"},
        {"column": ["name"]},
        {"column": ["name", "name", ""]},
        {"column": ["evil", "", ""]},
    ],
)
def test_odd_choices_are_no_error(event, query):
    client = browser_of("organiser", event.uuid)

    assert client.get(send(client, event)["Location"], query).status_code == 200


def test_change_of_a_column_gets_the_look_alone(event):
    client = browser_of("organiser", event.uuid)
    headers = {"HX-Request": "true", "HX-Target": "look"}

    part = client.get(send(client, event)["Location"], headers=headers)

    assert part.text.strip().startswith('<div class="fo-stack fo-look" id="look">')


def test_only_the_first_of_very_many_problems_are_shown(event):
    client = browser_of("organiser", event.uuid)

    page = client.get(send(client, event, "name,email\n" + "Ada,ada\n" * 203)["Location"])

    assert page.text.count("This is no e-mail address") == 200
    assert "And 3 more." in page.text


def test_more_rows_than_places_are_foretold(portal):
    event = make_event(starts_at=NOW + timedelta(hours=1), capacity=1)
    client = browser_of("organiser", event.uuid)

    page = client.get(send(client, event, "name\nA\nB\n")["Location"])

    assert "Only 1 place is left." in page.text


def test_list_of_who_is_there_already_has_nothing_to_add(event):
    guest_of(event, "Ada", user_email="ada@example.com")
    client = browser_of("organiser", event.uuid)

    page = client.get(send(client, event, "name,email\nAda,ada@example.com\n")["Location"])

    assert "Everybody on this list is registered already." in page.text


@pytest.mark.parametrize("upload", ["0" * 26, "x"])
def test_unknown_upload_is_not_found(event, upload):
    client = browser_of("organiser", event.uuid)

    assert client.get(f"{page_of(event)}/{upload}").status_code == 404


def test_upload_of_another_event_is_not_found(event):
    client = browser_of("administrator")
    upload = send(client, event)["Location"].rpartition("/")[2]
    other = make_event(starts_at=NOW + timedelta(hours=1))

    assert client.get(f"{page_of(other)}/{upload}").status_code == 404


# Adding


def test_list_is_added_as_it_was_looked_at(event):
    client = browser_of("organiser", event.uuid)
    address = send(client, event)["Location"]

    answer = start(client, client.get(address), address, send="yes")
    done = run_all(job_of(answer).job_id)

    assert (done.status, done.done, done.failed) == (JobStatus.DONE, 2, 1)
    assert names(event) == ["Bo", "Åsa Ångström"]
    assert {one.quiet for one in everybody(event)} == {None}
    page = client.get(answer["Location"])
    assert "failed-rows.csv" in page.text
    assert "row 3" in page.text


def test_list_is_added_without_mails_if_so_wished(event):
    client = browser_of("organiser", event.uuid)
    address = send(client, event)["Location"]

    run_all(job_of(start(client, client.get(address), address)).job_id)

    assert {one.quiet for one in everybody(event)} == {True}


def test_pressing_twice_adds_once(event):
    client = browser_of("organiser", event.uuid)
    address = send(client, event)["Location"]
    page = client.get(address)

    answers = [start(client, page, address) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]


def test_draft_takes_no_list_yet(portal):
    event = make_event(starts_at=NOW + timedelta(hours=1), status=EventStatus.DRAFT)
    client = browser_of("organiser", event.uuid)
    address = send(client, event, "name\nAda\n")["Location"]

    answer = start(client, client.get(address), address)

    assert "/jobs/" not in answer["Location"]
    assert "Guests can be added once the event is published." in client.get(page_of(event)).text


# Writing


@pytest.mark.parametrize(("made", "name"), [("CSV", "guests.csv"), ("XLSX", "guests.xlsx")])
def test_export_writes_what_the_list_shows(event, made, name):
    guest_of(event, "Åsa Ångström")
    guest_of(event, "Bo")
    client = browser_of("organiser", event.uuid)

    page = client.get(f"/o/e/{event.uuid}/export?q=asa")
    answer = client.post(f"/o/e/{event.uuid}/export", {"format": made, "q": "asa"})
    done = run_all(job_of(answer).job_id)

    assert "found by “asa”" in page.text
    sheet = spreadsheets.read(file_store.get(done.job_id, name))
    assert [row.cells[0] for row in sheet.rows] == ["Åsa Ångström"]
    assert name in client.get(answer["Location"]).text


def test_export_of_an_unknown_format_is_refused(event):
    answer = browser_of("organiser", event.uuid).post(
        f"/o/e/{event.uuid}/export", {"format": "PDF"}
    )

    assert answer.status_code == 400


def test_list_leads_to_the_export_of_its_filters(event):
    page = browser_of("organiser", event.uuid).get(f"{list_of(event)}?q=a&status=CONFIRMED")

    assert f"/o/e/{event.uuid}/export?q=a&amp;status=CONFIRMED" in page.text
