"""What the crew changes about a guest, against the local cloud."""

from datetime import timedelta

import pytest

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.events.errors import EventForbidden, EventNotFound, SignInNeeded
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind
from backend.events.states import EventStatus
from backend.handlers import registrations_stream
from backend.notifications.models import Notification
from backend.registrations import mails, services, tickets
from backend.registrations.errors import (
    GuestErased,
    NoTicket,
    RegistrationNotFound,
    SentJustNow,
)
from backend.registrations.models import Registration
from backend.shared.actor import VISITOR
from backend.shared.clock import iso
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.support.meetups import Meetup, mail_of, open_meetup
from tests.support.registering import LATER, OLGA, S, admit, person, stored

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind
QUESTIONS = [
    Question(id="food", kind=QuestionKind.CHOICE, label="Food?", choices=("meat", "none")),
    Question(id="years", kind=QuestionKind.NUMBER, label="Years?", required=True),
    Question(id="photos", kind=QuestionKind.CONSENT, label="Photos?"),
]
NAMES = ["Åsa Ångström", "李", "O'Brien-Smith", "محمد عبد الله", "W" * 200]


@pytest.fixture
def event() -> Event:
    return make_event(questions=[question.to_document() for question in QUESTIONS])


@pytest.fixture
def ada(event) -> Registration:
    return make_registration(event_id=event.uuid)


def change(guest: Registration, **values) -> Registration:
    given = {"version": 1, "name": "Ada Byron", "answers": None, "actor": OLGA, "now": LATER}
    return services.change_guest(event_id=guest.event_id, guest=guest.guest, **given | values)


def note(guest: Registration, text: str = "Wheelchair", **values) -> Registration:
    given = {"version": 1, "attention": True, "actor": OLGA, "now": LATER}
    return services.write_note(
        event_id=guest.event_id, guest=guest.guest, note=text, **given | values
    )


def reissue(guest: Registration, **values) -> Registration:
    given = {"version": 1, "actor": OLGA, "now": LATER}
    return services.reissue_ticket(event_id=guest.event_id, guest=guest.guest, **given | values)


def resend(guest: Registration, **values) -> Registration:
    given = {"actor": OLGA, "now": LATER}
    return services.resend_ticket(event_id=guest.event_id, guest=guest.guest, **given | values)


def desk_of(event_id: str):
    make_member(event_id=event_id, member="user-dora", role=Role.DESK)
    return person("dora")


# Name and answers


@pytest.mark.parametrize("name", NAMES)
def test_change_name_writes_the_name_and_how_it_is_found(ada, name):
    changed = services.change_name(
        event_id=ada.event_id, guest=ada.guest, version=1, name=f" {name} ", actor=OLGA, now=LATER
    )

    found = Registration.list_by_name(ada.name_shard, prefix="", after=None, limit=5).items
    assert (changed.name, changed.version, changed.changed_by) == (name, 2, OLGA.label)
    assert [entry.name_key for entry in found] == [changed.name_key]
    assert changed.attribute_values == stored(ada).attribute_values


def test_change_guest_writes_answers_and_keeps_those_no_longer_asked(event):
    ada = make_registration(event_id=event.uuid, answers={"gone": "kept", "food": "meat"})

    changed = change(ada, answers={"photos": True, "years": 3})

    assert changed.answers == {"gone": "kept", "photos": True, "years": 3}


def test_answer_that_stays_is_kept_though_it_is_no_choice_any_more(event):
    ada = make_registration(event_id=event.uuid, answers={"food": "fish"})

    changed = change(ada, name="Ada Byron", answers={"food": "fish", "years": 3})

    assert (changed.name, changed.answers) == ("Ada Byron", {"food": "fish", "years": 3})
    with pytest.raises(BadInput):
        change(ada, version=2, answers={"food": "fowl"})


def test_change_guest_may_leave_a_required_answer_out(event, ada):
    assert change(ada, answers={"food": "none"}).answers == {"food": "none"}
    assert change(ada, answers={}, version=2).answers is None


def test_change_guest_that_changes_nothing_writes_nothing(ada):
    assert change(ada, name=" Ada Lovelace ", answers={}).version == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"answers": {"food": "pizza"}}, "answers.food"),
        ({"answers": {"years": "three"}}, "answers.years"),
        ({"answers": {"secret": "x"}}, "answers.secret"),
    ],
)
def test_bad_details_are_refused_by_field(ada, typed, field):
    with pytest.raises(BadInput) as refusal:
        change(ada, **typed)

    assert list(refusal.value.fields) == [field]
    assert stored(ada).version == 1


# Notes


def test_write_note_keeps_it_and_an_empty_one_removes_it(ada):
    noted = note(ada, " Hand over the loop.\r\nLocker 12. ")
    gone = note(ada, " ", attention=False, version=2)

    assert (noted.note, noted.attention, noted.version) == (
        "Hand over the loop.\nLocker 12.",
        True,
        2,
    )
    assert (gone.note, gone.attention, gone.version) == (None, None, 3)


def test_write_note_is_for_the_desk_too(event, ada):
    assert note(ada, actor=desk_of(event.uuid)).note == "Wheelchair"


def test_write_note_that_changes_nothing_writes_nothing(ada):
    note(ada)

    assert note(ada, version=2).version == 2


@pytest.mark.parametrize("text", ["x" * 2001, "a\x00b"])
def test_bad_note_is_refused_by_field(ada, text):
    with pytest.raises(BadInput) as refusal:
        note(ada, text)

    assert list(refusal.value.fields) == ["note"]


# Who may, and what changed meanwhile


CHANGES = [change, note, reissue]


@pytest.mark.parametrize("write", CHANGES)
def test_stale_version_is_refused_with_what_is_stored(ada, write):
    change(ada, name="Ada the First")

    with pytest.raises(StaleWrite) as refusal:
        write(ada)

    assert refusal.value.old.name == "Ada the First"


def test_two_stale_copies_race_and_one_wins(ada):
    first, second = stored(ada), stored(ada)
    first.revise({"note": "first"}, changed_by="USER:a")

    with pytest.raises(StaleWrite) as refusal:
        second.revise({"note": "second"}, changed_by="USER:b")
    with pytest.raises(StaleWrite):
        second.reissue("00" * 8, changed_by="USER:b")

    assert (refusal.value.old.note, stored(ada).note, stored(ada).version) == ("first", "first", 2)


@pytest.mark.parametrize("write", [*CHANGES, resend])
def test_stranger_and_unknown_guest_are_refused(ada, write):
    with pytest.raises(EventForbidden):
        write(ada, actor=person("mallory"))
    ada.guest = "0" * 16
    with pytest.raises(RegistrationNotFound):
        write(ada)


@pytest.mark.parametrize("write", [change, reissue, resend])
def test_desk_may_not_change_who_comes(event, ada, write):
    with pytest.raises(EventForbidden):
        write(ada, actor=desk_of(event.uuid))


@pytest.mark.parametrize("write", [change, note])
def test_nothing_is_written_about_an_erased_guest(event, write):
    ada = make_registration(event_id=event.uuid, erased_at=NOON)

    with pytest.raises(GuestErased):
        write(ada)


def test_details_change_no_admission_and_an_admission_no_version(ada):
    admit(ada)

    changed = change(ada)

    assert (changed.admission, changed.admitted_scan) == ("IN", "scan-1")


# Tickets


def test_reissued_ticket_is_the_only_one_that_admits():
    meetup = open_meetup()
    ada = meetup.register()
    lost = tickets.issue(ada)

    again = reissue(ada, actor=meetup.organiser, now=NOON)
    answers = [
        checkin.admit(
            event_id=ada.event_id,
            ticket=ticket,
            scan_id=f"scan-{number}",
            gate="North",
            actor=meetup.organiser,
            now=NOON,
        ).result
        for number, ticket in enumerate([lost, tickets.issue(again)])
    ]

    assert answers == [ScanResult.REVOKED, ScanResult.ADMITTED]
    assert (again.version, again.claim) == (2, ada.claim)


def test_resent_ticket_stays_the_same(ada):
    again = resend(ada)

    assert (again.ticket_no, again.version, again.resent_at) == (ada.ticket_no, 1, LATER)


def test_ticket_is_resent_once_a_minute(ada):
    resend(ada)

    with pytest.raises(SentJustNow):
        resend(ada, now=LATER + timedelta(seconds=59))
    assert resend(ada, now=LATER + timedelta(seconds=60)).resent_at > LATER


def test_resend_that_loses_to_a_reissue_is_refused(ada):
    seen = stored(ada)
    reissue(ada)

    with pytest.raises(StaleWrite):
        seen.mark_resent(at=LATER, not_since=NOON, changed_by="USER:a")


@pytest.mark.parametrize("status", [S.CANCELED, S.WAITLISTED])
@pytest.mark.parametrize("write", [reissue, resend])
def test_without_a_place_there_is_no_ticket(event, write, status):
    ada = make_registration(event_id=event.uuid, status=status)

    with pytest.raises(NoTicket):
        write(ada)


@pytest.mark.parametrize("write", [reissue, resend])
@pytest.mark.parametrize(
    "values", [{"status": EventStatus.CANCELED}, {"starts_at": NOON - timedelta(days=1)}]
)
def test_event_without_a_door_has_no_tickets(write, values):
    ada = make_registration(event_id=make_event(**values).uuid)

    with pytest.raises(NoTicket):
        write(ada)


def test_guest_without_an_address_gets_no_mail_again(ada):
    walk_in = ada
    walk_in.user_email = None
    walk_in.save()

    with pytest.raises(NoTicket):
        resend(walk_in)


def test_resend_mine_is_for_the_guest_only(event, ada):
    assert services.resend_mine(event_id=event.uuid, actor=person(), now=LATER).resent_at == LATER
    with pytest.raises(RegistrationNotFound):
        services.resend_mine(event_id=event.uuid, actor=person("bob"), now=LATER)
    with pytest.raises(SignInNeeded):
        services.resend_mine(event_id=event.uuid, actor=VISITOR, now=LATER)
    with pytest.raises(EventNotFound):
        services.resend_mine(event_id="nothing", actor=person(), now=LATER)


# What follows


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def happened(meetup: Meetup, guest: Registration) -> list[ActivityKind]:
    for _ in range(2):
        # Delivered twice, which changes nothing.
        registrations_stream.handler({"Records": meetup.records()}, None)
    page = activity.history_of(event_id=meetup.event.uuid, subject=guest.guest, limit=20)
    return [entry.kind for entry in reversed(page.items)]


def test_every_change_is_in_the_guests_history(meetup):
    ada = meetup.register()
    by = {"actor": meetup.organiser, "now": NOON}
    change(ada, **by)
    note(ada, version=2, **by)
    reissue(ada, version=3, **by)
    resend(ada, **by)

    assert sorted(happened(meetup, ada)) == sorted(
        [K.GUEST_REGISTERED, K.GUEST_CHANGED, K.GUEST_NOTED, K.TICKET_REISSUED, K.TICKET_RESENT]
    )


def test_reissued_and_resent_tickets_are_mailed_each_once(meetup):
    ada = meetup.register()
    by = {"actor": meetup.organiser, "now": NOON}
    reissued = reissue(ada, **by)
    resend(ada, **by)

    happened(meetup, ada)

    again = f"{mails.CONFIRMED}#{ada.event_id}#{ada.guest}#{reissued.ticket_no}#{iso(NOON)}"
    assert mail_of(mails.CONFIRMED, ada).facts["ticket_no"] == ada.ticket_no
    assert mail_of(mails.CONFIRMED, reissued).facts["ticket_no"] == reissued.ticket_no
    assert Notification.find(again).facts["ticket_no"] == reissued.ticket_no


def test_a_note_and_a_new_name_mail_nothing(meetup):
    ada = meetup.register()
    happened(meetup, ada)
    before = mail_of(mails.CONFIRMED, ada).queued_at
    change(ada, actor=meetup.organiser, now=NOON)

    happened(meetup, ada)

    assert mail_of(mails.CONFIRMED, ada).queued_at == before
    assert Notification.find(f"{mails.CONFIRMED}#{ada.event_id}#{ada.guest}#None") is None
