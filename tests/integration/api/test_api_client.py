"""The API through the client that is generated from its OpenAPI file: a guest's whole story.

mypy checks this file against the generated client, so a field or an operation that changes its
name fails the build; what the deployed stage answers must fit the same shapes.
"""

import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from foyer_client import AuthenticatedClient, Client
from foyer_client.api.accounts import confirm_sign_up, log_in, log_out, refresh_tokens, sign_up
from foyer_client.api.check_in import admit_tickets
from foyer_client.api.event_app import list_events_user_registered_to, register_user_to_event
from foyer_client.api.events import (
    cancel_event,
    create_event,
    edit_event,
    list_events,
    list_my_events,
    publish_event,
    show_event,
)
from foyer_client.api.health import check_health
from foyer_client.api.profiles import put_my_document, put_profile, show_my_document, show_profile
from foyer_client.api.registrations import (
    cancel_my_registration,
    list_my_registrations,
    list_registrations,
    register,
    show_my_registration,
)
from foyer_client.api.users import add_user, change_user, erase_user, list_users, show_user
from foyer_client.models import (
    Admission,
    AttendanceInput,
    AttendingAnswer,
    Category,
    ConfirmInput,
    DocumentAnswer,
    Erased,
    EventAppEvents,
    EventEdit,
    EventInput,
    EventsAnswer,
    EventStatus,
    GuestName,
    GuestsAnswer,
    Health,
    LoginInput,
    MessageAnswer,
    Offer,
    OneScan,
    OwnEventAnswer,
    OwnEventsAnswer,
    ProfileAnswer,
    ProfileDocument,
    ProfileInput,
    QuestionInput,
    QuestionKind,
    RefreshTokenInput,
    Refusal,
    RefusalFields,
    RegisteredAnswer,
    RegistrationAnswer,
    RegistrationInput,
    RegistrationInputAnswers,
    RegistrationsAnswer,
    RegistrationStatus,
    ScanResult,
    ScansAnswer,
    ScansInput,
    ShownEventAnswer,
    SignUpInput,
    TicketAnswer,
    TokensAnswer,
    UpsertedAnswer,
    UserAnswer,
    UserChange,
    UserInput,
)
from foyer_client.types import Unset
from tests.factories.kiosks import pair_device
from tests.support.api import PASSWORD, Person
from tests.support.typed_client import anybody, caller, code_of, got

CODE = "123456"


@pytest.fixture(scope="session")
def base(stage: dict[str, str]) -> str:
    return stage["APIEndpoint"]


@pytest.fixture
def organiser(base: str, owner: Person) -> AuthenticatedClient:
    return caller(base, owner)


@pytest.fixture
def visitor(base: str, guest: Person) -> AuthenticatedClient:
    return caller(base, guest, prefix="")


def evening() -> EventInput:
    """An event that began an hour ago and asks one question."""
    now = datetime.now(UTC)
    return EventInput(
        title="Harbour Evening",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        capacity=2,
        category=Category.MEETUP,
        questions=[
            QuestionInput(
                id="food",
                kind=QuestionKind.CHOICE,
                label="Which food?",
                choices=["Vegetarian", "Everything"],
            )
        ],
    )


@pytest.fixture
def published(organiser: AuthenticatedClient) -> OwnEventAnswer:
    made = got(OwnEventAnswer, create_event.sync(client=organiser, body=evening()))
    return got(OwnEventAnswer, publish_event.sync(made.event_id, client=organiser))


def registered(event: OwnEventAnswer, visitor: AuthenticatedClient) -> TicketAnswer:
    answers = RegistrationInputAnswers.from_dict({"food": "Vegetarian"})
    body = RegistrationInput(answers=answers)
    return got(TicketAnswer, register.sync(event.event_id, client=visitor, body=body))


def test_account_is_made_confirmed_and_signed_in(base):
    nobody: Client = anybody(base)
    email = f"typed-{uuid.uuid4().hex[:12]}@example.org"
    new = SignUpInput(email=email, password=PASSWORD, name="Tilda Typed")
    password = LoginInput(email=email, password=PASSWORD)

    assert got(Health, check_health.sync(client=nobody)).ok is True
    assert got(MessageAnswer, sign_up.sync(client=nobody, body=new)).message
    assert code_of(log_in.sync(client=nobody, body=password)) == "wrong_credentials"
    confirmed = confirm_sign_up.sync(client=nobody, body=ConfirmInput(email=email, code=CODE))
    assert got(MessageAnswer, confirmed).message
    tokens = got(TokensAnswer, log_in.sync(client=nobody, body=password))
    again = RefreshTokenInput(refresh_token=tokens.refresh_token)
    fresh = got(TokensAnswer, refresh_tokens.sync(client=nobody, body=again))
    for token in (tokens.id_token, fresh.id_token):
        mine = list_my_events.sync(client=caller(base, token))
        assert got(OwnEventsAnswer, mine).events == []

    got(MessageAnswer, log_out.sync(client=nobody, body=again))
    assert code_of(refresh_tokens.sync(client=nobody, body=again)) == "session_over"


def test_event_is_made_changed_published_found_and_canceled(base, organiser):
    draft = got(OwnEventAnswer, create_event.sync(client=organiser, body=evening()))
    hidden = show_event.sync(draft.event_id, client=anybody(base))
    edit = EventEdit.from_dict({**evening().to_dict(), "version": draft.version})
    edit.title = "Harbour Night"
    changed = got(OwnEventAnswer, edit_event.sync(draft.event_id, client=organiser, body=edit))
    stale = edit_event.sync(draft.event_id, client=organiser, body=edit)
    got(OwnEventAnswer, publish_event.sync(draft.event_id, client=organiser))
    shown = got(ShownEventAnswer, show_event.sync(draft.event_id, client=anybody(base)))
    listed = got(EventsAnswer, list_events.sync(client=anybody(base), category=Category.MEETUP))
    canceled = got(OwnEventAnswer, cancel_event.sync(draft.event_id, client=organiser))

    assert (draft.status, code_of(hidden)) == (EventStatus.DRAFT, "event_not_found")
    assert (changed.title, changed.version) == ("Harbour Night", draft.version + 1)
    assert code_of(stale) == "stale_write"
    assert (shown.title, shown.capacity, shown.offer) == ("Harbour Night", 2, Offer.PLACE)
    assert shown.starts_at == changed.starts_at
    assert [question.kind for question in shown.questions] == [QuestionKind.CHOICE]
    assert {event.category for event in listed.events} <= {Category.MEETUP}
    assert canceled.status is EventStatus.CANCELED


def test_guest_registers_shows_the_ticket_and_comes_in(published, organiser, visitor, guest):
    mine = registered(published, visitor)
    again = register.sync_detailed(published.event_id, client=visitor, body=RegistrationInput())
    read = got(TicketAnswer, show_my_registration.sync(published.event_id, client=visitor))
    scans = ScansInput(scans=[OneScan(ticket=str(mine.ticket), scan_id=f"typed-{n}") for n in "ab"])
    first, second = got(
        ScansAnswer, admit_tickets.sync(published.event_id, client=organiser, body=scans)
    ).results
    seen = list_registrations.sync(
        published.event_id, client=organiser, status=RegistrationStatus.CONFIRMED
    )
    [row] = got(GuestsAnswer, seen).registrations

    assert mine.status is RegistrationStatus.CONFIRMED
    assert (mine.answers["food"], len(str(mine.short_code))) == ("Vegetarian", 9)
    assert again.status_code is HTTPStatus.OK
    assert read == mine
    assert (first.result, second.result) == (ScanResult.ADMITTED, ScanResult.ALREADY_IN)
    assert got(GuestName, first.guest).name == guest.name
    assert first.at == second.at
    assert (row.email, row.admission, row.admitted_at) == (guest.email, Admission.IN, first.at)
    assert [one.event_id for one in places(visitor)] == [published.event_id]


def places(visitor: AuthenticatedClient) -> list[RegistrationAnswer]:
    return got(RegistrationsAnswer, list_my_registrations.sync(client=visitor)).registrations


def test_paired_kiosk_scans_with_its_credential(base, published, visitor):
    mine = registered(published, visitor)
    paired = pair_device(event_id=published.event_id, gate="East")
    kiosk = caller(base, str(paired.credential), prefix="Kiosk")
    scan = ScansInput(ticket=mine.short_code, scan_id="typed-kiosk")

    answer = admit_tickets.sync(published.event_id, client=kiosk, body=scan)

    [shown] = got(ScansAnswer, answer).results
    assert (shown.result, shown.gate) == (ScanResult.ADMITTED, "East")


def test_request_with_a_key_is_done_once(organiser):
    key, details = uuid.uuid4().hex, evening()
    first, second = (
        got(OwnEventAnswer, create_event.sync(client=organiser, body=details, idempotency_key=key))
        for _ in range(2)
    )
    other = create_event.sync(client=organiser, body=evening(), idempotency_key=key)

    assert second == first
    assert code_of(other) == "idempotency_mismatch"


def test_place_is_given_back(published, visitor):
    registered(published, visitor)

    gone = cancel_my_registration.sync(published.event_id, client=visitor)
    twice = cancel_my_registration.sync(published.event_id, client=visitor)

    assert got(RegistrationAnswer, gone).status is RegistrationStatus.CANCELED
    assert twice == gone
    assert [one.status for one in places(visitor)] == [RegistrationStatus.CANCELED]


def test_refusals_are_typed(base, published, visitor):
    unknown = RegistrationInputAnswers.from_dict({"food": "Stones"})
    body = RegistrationInput(answers=unknown)
    wrong = got(Refusal, register.sync(published.event_id, client=visitor, body=body))
    unsigned = create_event.sync_detailed(client=caller(base, "no.token.at-all"), body=evening())
    foreign = publish_event.sync_detailed(published.event_id, client=visitor)

    assert wrong.code == "bad_input"
    assert got(RefusalFields, wrong.fields).additional_keys == ["answers.food"]
    assert (unsigned.status_code, code_of(unsigned.parsed)) == (401, "unauthorized")
    assert (foreign.status_code, code_of(foreign.parsed)) == (403, "event_forbidden")


def test_profile_and_document_come_back(visitor, guest):
    written = put_profile.sync(client=visitor, body=ProfileInput(name="Grace"))
    read = show_profile.sync(guest.user_id, client=visitor)
    before = show_my_document.sync(client=visitor)
    document = ProfileDocument.from_dict({"seats": 12, "ratio": 0.1, "tags": ["a", None]})
    kept = got(DocumentAnswer, put_my_document.sync(client=visitor, body=document))

    assert got(UpsertedAnswer, written).profile == got(ProfileAnswer, read)
    assert code_of(before) == "profile_not_found"
    assert kept.profile_data.to_dict() == document.to_dict()
    assert got(DocumentAnswer, show_my_document.sync(client=visitor)) == kept


def test_administrator_keeps_the_records_of_users(base, administrator, visitor):
    boss = caller(base, administrator)
    made = got(UserAnswer, add_user.sync(client=boss, body=UserInput(name="Una User")))
    user_id = str(made.userid)
    change = UserChange(name="Una Else")
    changed = got(UserAnswer, change_user.sync(user_id, client=boss, body=change))
    page = list_users.sync_detailed(client=boss, limit=1)
    rest = list_users.sync(client=boss, limit=1, next_token=page.headers["X-Next-Token"])
    refused = list_users.sync(client=visitor)
    got(Erased, erase_user.sync(user_id, client=boss))
    gone = got(UserAnswer, show_user.sync(user_id, client=boss))

    assert (changed.userid, changed.name) == (made.userid, "Una Else")
    assert isinstance(page.parsed, list)
    assert isinstance(rest, list)
    assert (len(page.parsed), len(rest)) == (1, 1)
    assert page.parsed != rest
    assert code_of(refused) == "forbidden"
    assert isinstance(gone.userid, Unset)


def test_route_with_two_shapes_answers_the_one_that_was_asked_for(published, visitor, guest):
    place = AttendanceInput(event_uuid=published.event_id, user_email=guest.email)

    def attended(**narrowed: str) -> object:
        return list_events_user_registered_to.sync(
            client=visitor, user_email=guest.email, **narrowed
        )

    before = attended(event_uuid=published.event_id)
    done = register_user_to_event.sync(client=visitor, body=place)
    after = attended(event_uuid=published.event_id)

    assert got(RegisteredAnswer, done).message == "User registered successfully"
    assert got(AttendingAnswer, before).is_attending is False
    assert got(AttendingAnswer, after).is_attending is True
    assert [one.uuid for one in got(EventAppEvents, attended()).events] == [published.event_id]
