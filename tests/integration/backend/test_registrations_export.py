"""What is exported is what the list shows, and can be imported again."""

import csv
import io

import openpyxl
import pytest

from backend.events.errors import EventForbidden
from backend.events.questions import Question, QuestionKind
from backend.jobs import file_store
from backend.jobs.kinds import JobKind
from backend.jobs.states import JobStatus
from backend.registrations import bulk, exports, imports
from backend.registrations.exports import FileFormat
from backend.registrations.imports.columns import EXPORTED
from backend.registrations.selections import Group, Selection
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.support.jobs import run_all
from tests.support.registering import OLGA, add, open_event, person

pytestmark = pytest.mark.usefixtures("tables")
STEPS = {JobKind.EXPORT_GUESTS: exports.step, JobKind.IMPORT_GUESTS: imports.step}
SHIRT = Question(id="shirt", kind=QuestionKind.CHOICE, label="=Shirt", choices=("S", "M"))
NEWS = Question(id="news", kind=QuestionKind.CONSENT, label="Note")
NAMES = ["Ångström", "李", "O'Brien-Smith", "N" * 200, "=1+1", "'t Hooft", "@ada", 'Ada, "B"']


@pytest.fixture
def event():
    return open_event(capacity=500, questions=[SHIRT.to_document(), NEWS.to_document()])


def export(event, file_format=FileFormat.CSV, selection=None, actor=OLGA):
    job = exports.start_export(
        event_id=event.uuid,
        file_format=file_format,
        selection=selection or Selection(),
        actor=actor,
        now=NOON,
    )
    return run_all(job.job_id, steps=STEPS, now_fn=lambda: NOON)


def content_of(job) -> bytes:
    [name] = job.result["downloads"]
    return file_store.get(job.job_id, name)


def records_of(job) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content_of(job).decode("utf-8-sig"))))


def fill(event) -> None:
    for number, name in enumerate(NAMES):
        add(event, name=name, email=f"g{number}@example.com")


def test_a_job_under_way_knows_no_name(event, monkeypatch):
    monkeypatch.setattr(exports, "GUESTS_PER_STEP", 1)
    monkeypatch.setattr(bulk, "GUESTS_PER_STEP", 1)
    for name in ("Canary One", "Canary Two"):
        add(event, name=name, email=f"{name[-3:]}@example.com".lower())
    asked = {"event_id": event.uuid, "actor": OLGA, "now": NOON}
    exporting = exports.start_export(
        file_format=FileFormat.CSV, selection=Selection(search="canary"), **asked
    )
    marking = bulk.start_change(
        change=bulk.GuestChange.MARK, chosen=Selection(search="canary"), **asked
    )

    for job, step in ((exporting, exports.step), (marking, bulk.step)):
        result = step(job, NOON)
        assert result.cursor is not None
        assert "canary" not in str(result.cursor).lower()
        assert "canary" not in str(job.to_simple_dict()).lower()


def take_over(event, content: bytes):
    kept = imports.keep_upload(event.uuid, content)
    _event, sheet = imports.open_list(event_id=event.uuid, upload=kept, actor=OLGA, now=NOON)
    job = imports.start_import(
        event_id=event.uuid,
        upload=kept,
        roles=imports.guessed_roles(sheet.headings, [SHIRT, NEWS]),
        encoding=sheet.encoding,
        send_tickets=False,
        actor=OLGA,
        now=NOON,
    )
    return run_all(job.job_id, steps=STEPS, now_fn=lambda: NOON)


def test_csv_has_stable_columns_and_says_the_zone(event):
    make_registration(
        event_id=event.uuid,
        shards=int(event.shards),
        name="Ada",
        admission=Admission.IN,
        admitted_at=NOON,
        admitted_gate="North",
        note="=cmd",
        attention=True,
        answers={"shirt": "M", "news": True},
    )

    job = export(event)

    headings, ada = records_of(job)
    assert content_of(job).startswith(b"\xef\xbb\xbf")
    assert headings == [*EXPORTED, "'=Shirt", "Note (news)"]
    row = dict(zip(headings, ada, strict=True))
    assert len(row.pop("ticket_code")) == 9
    assert row == {
        "name": "Ada",
        "email": "ada@example.com",
        "status": "CONFIRMED",
        "registered_at": "2030-05-01T14:00:00+02:00",
        "waiting_since": "",
        "canceled_at": "",
        "arrival": "IN",
        "admitted_at": "2030-05-01T14:00:00+02:00",
        "admitted_gate": "North",
        "note": "'=cmd",
        "attention": "yes",
        "time_zone": "Europe/Berlin",
        "'=Shirt": "M",
        "Note (news)": "yes",
    }


def test_job_counts_and_names_its_file(event):
    fill(event)

    job = export(event)

    assert (job.status, job.done, job.failed) == (JobStatus.DONE, len(NAMES), 0)
    assert job.result == {"downloads": {"guests.csv": "guests.csv"}}


def test_many_pages_make_one_file(event, monkeypatch):
    monkeypatch.setattr(exports, "GUESTS_PER_STEP", 3)
    fill(event)

    names = [record[0] for record in records_of(export(event))[1:]]

    assert sorted(names) == sorted(
        name.replace("=1+1", "'=1+1").replace("@ada", "'@ada") for name in NAMES
    )


def test_xlsx_holds_texts_only(event):
    fill(event)

    sheet = openpyxl.load_workbook(io.BytesIO(content_of(export(event, FileFormat.XLSX)))).active

    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert "=1+1" in [row[0].value for row in sheet.iter_rows()]


def test_file_holds_what_the_list_shows(event):
    fill(event)
    make_registration(
        event_id=event.uuid,
        shards=int(event.shards),
        name="Nina",
        status=RegistrationStatus.CANCELED,
        canceled_at=NOON,
    )

    canceled = export(event, selection=Selection(Group.CANCELED))
    searched = export(event, selection=Selection(search="n"))

    assert [record[0] for record in records_of(canceled)[1:]] == ["Nina"]
    assert [record[0] for record in records_of(searched)[1:]] == ["Nina", "N" * 200]
    assert "'n'" not in f"{searched.params}"


def test_empty_list_makes_a_file_of_headings(event):
    assert len(records_of(export(event))) == 1
    assert export(event, FileFormat.XLSX).status is JobStatus.DONE


@pytest.mark.parametrize("file_format", FileFormat)
def test_what_is_exported_is_imported_again(event, file_format):
    fill(event)
    make_registration(
        event_id=event.uuid,
        shards=int(event.shards),
        user_email="x@example.com",
        name="Xenia",
        note="+1\ntwo",
        answers={"shirt": "S", "news": False},
    )
    content = content_of(export(event, file_format))

    again = take_over(event, content)
    elsewhere = open_event(questions=[SHIRT.to_document(), NEWS.to_document()])
    first = take_over(elsewhere, content)

    assert (again.result["existing"], again.result["created"], again.failed) == (9, 0, 0)
    assert (first.result["created"], first.failed) == (9, 0)
    told = [
        [record[0], record[1], record[2], *record[10:]]
        for record in sorted(records_of(export(event)))
    ]
    assert told == [
        [record[0], record[1], record[2], *record[10:]]
        for record in sorted(records_of(export(elsewhere)))
    ]


def test_desk_exports_nothing(event):
    dana = person("dana")
    make_member(event_id=event.uuid, member=dana.user_id, name="Dana", role=Role.DESK)

    with pytest.raises(EventForbidden):
        export(event, actor=dana)


def test_job_of_who_lost_the_right_stops(event):
    oscar = person("oscar")
    member = make_member(event_id=event.uuid, member=oscar.user_id, name="O", role=Role.ORGANISER)
    job = exports.start_export(
        event_id=event.uuid,
        file_format=FileFormat.CSV,
        selection=Selection(),
        actor=oscar,
        now=NOON,
    )
    member.role = Role.DESK
    member.save()
    from backend.team import queries as team

    team.forget_role(event_id=event.uuid, user_id=oscar.user_id)

    assert run_all(job.job_id, steps=STEPS, now_fn=lambda: NOON).status is JobStatus.FAILED


def test_unknown_format_is_refused():
    with pytest.raises(BadInput):
        exports.format_named("PDF")
