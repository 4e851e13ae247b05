"""Guests of a list are added once, whatever happens on the way; the others are explained."""

import pytest

from backend.events.questions import Question, QuestionKind
from backend.jobs import file_store
from backend.jobs.errors import FileGone, LaneBusy
from backend.jobs.states import JobStatus
from backend.registrations import guests, imports, selections, services
from backend.registrations.errors import RegistrationClosed
from backend.registrations.models import Registration
from backend.registrations.selections import Group, Selection
from backend.registrations.states import RegistrationStatus
from backend.shared.errors import BadInput, DomainError
from tests.support.guest_imports import (
    dry_run,
    failed_rows,
    guests_of,
    import_all,
    numbers,
    start,
    upload,
)
from tests.support.registering import NOON, OLGA, add, claims_in, open_event, person

pytestmark = pytest.mark.usefixtures("tables")
SHIRT = Question(id="shirt", kind=QuestionKind.CHOICE, label="Shirt", choices=("S", "M"))
BAD = """name;email;shirt
Åsa Ångström;asa@example.com;S
Bo Li;bo(at)example.com;M
=HYPERLINK("x");evil@example.com;M
Ada Again;ASA@example.com;M
;nobody@example.com;S
{long};long@example.com;
O'Brien-Smith;obrien@example.com;XXL
Zoë;zoe@example.com;M
Nora Noaddress
Nora Noaddress
""".format(long="N" * 201)


@pytest.fixture
def event():
    return open_event(questions=[SHIRT.to_document()])


# What becomes of rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_good_rows_are_added_and_bad_ones_explained(event, encoding):
    job = import_all(event, BAD.encode(encoding))

    assert job.status is JobStatus.DONE
    assert {*guests_of(event)} == {"Åsa Ångström", "Zoë", "Nora Noaddress"}
    assert numbers(job) == (3, 0, 7)
    assert [(problem.where, problem.code) for problem in job.list_problems()] == [
        ("row 3", "bad_email"),
        ("row 4", "formula"),
        ("row 5", "duplicate_in_file"),
        ("row 6", "bad_name"),
        ("row 7", "bad_name"),
        ("row 8", "bad_answer"),
        ("row 11", "duplicate_in_file"),
    ]
    stored = guests_of(event)["Åsa Ångström"]
    assert (stored.user_email, stored.answers, stored.status) == (
        "asa@example.com",
        {"shirt": "S"},
        RegistrationStatus.CONFIRMED,
    )
    assert len(claims_in(event)) == 3


def test_job_tells_no_names_or_addresses(event):
    job = import_all(event, BAD)

    told = f"{job.params} {job.problems} {job.result} {job.cursor}"
    assert [word for word in ("Åsa", "Bo Li", "example.com", "HYPERLINK") if word in told] == []


def test_failed_rows_are_kept_with_their_reasons_and_fit_to_be_imported_again(event):
    job = import_all(event, BAD)

    headings, first, second, *_rest = failed_rows(job)
    assert job.result["downloads"] == {imports.FAILED_ROWS: "failed-rows.csv"}
    assert headings == ["row", "reason", "name", "email", "shirt"]
    assert (first[0], first[2:]) == ("3", ["Bo Li", "bo(at)example.com", "M"])
    assert first[1].startswith("email: This is no e-mail address")
    assert second[2] == '\'=HYPERLINK("x")'
    text = file_store.get(job.job_id, "failed-rows.csv").decode("utf-8-sig")

    again = import_all(event, text.replace("bo(at)example", "bo@example"))

    assert "Bo Li" in guests_of(event)
    assert again.result["created"] == 2


def test_second_import_of_a_list_changes_nothing(event):
    import_all(event, BAD)
    before = {name: one.attribute_values for name, one in guests_of(event).items()}

    job = import_all(event, BAD)

    assert numbers(job) == (0, 3, 7)
    assert {name: one.attribute_values for name, one in guests_of(event).items()} == before
    assert len(claims_in(event)) == 3


def test_who_is_registered_already_stays_as_they_are(event):
    mine = add(event, name="Ada L.", email="ada@example.com").registration

    job = import_all(event, "name,email,note\nAda Byron,ADA@example.com,new\n")

    assert numbers(job) == (0, 1, 0)
    assert Registration.fetch(mine.shard, mine.guest).name == "Ada L."


def test_who_canceled_is_not_brought_back(event):
    mine = add(event, name="Ada", email="ada@example.com").registration
    mine.cancel(at=NOON, changed_by="USER:ada")

    job = import_all(event, "name,email\nAda,ada@example.com\n")

    assert [problem.code for problem in job.list_problems()] == ["canceled_before"]
    assert guests_of(event)["Ada"].status is RegistrationStatus.CANCELED


def test_who_got_another_address_is_not_added_under_the_old_one(event):
    mine = add(event, name="Ada", email="ada@example.com").registration
    services.change_email(
        event_id=event.uuid,
        guest=mine.guest,
        version=mine.version,
        email="ada@new.example",
        actor=OLGA,
        now=NOON,
    )

    job = import_all(event, "name,email\nAda,ada@example.com\n")

    assert [problem.code for problem in job.list_problems()] == ["moved_before"]
    assert [one.user_email for one in guests_of(event).values()] == ["ada@new.example"]


def test_who_was_only_fenced_off_by_an_audit_is_added(event):
    guest = guests.guest_key(event.uuid, "ada@example.com")
    shard = guests.shard_of(event.uuid, guest, shards=int(event.shards))
    Registration.fence(shard, guest, event_id=event.uuid, seen=0)

    assert numbers(import_all(event, "name,email\nAda,ada@example.com\n")) == (1, 0, 0)


def test_row_of_a_canceled_guest_is_left_out(event):
    job = import_all(event, "name,status\nAda,CANCELED\nBo,CONFIRMED\n")

    assert (job.result["left_out"], job.result["created"], job.failed) == (1, 1, 0)
    assert {*guests_of(event)} == {"Bo"}


def test_names_of_all_kinds_arrive_as_they_are(event):
    names = ["Ångström", "李", "O'Brien-Smith", "N" * 200, "'=1+1"]

    import_all(event, "name\n" + "\n".join(names))

    assert {*guests_of(event)} == {*names[:4], "=1+1"}


def test_note_attention_and_quiet_are_kept(event):
    content = "name,email,note,needs attention\nAda,ada@example.com,Loop amplifier,yes\n"

    job = import_all(event, content, send_tickets=False)

    ada = guests_of(event)["Ada"]
    assert (ada.note, ada.attention, ada.quiet) == ("Loop amplifier", True, True)
    assert (ada.import_id, ada.changed_by) == (job.job_id, "USER:user-olga")


def test_rows_beyond_the_last_seat_are_sold_out_without_a_waiting_list():
    event = open_event(capacity=2)

    job = import_all(event, "name\nA\nB\nC\n")

    assert numbers(job) == (2, 0, 1)
    assert [(p.where, p.code) for p in job.list_problems()] == [("row 4", "sold_out")]


def test_rows_beyond_the_last_seat_wait_in_the_order_of_the_list():
    event = open_event(capacity=1, waiting_list=True)

    job = import_all(event, "name\nA\nB\nC\nD\n")

    waiting = selections.list_selected(
        event, Selection(Group.WAITLISTED), with_addresses=True, limit=10
    )
    assert [one.name for one in waiting.items] == ["B", "C", "D"]
    assert (job.result["created"], job.result["waiting"], job.failed) == (4, 3, 0)


def test_row_that_is_to_wait_waits_and_keeps_nobody_from_a_place():
    event = open_event(capacity=9, waiting_list=True)
    content = "name,status\nAda,waiting list\nBo,\n"

    seen, job = dry_run(event, content), import_all(event, content)

    assert (seen.new, seen.waiting, job.result["waiting"]) == (1, 1, 1)
    assert [guests_of(event)[name].status for name in ("Ada", "Bo")] == [
        RegistrationStatus.WAITLISTED,
        RegistrationStatus.CONFIRMED,
    ]


def test_row_that_is_to_wait_is_explained_where_nobody_waits():
    event = open_event(capacity=9)
    content = "name,status\nAda,waiting list\n"

    assert dry_run(event, content).problem_rows == 1
    assert [p.code for p in import_all(event, content).list_problems()] == ["waiting_list_off"]


def test_list_of_an_unlimited_event_takes_no_seats():
    event = open_event(capacity=None)

    assert numbers(import_all(event, "name\nA\nB\n")) == (2, 0, 0)
    assert {one.claim for one in guests_of(event).values()} == {None}


# Refusals


@pytest.mark.parametrize("content", [b"", b"name\n", b"\x89PNG\r\n\x1a\n\0\0"])
def test_unreadable_list_is_not_kept(event, content):
    with pytest.raises(BadInput):
        upload(event, content)


@pytest.mark.parametrize("kept", ["../x", "", "0" * 26, "jobs/1"])
def test_unknown_upload_is_gone(event, kept):
    with pytest.raises(FileGone):
        imports.open_list(event_id=event.uuid, upload=kept, actor=OLGA, now=NOON)


def test_upload_of_another_event_is_gone(event):
    kept = upload(open_event(), "name\nAda\n")

    with pytest.raises(FileGone):
        imports.open_list(event_id=event.uuid, upload=kept, actor=OLGA, now=NOON)


def test_list_without_a_column_of_names_is_not_begun(event):
    with pytest.raises(BadInput) as refused:
        start(event, "email\nada@example.com\n")

    assert refused.value.fields == {"columns": "Say which column holds the guests’ names."}


def test_one_import_at_a_time(event):
    first = start(event, "name\nAda\n")

    with pytest.raises(LaneBusy) as refused:
        start(event, "name\nBo\n")

    assert refused.value.details["job_id"] == first.job_id


def test_same_upload_begins_once(event):
    kept = upload(event, "name\nAda\n")
    given = {"roles": ["name"], "encoding": "", "send_tickets": True, "actor": OLGA, "now": NOON}

    jobs = [imports.start_import(event_id=event.uuid, upload=kept, **given) for _ in range(2)]

    assert jobs[0].job_id == jobs[1].job_id
    with pytest.raises(LaneBusy):
        imports.start_import(event_id=event.uuid, upload=kept, **given | {"send_tickets": False})


@pytest.mark.parametrize("action", [start, upload])
def test_stranger_begins_nothing(event, action):
    if action is upload:
        kept = upload(event, "name\nAda\n")
        with pytest.raises(DomainError):
            imports.open_list(event_id=event.uuid, upload=kept, actor=person("eve"), now=NOON)
    else:
        with pytest.raises(DomainError):
            start(event, "name\nAda\n", actor=person("eve"))


def test_event_that_is_over_takes_no_list(event):
    kept = upload(event, "name\nAda\n")

    with pytest.raises(RegistrationClosed):
        imports.start_import(
            event_id=event.uuid,
            upload=kept,
            roles=["name"],
            encoding="",
            send_tickets=True,
            actor=OLGA,
            now=event.ends_at,
        )


# The dry run


def test_dry_run_counts_and_writes_nothing(event):
    add(event, name="Zoë", email="zoe@example.com")
    before = guests_of(event)

    seen = dry_run(event, BAD)

    assert (seen.new, seen.there, seen.problem_rows, seen.without_email) == (2, 1, 7, 1)
    assert [(p.row, p.heading, p.value) for p in seen.problems[:2]] == [
        (3, "email", "bo(at)example.com"),
        (4, "name", '=HYPERLINK("x")'),
    ]
    assert [entry.name for entry in seen.first] == ["Åsa Ångström", "Nora Noaddress"]
    assert {*guests_of(event)} == {*before}
