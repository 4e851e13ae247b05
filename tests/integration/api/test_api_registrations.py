"""Registrations over HTTP: what a guest does, and what the team sees."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.registrations.models import Registration
from backend.team.roles import Role
from tests.factories.registrations import make_registration

UNKNOWN = "0190aaaa-0000-7000-8000-000000000001"


def place(event_id, mine=""):
    return f"/events/{event_id}/registrations{mine}"


def test_registering_gives_a_ticket(api, event, guest):
    event_id = event()

    answer = api.post(place(event_id), {"name": "Grace H."}, by=guest)

    assert answer.status == 201
    mine = answer.body
    assert (mine["status"], mine["admission"], mine["name"]) == (
        "CONFIRMED",
        "EXPECTED",
        "Grace H.",
    )
    assert mine["ticket"].startswith("F:")
    assert mine["shortCode"][:4] == mine["guest"][:4]
    assert api.get(place(event_id, "/me"), by=guest).body == mine


def test_name_is_the_accounts_unless_given(api, event, guest):
    assert api.post(place(event()), {}, by=guest).body["name"] == guest.name


def test_registering_twice_is_one_registration(api, event, guest):
    event_id = event(capacity=2)

    first = api.post(place(event_id), {}, by=guest)
    second = api.post(place(event_id), {}, by=guest, headers={"Idempotency-Key": "a"})

    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body


def test_registering_many_times_at_once_is_one_registration(api, event, guest):
    event_id = event()

    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: api.post(place(event_id), {}, by=guest), range(6)))

    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 200, 201]
    assert len({answer.body["ticket"] for answer in answers}) == 1


def test_full_event_is_sold_out_and_a_canceled_seat_is_free_again(api, pool, event, guest):
    event_id = event(capacity=1, waitingList=False)
    assert api.post(place(event_id), {}, by=guest).status == 201
    late = pool.make("Lars Late")

    assert api.post(place(event_id), {}, by=late).said == (400, "sold_out")
    canceled = api.delete(place(event_id, "/me"), by=guest)

    assert (canceled.status, canceled.body["status"]) == (200, "CANCELED")
    assert "ticket" not in canceled.body
    assert api.get(place(event_id, "/me"), by=guest).body["ticket"] is None
    assert api.post(place(event_id), {}, by=late).status == 201


def test_registering_anew_after_canceling_gives_a_new_ticket(api, event, guest):
    event_id = event(capacity=1)
    first = api.post(place(event_id), {}, by=guest).body
    api.delete(place(event_id, "/me"), by=guest)

    second = api.post(place(event_id), {}, by=guest)

    assert (second.status, second.body["status"]) == (201, "CONFIRMED")
    assert second.body["ticket"] != first["ticket"]


def test_address_that_is_not_verified_is_no_guest(api, event, pool):
    person = pool.make("Una Unverified", verified=False)
    event_id = event()

    assert api.post(place(event_id), {}, by=person).said == (403, "email_not_verified")
    assert api.get(place(event_id, "/me"), by=person).said == (403, "email_not_verified")
    assert api.get("/me/registrations", by=person).said == (403, "email_not_verified")


@pytest.mark.parametrize("visibility", ["PUBLIC", "PRIVATE"])
def test_draft_takes_no_registration_and_is_not_told_of(api, draft, guest, visibility):
    event_id = draft(visibility=visibility)

    for where in (event_id, UNKNOWN):
        said = {
            api.post(place(where), {}, by=guest).said,
            api.get(place(where, "/me"), by=guest).said,
            api.delete(place(where, "/me"), by=guest).said,
        }
        assert said == {(404, "event_not_found")}


def test_who_never_registered_has_no_registration(api, event, guest):
    event_id = event()

    assert api.get(place(event_id, "/me"), by=guest).said == (404, "registration_not_found")
    assert api.delete(place(event_id, "/me"), by=guest).said == (404, "registration_not_found")


def test_team_sees_guests_without_tickets_and_the_desk_without_addresses(
    api, event, owner, guest, member
):
    event_id = event()
    ticket = api.post(place(event_id), {}, by=guest).body["ticket"]
    desk, organiser = member(event_id, Role.DESK), member(event_id, Role.ORGANISER)

    for person, email in ((owner, guest.email), (organiser, guest.email), (desk, None)):
        answer = api.get(place(event_id), by=person)
        (seen,) = answer.body["registrations"]
        assert (answer.status, seen["name"], seen["email"]) == (200, guest.name, email)
        assert ticket not in str(answer.body)
        assert "ticket" not in str(answer.body).lower()


def test_guests_are_listed_by_name_prefix_and_status(api, event, owner):
    event_id = event()
    for number, name in enumerate(["Åsa Berg", "Asad Khan", "Bo Ek"]):
        make_registration(event_id=event_id, name=name, user_email=f"g{number}@example.org")

    def names(query):
        found = api.get(place(event_id) + query, by=owner).body["registrations"]
        return [registration["name"] for registration in found]

    assert names("") == ["Åsa Berg", "Asad Khan", "Bo Ek"]
    assert names("?namePrefix=ASA") == ["Åsa Berg", "Asad Khan"]
    assert names("?status=CANCELED") == []
    assert api.get(place(event_id) + "?status=TOMBSTONE", by=owner).said == (400, "bad_input")


def a_crowd(pool, size):
    return [pool.make(f"Person {number}") for number in range(size)]


# Answers


ASKED = [
    {"kind": "CHOICE", "label": "Food?", "choices": ["Meat", "None"], "required": True},
    {"kind": "NUMBER", "label": "Years?"},
    {"kind": "TEXT", "label": "Why?"},
    {"kind": "CONSENT", "label": "Photos?"},
]


@pytest.fixture
def asking(api, event):
    event_id = event(questions=ASKED)
    ids = [one["id"] for one in api.get(f"/events/{event_id}").body["questions"]]
    return event_id, ids


def test_answers_are_kept_and_shown_to_guest_and_team(api, asking, owner, guest):
    event_id, ids = asking
    given = dict(zip(ids, ["None", 2.5, "Line\nbreak", True], strict=True))

    answer = api.post(place(event_id), {"answers": given}, by=guest)

    (seen,) = api.get(place(event_id), by=owner).body["registrations"]
    assert (answer.status, answer.body["answers"]) == (201, given)
    assert api.get(place(event_id, "/me"), by=guest).body["answers"] == given
    assert (seen["answers"], seen["note"], seen["attention"]) == (given, "", False)


@pytest.mark.parametrize(
    ("number", "answer", "rule"),
    [
        (0, "Pizza", "Choose one of the answers."),
        (0, "", "Please choose one."),
        (1, "2", "This must be a number."),
        (1, True, "This must be a number."),
        (1, 10**13, "This number is too large."),
        (2, 7, "This must be a text."),
        (2, "x" * 1001, "At most 1,000 characters."),
        (2, "a\x00b", "Control characters are not allowed."),
        (3, "yes", "This must be a yes or a no."),
        (3, ["yes"], "This must be a text, a number, or true or false."),
        (3, {"a": 1}, "This must be a text, a number, or true or false."),
    ],
)
def test_bad_answer_is_refused_by_its_question(api, asking, guest, number, answer, rule):
    event_id, ids = asking
    given = {ids[0]: "Meat", ids[number]: answer}

    refused = api.post(place(event_id), {"answers": given}, by=guest)

    assert refused.said == (400, "bad_input")
    assert refused.body["fields"] == {f"answers.{ids[number]}": rule}
    assert api.get(place(event_id, "/me"), by=guest).status == 404


@pytest.mark.parametrize("answers", [None, [], "x", 7, {"UPPER": 1}, {"x" * 17: 1}, {"": 1}])
def test_answers_of_another_shape_are_refused(api, asking, guest, answers):
    event_id, _ids = asking

    assert api.post(place(event_id), {"answers": answers}, by=guest).said == (400, "bad_input")


def test_more_answers_than_questions_can_be_are_refused(api, asking, guest):
    event_id, _ids = asking
    many = {f"q{number}": 1 for number in range(21)}

    assert api.post(place(event_id), {"answers": many}, by=guest).said == (400, "bad_input")


def test_answer_to_what_nobody_asks_is_refused(api, event, guest):
    refused = api.post(place(event()), {"answers": {"q1x": 1}}, by=guest)

    assert refused.body["fields"] == {"answers.q1x": "This is not asked at this event."}


# The waiting list


def test_full_event_answers_with_the_number_on_the_waiting_list(api, pool, event, guest, owner):
    event_id = event(capacity=1)
    api.post(place(event_id), {}, by=owner)
    names = ["Zoe", "Ada", "Mia"]

    answers = [
        api.post(place(event_id), {"name": name}, by=person)
        for name, person in zip(names, [guest, *a_crowd(pool, 2)], strict=True)
    ]

    said = [(one.status, one.body["status"], one.body["waitingPosition"]) for one in answers]
    assert said == [(201, "WAITLISTED", number) for number in (1, 2, 3)]
    assert [(one.body["ticket"], one.body["shortCode"]) for one in answers] == [(None, None)] * 3
    again = api.post(place(event_id), {}, by=guest)
    assert (again.status, again.body["waitingPosition"]) == (200, 1)
    assert in_line(api, event_id, owner) == names


def in_line(api, event_id, owner) -> list[str]:
    """The waiting list in its order, page by page."""
    names, token = [], ""
    while True:
        query = f"?status=WAITLISTED&limit=2{token}"
        page = api.get(place(event_id) + query, by=owner).body
        names += [one["name"] for one in page["registrations"]]
        if page["nextToken"] is None:
            return names
        token = f"&nextToken={page['nextToken']}"


def test_waiting_list_is_searched_by_name(api, pool, event, owner):
    event_id = event(capacity=1)
    api.post(place(event_id), {}, by=owner)
    for name, person in zip(["Zoe", "Ada"], a_crowd(pool, 2), strict=True):
        api.post(place(event_id), {"name": name}, by=person)

    found = api.get(place(event_id) + "?status=WAITLISTED&namePrefix=ad", by=owner).body

    assert [one["name"] for one in found["registrations"]] == ["Ada"]


def test_leaving_the_waiting_list_moves_the_others_up(api, pool, event, guest, owner):
    event_id = event(capacity=1)
    api.post(place(event_id), {}, by=owner)
    api.post(place(event_id), {}, by=guest)
    [late] = a_crowd(pool, 1)
    api.post(place(event_id), {}, by=late)

    left = api.delete(place(event_id, "/me"), by=guest)

    assert (left.status, left.body["status"]) == (200, "CANCELED")
    assert api.get(place(event_id, "/me"), by=late).body["waitingPosition"] == 1


def test_own_registrations_are_listed_newest_first(api, event, guest):
    events = [event() for _ in range(3)]
    for event_id in events:
        api.post(place(event_id), {}, by=guest)

    listed = api.get("/me/registrations", by=guest).body

    assert [found["eventId"] for found in listed["registrations"]] == events[::-1]
    assert "ticket" not in str(listed)


@pytest.mark.parametrize("name", sorted(set(Registration.get_attributes()) - {"name"}))
def test_posting_an_attribute_of_the_model_is_refused(api, event, stranger, name):
    event_id = event()
    spelled = "".join(
        part if number == 0 else part.title() for number, part in enumerate(name.split("_"))
    )

    said = {api.post(place(event_id), {field: "1"}, by=stranger).said for field in {name, spelled}}

    assert said == {(400, "bad_input")}
    mine = api.get(place(event_id, "/me"), by=stranger)
    assert mine.said == (404, "registration_not_found")
