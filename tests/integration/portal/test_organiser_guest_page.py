"""The page of one guest: what it shows to whom, and every change that starts there."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events.models import Event
from backend.registrations import services
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import SYSTEM
from tests.integration.portal.guest_lists import (
    add,
    asking_event,
    everybody,
    guest_of,
    page_of,
    press,
    stored,
)
from tests.integration.portal.people import browser_of, sign_out

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
S = RegistrationStatus
NAMES = ["Åsa Ångström", "李", "O'Brien-Smith", "محمد عبد الله", "W" * 200]


@pytest.fixture
def event(portal) -> Event:
    return asking_event()


@pytest.fixture
def olga(event) -> Client:
    return browser_of("organiser", event.uuid)


@pytest.fixture
def ada(event) -> Registration:
    return add(event, "Ada Lovelace", "ada@example.com")


# What it shows


@pytest.mark.parametrize("name", NAMES)
def test_page_shows_names_of_all_kinds(event, olga, name):
    guest = guest_of(event, name, answers={"years": 3, "photos": False, "gone": "before"})

    response = olga.get(page_of(guest))

    answers = [(one.label, one.text) for one in response.context["answers"]]
    assert answers == [("Food?", ""), ("Years?", "3"), ("Photos?", "No"), ("", "before")]
    assert response.text.count("<bdi>") >= 1
    assert response.context["short_code"] in response.text


def test_desk_sees_answers_and_note_but_no_address_ticket_history_or_buttons(event, ada):
    services.write_note(
        event_id=event.uuid,
        guest=ada.guest,
        version=1,
        note="Wheelchair",
        attention=True,
        actor=SYSTEM,
        now=NOW,
    )
    befell(ada)

    text = browser_of("desk", event.uuid).get(page_of(ada)).text

    shown = ["Wheelchair", "Needs attention at the desk.", "Food?", "Save note"]
    hidden = ["ada@example.com", "<svg viewBox", "History", "Replace the ticket", "/edit"]
    assert [words in text for words in shown] == [True] * 4
    assert [words in text for words in hidden] == [False] * 5


def befell(guest: Registration, kind: ActivityKind = ActivityKind.GUEST_NOTED) -> None:
    activity.record(
        event_id=guest.event_id,
        kind=kind,
        actor_label="SYSTEM",
        subject=guest.guest,
        at=NOW,
        record_id=f"{guest.guest}-{kind}",
    )


def test_history_goes_on_under_another_address(olga, ada):
    befell(ada, ActivityKind.GUEST_REGISTERED)
    moved = services.change_email(
        event_id=ada.event_id,
        guest=ada.guest,
        version=1,
        email="new@example.com",
        actor=SYSTEM,
        now=NOW,
    )
    befell(moved, ActivityKind.GUEST_CHANGED)

    lines = olga.get(page_of(moved)).context["history"]

    assert [line.activity.kind for line in lines] == ["GUEST_CHANGED", "GUEST_REGISTERED"]


def test_waiting_guest_has_a_number_and_no_ticket(event, olga):
    for name in ("A", "B"):
        add(event, name)
    waiting = add(event, "C")

    response = olga.get(page_of(waiting))

    assert (response.context["position"], response.context["qr"]) == (1, "")
    assert "number 1 on the list" in response.text
    assert [word in response.text for word in ("Give a place", "Move to the waiting list")] == [
        True,
        False,
    ]


def test_ticket_to_print_is_there_for_who_has_a_place(event, olga, ada):
    canceled = guest_of(event, "Carla", status=S.CANCELED)

    assert olga.get(f"{page_of(ada)}/ticket").context["short_code"]
    assert olga.get(f"{page_of(canceled)}/ticket").status_code == 400


def test_erased_guest_is_shown_without_anything_to_change(event, olga):
    gone = guest_of(event, "", erased_at=NOW, status=S.CANCELED)

    text = olga.get(page_of(gone)).text

    hidden = ["Save note", f"{page_of(gone)}/edit", f"{page_of(gone)}/email", "Register again"]
    assert [words in text for words in hidden] == [False] * 4
    assert "Erased guest" in text


# The note


@pytest.mark.parametrize("role", ["owner", "organiser", "desk"])
def test_note_is_saved_and_shown(event, ada, role):
    form = {"note": "Loop amplifier\r\nLocker <12>", "attention": "on", "version": "1"}

    response = browser_of(role, event.uuid).post(page_of(ada), form, follow=True)

    assert response.redirect_chain == [(page_of(ada), 302)]
    assert (stored(ada).note, stored(ada).attention) == ("Loop amplifier\nLocker <12>", True)
    assert "Locker &lt;12&gt;" in response.text


def test_note_that_is_too_long_is_refused_and_stays(olga, ada):
    response = olga.post(page_of(ada), {"note": "x" * 2001, "version": "1"})

    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["note"]
    assert response.context["form"]["note"].value() == "x" * 2001
    assert stored(ada).note is None


@pytest.mark.parametrize("version", ["1", "", "x"])
def test_note_that_was_overtaken_shows_theirs_and_keeps_mine(olga, ada, version):
    olga.post(page_of(ada), {"note": "Theirs", "version": "1"})

    response = olga.post(page_of(ada), {"note": "Mine", "version": version})

    if version == "x":
        assert response.status_code == 400
        return
    [difference] = response.context["differences"]
    assert (response.status_code, stored(ada).note) == (409, "Theirs")
    assert (difference.label, difference.stored, difference.typed) == ("Note", "Theirs", "Mine")
    again = response.context["form"]
    olga.post(page_of(ada), {"note": again["note"].value(), "version": again["version"].value()})
    assert stored(ada).note == "Mine"


def test_note_waits_while_somebody_signs_in_again(olga, ada):
    sign_out(olga)

    olga.post(page_of(ada), {"note": "Typed before", "version": "1"})

    kept = olga.session["kept_form"]
    assert (kept["page"], kept["fields"]["note"]) == (page_of(ada), ["Typed before"])
    assert stored(ada).note is None


# Name and answers


@pytest.mark.parametrize("name", NAMES)
def test_edit_saves_name_and_answers(olga, ada, name):
    form = {"name": name, "answers.food": "None", "answers.years": "7", "version": "1"}

    response = olga.post(f"{page_of(ada)}/edit", form)

    assert response["Location"] == page_of(ada)
    assert (stored(ada).name, stored(ada).answers) == (name, {"food": "None", "years": 7})


@pytest.mark.parametrize("photos", [True, False, None])
def test_edit_of_the_name_alone_changes_no_answer(event, olga, photos):
    answers = {"food": "Fish", "years": 2.5, "gone": "x"}
    answers |= {} if photos is None else {"photos": photos}
    guest = guest_of(event, "Bo", answers=answers)
    shown = olga.get(f"{page_of(guest)}/edit").context["form"]

    form = {one.html_name: one.value() for one in shown if one.value() is not None}
    response = olga.post(f"{page_of(guest)}/edit", {**form, "name": "Bob"})

    assert response.status_code == 302
    assert (stored(guest).name, stored(guest).answers) == ("Bob", answers)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"answers.years": "seven"}, "answers.years"),
        ({"answers.food": "Pizza"}, "answers.food"),
    ],
)
def test_bad_edit_is_refused_beside_the_field_and_kept(olga, ada, typed, field):
    response = olga.post(f"{page_of(ada)}/edit", {"name": "Ada", "version": "1", **typed})

    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert response.context["form"][field].value() == typed[field]
    assert stored(ada).version == 1


def test_edit_that_was_overtaken_shows_theirs_and_keeps_mine(olga, ada):
    services.change_name(
        event_id=ada.event_id, guest=ada.guest, version=1, name="Theirs", actor=SYSTEM, now=NOW
    )

    form = {"name": "Mine", "answers.food": "None", "version": "1"}
    response = olga.post(f"{page_of(ada)}/edit", form)

    found = {one.label: (one.stored, one.typed) for one in response.context["differences"]}
    assert response.status_code == 409
    assert found["Name"] == ("Theirs", "Mine")
    assert response.context["form"]["version"].value() == "2"
    assert stored(ada).name == "Theirs"


# Another address


def test_another_address_leads_to_the_guest_under_it(olga, ada):
    response = olga.post(f"{page_of(ada)}/email", {"email": "New@Example.com", "version": "1"})

    [moved] = everybody(make_like(ada))
    assert response["Location"] == page_of(moved)
    assert (moved.user_email, moved.name) == ("new@example.com", "Ada Lovelace")
    assert olga.get(page_of(ada)).status_code == 404


def make_like(guest: Registration) -> Event:
    return Event.fetch(guest.event_id)


def test_address_of_another_guest_is_refused_beside_the_field(event, olga, ada):
    add(event, "Bo", "bo@example.com")

    response = olga.post(f"{page_of(ada)}/email", {"email": "bo@example.com", "version": "1"})

    assert response.status_code == 409
    assert response.context["form"].errors == {
        "email": ["Another guest of this event has this address."]
    }
    assert stored(ada).user_email == "ada@example.com"


def test_the_same_address_keeps_the_ticket_and_says_so(olga, ada):
    typed = {"email": "ADA@example.com", "version": "1"}

    response = olga.post(f"{page_of(ada)}/email", typed, follow=True)

    told = [str(message) for message in response.context["messages"]]
    assert told == ["This was the address already. Nothing changed."]
    assert (stored(ada).ticket_no, stored(ada).version) == (ada.ticket_no, ada.version)


@pytest.mark.parametrize("typed", ["", "nonsense", "a@b@c", "x" * 300])
def test_no_address_is_refused_beside_the_field(olga, ada, typed):
    response = olga.post(f"{page_of(ada)}/email", {"email": typed, "version": "1"})

    assert (response.status_code, list(response.context["form"].errors)) == (400, ["email"])


def test_address_that_was_overtaken_keeps_what_was_typed(olga, ada):
    press(olga, ada, "reissue")

    response = olga.post(f"{page_of(ada)}/email", {"email": "new@example.com", "version": "1"})

    assert response.status_code == 409
    assert response.context["form"]["email"].value() == "new@example.com"
    assert stored(ada).user_email == "ada@example.com"


# Buttons


def test_replacing_a_ticket_says_so(olga, ada):
    response = press(olga, ada, "reissue")

    assert "The old one no longer admits." in response.text
    assert stored(ada).ticket_no != ada.ticket_no


@pytest.mark.parametrize("what", ["reissue", "wait", "promote", "cancel"])
def test_button_of_a_page_that_is_out_of_date_changes_nothing(olga, ada, what):
    services.change_name(
        event_id=ada.event_id, guest=ada.guest, version=1, name="Theirs", actor=SYSTEM, now=NOW
    )

    response = press(olga, ada, what)

    assert response.redirect_chain == [(page_of(ada), 302)]
    assert "Somebody changed this meanwhile." in response.text
    assert (stored(ada).version, stored(ada).status) == (2, S.CONFIRMED)


def test_ticket_is_sent_again_once_a_minute(olga, ada):
    first, second = press(olga, ada, "resend"), press(olga, ada, "resend")

    assert "on its way to ada@example.com" in first.text
    assert "Try again in a minute." in second.text


def test_ticket_without_an_address_is_not_sent(event, olga):
    guest = add(event, "Walter")

    assert "no e-mail address" in press(olga, guest, "resend").text
    assert stored(guest).resent_at is None


def test_guest_moves_to_the_waiting_list_and_back(event, olga, ada):
    waits = press(olga, ada, "wait")
    version = int(stored(ada).version)
    back = press(olga, ada, "promote", version)

    assert "Ada Lovelace waits now" in waits.text
    assert "Ada Lovelace has a place." in back.text
    assert stored(ada).status is S.CONFIRMED


def test_no_place_is_given_while_none_is_free(event, olga):
    for name in ("A", "B"):
        add(event, name)
    waiting = add(event, "C")

    response = press(olga, waiting, "promote")

    assert "No seat is free." in response.text
    assert stored(waiting).status is S.WAITLISTED


def test_guest_who_is_in_does_not_wait(event, olga):
    guest = guest_of(event, "Bo", admission=Admission.IN, admitted_at=NOW)

    response = press(olga, guest, "wait")

    assert "This guest is checked in already." in response.text
    assert stored(guest).status is S.CONFIRMED


# The way back


def test_filter_of_the_list_is_kept_on_the_way_through_the_pages(event, olga, ada):
    query = "?q=ada&status=CONFIRMED"

    page = olga.get(f"{page_of(ada)}{query}")
    edited = olga.post(f"{page_of(ada)}/edit{query}", {"name": "Ada Byron", "version": "1"})

    kept = "?q=ada&amp;status=CONFIRMED"
    links = [f'"{page_of(ada)}/edit{kept}"', f'"{page_of(ada)}/ticket{kept}"']
    assert [link in page.text for link in links] == [True, True]
    assert f'"/o/e/{event.uuid}/registrations{kept}"' in page.text
    assert edited["Location"] == f"{page_of(ada)}{query}"


def test_what_happened_can_be_undone_from_the_history(olga, ada):
    activity.record(
        event_id=ada.event_id,
        kind=ActivityKind.GUEST_CANCELED,
        actor_label="SYSTEM",
        subject=ada.guest,
        at=NOW,
        record_id="r-1",
        details={"version": "2", "from": "CONFIRMED"},
    )

    assert "/activity/undo" in olga.get(page_of(ada)).text
