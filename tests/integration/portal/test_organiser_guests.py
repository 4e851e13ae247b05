from datetime import UTC, datetime, timedelta

import pytest

from backend.events.states import EventStatus
from backend.registrations import services
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.integration.portal.guest_lists import everybody, guest_of, list_of
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
TEAM = ["owner", "organiser", "administrator"]


@pytest.fixture
def event(portal):
    event = make_event(starts_at=NOW + timedelta(hours=1), capacity=3)
    seats.open_pool(pool=event.uuid, capacity=3, now=NOW)
    return event


# The page and the drawer of one guest


def test_page_of_a_guest_shows_an_organiser_address_and_ticket(event):
    guest = guest_of(event, "Åsa Ångström", user_email="asa@example.com")
    page = browser_of("organiser", event.uuid).get(f"{list_of(event)}/{guest.guest}")

    assert "asa@example.com" in page.text
    assert page.context["short_code"] in page.text
    assert len(page.context["short_code"]) == 9
    assert "Cancel registration" in page.text


def test_drawer_alone_is_what_a_click_gets(event):
    guest = guest_of(event, "Bo Li")
    headers = {"HX-Request": "true", "HX-Target": "drawer-place"}

    page = browser_of("organiser", event.uuid).get(
        f"{list_of(event)}/{guest.guest}?q=bo", headers=headers
    )

    assert page.text.strip().startswith("<aside")
    assert f'href="{list_of(event)}?q=bo"' in page.text


def test_guest_who_is_in_has_no_cancel_button(event):
    guest = guest_of(event, "Bo Li", admission=Admission.IN, admitted_at=NOW, admitted_gate="North")
    page = browser_of("organiser", event.uuid).get(f"{list_of(event)}/{guest.guest}")

    assert page.context["can_cancel"] is False
    assert "Undo the admission at the desk first." in page.text
    assert "North" in page.text


@pytest.mark.parametrize("guest", ["0123456789ABCDEF", "nobody", "0" * 500])
def test_unknown_guest_is_not_found(event, guest):
    client = browser_of("organiser", event.uuid)

    assert client.get(f"{list_of(event)}/{guest}").status_code == 404


def test_desk_sees_names_but_no_addresses_codes_or_buttons(event):
    guest = guest_of(event, "Bo Li", user_email="canary@example.com")
    client = browser_of("desk", event.uuid)

    pages = [client.get(list_of(event)), client.get(f"{list_of(event)}/{guest.guest}")]

    for page in pages:
        assert "Bo Li" in page.text
        assert "canary@example.com" not in page.text
        assert "Cancel registration" not in page.text
        assert "Add guest" not in page.text
    assert pages[1].context["short_code"] == ""


# Adding and canceling


@pytest.mark.parametrize("role", TEAM)
def test_guest_is_added_with_a_seat_and_opened(event, role):
    client = browser_of(role, event.uuid)

    response = client.post(
        f"{list_of(event)}/add", {"name": " Åsa Ångström ", "email": "Asa@Example.com"}
    )

    (guest,) = everybody(event)
    assert response["Location"] == f"{list_of(event)}/{guest.guest}"
    assert (guest.name, guest.user_email, guest.status, guest.changed_by) == (
        "Åsa Ångström",
        "asa@example.com",
        RegistrationStatus.CONFIRMED,
        client.actor.label,
    )
    assert guest.claim is not None


def test_guest_without_an_address_is_added(event):
    browser_of("owner", event.uuid).post(f"{list_of(event)}/add", {"name": "Bo Li"})

    assert [(one.name, one.user_email) for one in everybody(event)] == [("Bo Li", None)]


def test_address_that_is_registered_already_opens_that_guest(event):
    client = browser_of("owner", event.uuid)
    form = {"name": "Bo Li", "email": "bo@example.com"}
    client.post(f"{list_of(event)}/add", form)

    again = client.post(f"{list_of(event)}/add", {**form, "name": "Bo Lee"}, follow=True)

    assert [one.name for one in everybody(event)] == ["Bo Li"]
    assert "registered already, as Bo Li." in again.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Bo\u0085Li"}, "name"),
        ({"name": "Bo", "email": "no address"}, "email"),
        ({"name": "Bo", "email": "a@b@example.com"}, "email"),
    ],
)
def test_bad_guest_is_refused_beside_the_field_and_kept(event, typed, field):
    response = browser_of("owner", event.uuid).post(f"{list_of(event)}/add", typed)

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (400, [field])
    assert form[field].value() == typed[field]
    assert everybody(event) == []


def test_full_event_refuses_another_guest_above_the_form(event):
    client = browser_of("owner", event.uuid)
    for name in ("A", "B", "C"):
        client.post(f"{list_of(event)}/add", {"name": name})

    response = client.post(f"{list_of(event)}/add", {"name": "D"})

    assert response.status_code == 400
    assert response.context["form"].non_field_errors() == ["This event is sold out."]
    assert [one.name for one in everybody(event)] == ["A", "B", "C"]


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELED])
def test_guest_is_refused_where_nobody_can_register(status):
    closed = make_event(starts_at=NOW + timedelta(hours=1), status=status)

    response = browser_of("owner", closed.uuid).post(f"{list_of(closed)}/add", {"name": "Bo"})

    assert response.status_code == 400
    assert everybody(closed) == []


def added(event, client) -> Registration:
    return services.add_guest(
        event_id=event.uuid, name="Bo Li", email="bo@example.com", actor=client.actor, now=NOW
    ).registration


def test_canceling_frees_the_seat_and_says_so(event):
    client = browser_of("organiser", event.uuid)
    guest = added(event, client)

    response = client.post(
        f"{list_of(event)}/{guest.guest}/cancel", {"version": int(guest.version)}, follow=True
    )

    stored = Registration.fetch(guest.shard, guest.guest)
    assert (stored.status, stored.claim) == (RegistrationStatus.CANCELED, None)
    assert "The registration of Bo Li is canceled." in response.text


def test_canceling_leads_back_to_the_list_as_it_was_filtered(event):
    client = browser_of("organiser", event.uuid)
    guest = added(event, client)
    drawer = f"{list_of(event)}/{guest.guest}"

    response = client.post(
        f"{drawer}/cancel",
        {"version": int(guest.version)},
        headers={"Referer": f"http://testserver{drawer}?q=bo"},
    )

    assert response["Location"] == f"{drawer}?q=bo"


@pytest.mark.parametrize("version", ["0", "7", "", "x"])
def test_canceling_what_changed_meanwhile_shows_a_fresh_copy(event, version):
    client = browser_of("organiser", event.uuid)
    guest = added(event, client)
    drawer = f"{list_of(event)}/{guest.guest}"

    response = client.post(
        f"{drawer}/cancel",
        {"version": version},
        headers={"Referer": f"http://testserver{drawer}"},
        follow=True,
    )

    assert response.redirect_chain == [(drawer, 302)]
    assert "Somebody changed this meanwhile." in response.text
    assert Registration.fetch(guest.shard, guest.guest).is_confirmed


def test_canceling_a_guest_who_is_in_is_refused(event):
    guest = guest_of(event, "Bo Li", admission=Admission.IN, admitted_at=NOW)
    drawer = f"{list_of(event)}/{guest.guest}"

    response = browser_of("owner", event.uuid).post(
        f"{drawer}/cancel",
        {"version": 1},
        headers={"Referer": f"http://testserver{drawer}"},
        follow=True,
    )

    assert "This guest is checked in already." in response.text
    assert Registration.fetch(guest.shard, guest.guest).is_confirmed
