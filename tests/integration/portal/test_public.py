"""Public pages: explore, event, register, tickets."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from backend.activity.models import Stats
from backend.events.services import cancel_event, create_event, publish_event
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.shared.clock import utc_now
from portal.public.views.me import PER_PAGE
from tests.factories.events import build_details, make_event
from tests.factories.registrations import make_registration
from tests.factories.users import a_user

SignIn = Callable[..., Client]


def published(**values: object):
    now = utc_now()
    days = timedelta(days=20)
    times = {"starts_at": now + days, "ends_at": now + days + timedelta(hours=3)}
    owner = a_user()
    event = create_event(details=build_details(**times | values), actor=owner, now=now)
    return publish_event(event_id=event.uuid, actor=owner, now=now), owner


def stored(event_id: str) -> list[Registration]:
    return list(Registration.query(f"{event_id}#R0"))


def test_explore_shows_a_public_event_on_its_day(visitor: Client):
    title = f"Ångström & Söhne {uuid.uuid4().hex[:6]}"
    event, _ = published(title=title, time_zone="Asia/Tokyo", category="ARTS")
    # Other tests publish events, too: the first page from its own day has it.
    day = event.starts_at.date().isoformat()
    answer = visitor.get("/events", {"near": day, "category": event.category})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Ångström &amp; Söhne" in text
    assert f"/e/{event.uuid}" in text


def test_explore_hides_unlisted_and_private_events(visitor: Client):
    for visibility in ("UNLISTED", "PRIVATE"):
        event, _ = published(visibility=visibility)
        assert f"/e/{event.uuid}" not in visitor.get("/events").content.decode()


def test_explore_with_filters_that_make_no_sense_says_so_and_shows_all(visitor: Client):
    answer = visitor.get("/events", {"near": "tomorrow", "category": "NONSENSE", "page": "x"})
    assert answer.status_code == 200
    assert "Pick a day like 2027-06-10." in answer.content.decode()


def test_explore_from_a_day_leaves_out_what_starts_before(visitor: Client):
    event, _ = published()
    later = (event.starts_at + timedelta(days=2)).date().isoformat()
    assert f"/e/{event.uuid}" not in visitor.get("/events", {"near": later}).content.decode()


def test_an_event_page_leads_to_registering(visitor: Client):
    event, _ = published(capacity=3, description="**Bring** boots <script>alert(1)</script>")
    text = visitor.get(f"/e/{event.uuid}").content.decode()
    assert "<strong>Bring</strong>" in text
    assert "<script>alert" not in text
    assert f"/e/{event.uuid}/register" in text
    assert "3 places left" in text


def test_a_seat_the_counters_do_not_know_of_yet_is_not_called_zero_places(visitor: Client):
    event, _ = published(capacity=3)
    Stats.add_up(f"{event.uuid}#R0", {"registered": 3}, first_seq="1", last_seq="2")

    text = visitor.get(f"/e/{event.uuid}").content.decode()

    assert "Free, a place is left" in text
    assert f"/e/{event.uuid}/register" in text
    assert "0 places left" not in text


def test_a_private_or_unknown_event_is_not_found(visitor: Client):
    event, _ = published(visibility="PRIVATE")
    assert visitor.get(f"/e/{event.uuid}").status_code == 404
    assert visitor.get("/e/nonsense").status_code == 404
    assert visitor.get(f"/e/{event.uuid}/event.ics").status_code == 404


def test_the_calendar_file_is_one(visitor: Client):
    event, _ = published()
    answer = visitor.get(f"/e/{event.uuid}/event.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.startswith(b"BEGIN:VCALENDAR")


def test_registering_needs_a_sign_in_and_keeps_the_name(visitor: Client):
    event, _ = published()
    answer = visitor.post(f"/e/{event.uuid}/register", {"name": "Ada"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/signin")
    assert stored(event.uuid) == []


def test_registering_twice_gives_one_ticket(sign_in: SignIn):
    event, _ = published(capacity=2)
    client = sign_in()
    for _ in range(2):
        answer = client.post(f"/e/{event.uuid}/register", {"name": "Maximiliane"})
        assert (answer.status_code, answer["Location"]) == (302, f"/me/tickets/{event.uuid}")
    assert len(stored(event.uuid)) == 1
    ticket = client.get(f"/me/tickets/{event.uuid}").content.decode()
    assert "Maximiliane" in ticket
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", ticket)
    assert client.get(f"/e/{event.uuid}/register").status_code == 302
    assert f"/me/tickets/{event.uuid}" in client.get("/me").content.decode()
    assert "You are registered." in client.get(f"/e/{event.uuid}").content.decode()


def test_a_name_that_is_none_stays_beside_its_field(sign_in: SignIn):
    event, _ = published()
    answer = sign_in().post(f"/e/{event.uuid}/register", {"name": "\x00"})
    assert answer.status_code == 400
    assert "fo-error" in answer.content.decode()
    assert stored(event.uuid) == []


def test_a_full_event_without_a_list_says_so(sign_in: SignIn):
    event, _ = published(capacity=1, waiting_list=False)
    assert sign_in().post(f"/e/{event.uuid}/register", {"name": "Ada"}).status_code == 302
    late = sign_in()
    answer = late.post(f"/e/{event.uuid}/register", {"name": "Bo"})
    assert answer.status_code == 400
    assert "sold out" in answer.content.decode()
    assert [r.name for r in stored(event.uuid)] == ["Ada"]
    assert "No places left" in late.get(f"/e/{event.uuid}").content.decode()


def test_giving_up_frees_the_place_and_the_ticket_page_is_gone(sign_in: SignIn):
    event, _ = published()
    client = sign_in()
    client.post(f"/e/{event.uuid}/register", {"name": "Ada"})
    for _ in range(2):
        assert client.post(f"/e/{event.uuid}/give-up").status_code == 302
    assert [r.status for r in stored(event.uuid)] == [RegistrationStatus.CANCELED]
    assert client.get(f"/me/tickets/{event.uuid}").status_code == 404
    assert "Canceled" in client.get("/me").content.decode()


def test_nobody_sees_anothers_ticket(sign_in: SignIn, visitor: Client):
    event, _ = published()
    sign_in().post(f"/e/{event.uuid}/register", {"name": "Ada"})
    assert sign_in().get(f"/me/tickets/{event.uuid}").status_code == 404
    assert visitor.get(f"/me/tickets/{event.uuid}").status_code == 302


def test_a_canceled_event_says_so_and_takes_nobody(sign_in: SignIn):
    event, owner = published()
    cancel_event(event_id=event.uuid, actor=owner, now=utc_now())
    client = sign_in()
    assert "This event was canceled." in client.get(f"/e/{event.uuid}").content.decode()
    assert client.post(f"/e/{event.uuid}/register", {"name": "Ada"}).status_code == 400
    assert stored(event.uuid) == []


def test_no_tickets_yet_leads_to_the_events(sign_in: SignIn):
    assert "No tickets yet" in sign_in().get("/me").content.decode()


def test_many_tickets_go_on_and_back_to_the_start(sign_in: SignIn, pool):
    email = pool.make()
    made = [make_event().uuid for _ in range(PER_PAGE + 1)]
    for event_id in made:
        make_registration(event_id=event_id, user_email=email)
    client = sign_in(email)

    first = client.get("/me").content.decode()
    ahead = re.search(r'href="(\?page=[^"]+)" rel="next">Show older ones<', first)
    assert ahead
    second = client.get(f"/me{ahead[1]}").content.decode()

    shown = [re.findall(r'href="/me/tickets/([^"]+)"', page) for page in (first, second)]
    assert [len(page) for page in shown] == [PER_PAGE, 1]
    assert sorted(shown[0] + shown[1]) == sorted(made)
    assert re.findall(r'href="([^"]+)">Back to the start<', second) == ["?"]


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31"])
def test_explore_from_the_ends_of_time_shows_a_page(visitor, since):
    assert visitor.get(f"/events?since={since}").status_code == 200
