"""The form of what guests can ask for: saved, refused by field, overtaken by somebody else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.guest_requests import queries, services
from backend.guest_requests.kinds import BUILT_IN, Kind
from backend.guest_requests.queries import OfferedKinds
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.guest_requests import make_request, offer
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
MASSAGE = Kind(key="", name="Massage", team="Wellness", options=("Back", "Feet"))


@pytest.fixture
def event(portal):
    return make_event()


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def address(event) -> str:
    return f"/o/e/{event.uuid}/requests/kinds"


def kinds_of(event) -> OfferedKinds:
    return queries.kinds_of(event.uuid, consistent=True)


def typed(event, changes=(), **own) -> dict:
    """The form as it is opened, with ``changes`` by row and part; ``own`` is a row more."""
    offered = kinds_of(event)
    posted = {"version": str(offered.version), "kinds": [kind.key for kind in offered.kinds]}
    for kind in offered.kinds:
        posted |= row(kind.key, key=kind.key, **_texts(kind))
    if own:
        posted["kinds"].append("new1")
        posted |= row("new1", target_minutes="10", most_open="3", **own)
    return posted | dict(changes)


def _texts(kind: Kind) -> dict[str, str]:
    shown = {"name": kind.name, "team": kind.team, "options": "\r\n".join(kind.options)}
    shown |= {"target_minutes": str(kind.target_minutes), "most_open": str(kind.most_open)}
    shown |= {"opens": kind.opens, "closes": kind.closes}
    return shown | {name: "on" for name in ("enabled", "only_admitted") if getattr(kind, name)}


def row(name: str, /, **parts: str) -> dict[str, str]:
    return {f"kinds-{name}-{part}": value for part, value in parts.items()}


def test_first_visit_teaches_the_first_step(event, olga):
    page = olga.get(address(event)).text

    assert "Guests can ask for nothing yet." in page
    assert [f'value="{kind.name}"' in page for kind in BUILT_IN] == [True] * 4
    assert "checked data-kind-on" in page.partition("<noscript>")[2]
    assert "checked data-kind-on" not in page.partition("<noscript>")[0]


def test_form_sent_back_unchanged_changes_nothing_but_the_version(event, olga):
    offer(event, MASSAGE, opens="09:30", closes="17:00", only_admitted=True)
    before = kinds_of(event)

    answer = olga.post(address(event), typed(event))

    after = kinds_of(event)
    assert (answer.status_code, answer["Location"]) == (302, f"/o/e/{event.uuid}/requests")
    assert after == replace(before, version=before.version + 1)


def test_saved_kinds_are_what_was_typed(event, olga):
    food = row("FOOD", enabled="on", name="Lunch", target_minutes=" 20 ", team="Kitchen ")
    food |= row(
        "FOOD", options="Soup\r\n\r\nRice\r\n", opens="11:30", closes="14:00", most_open="1"
    )

    shown = olga.post(address(event), typed(event, food, name="Massage", enabled="on"), follow=True)

    assert "Saved. Guests can ask for: Lunch, Massage." in shown.text
    lunch, *_others, massage = kinds_of(event).kinds
    assert lunch == Kind(
        key="FOOD",
        name="Lunch",
        target_minutes=20,
        team="Kitchen",
        options=("Soup", "Rice"),
        opens="11:30",
        closes="14:00",
        most_open=1,
    )
    assert massage == Kind(key="MASSAGE", name="Massage")


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("name", "", "1 to 40 characters."),
        ("name", "beverage", "Another kind has this name."),
        ("team", "x" * 41, "At most 40 characters."),
        ("target_minutes", "soon", "A whole number from 1 to 240."),
        ("target_minutes", "0", "A whole number from 1 to 240."),
        ("most_open", "²", "A whole number from 1 to 20."),
        ("options", "Soup\nSoup", "Each option is there once."),
        ("opens", "9 o’clock", "A time of day such as 09:30."),
        ("opens", "09:30", "Give both times, or none."),
    ],
)
def test_bad_input_stands_beside_its_field_and_is_kept(event, olga, part, value, said):
    # The second of two kinds that are called alike is the one to change.
    place = "HELP" if value == "beverage" else "FOOD"

    answer = olga.post(address(event), typed(event, {f"kinds-{place}-{part}": value}))

    assert answer.status_code == 400
    field = "closes" if value == "09:30" else part
    assert f'id="kinds-{place}-{field}-error"' in answer.text
    assert said in answer.text
    assert value[:5] in answer.text
    assert kinds_of(event).version == 0


def test_kind_more_than_an_event_may_have_is_refused(event, olga):
    offer(event, *(replace(MASSAGE, name=f"Massage {n}") for n in range(16)))

    answer = olga.post(address(event), typed(event, name="One more"))

    assert (answer.status_code, "An event has at most 20 kinds." in answer.text) == (400, True)
    assert "One more" in answer.text


def test_own_kind_is_removed_with_and_without_scripts(event, olga):
    offer(event, MASSAGE, replace(MASSAGE, name="Yoga"))
    posted = typed(event, {"kinds-YOGA-remove": "on"})
    posted["kinds"].remove("MASSAGE")

    olga.post(address(event), posted)

    assert [kind.key for kind in kinds_of(event).kinds] == [kind.key for kind in BUILT_IN]


def test_kind_that_guests_wait_for_is_not_removed(event, olga):
    offer(event, MASSAGE)
    make_request(event_id=event.uuid, kind="MASSAGE", request_id="M" * 24)

    answer = olga.post(address(event), typed(event, {"kinds-MASSAGE-remove": "on"}))

    assert answer.status_code == 409
    assert "Guests still wait for Massage: switch it off instead." in answer.text
    assert kinds_of(event).named("MASSAGE") is not None


def test_save_over_somebody_elses_shows_both_and_saves_on_the_second_try(event, olga):
    offer(event)
    mine = typed(event, {"kinds-FOOD-name": "Lunch"})
    theirs = [
        replace(kind, target_minutes=42) if kind.key == "HELP" else kind
        for kind in kinds_of(event).kinds
    ]
    services.save_kinds(
        event_id=event.uuid,
        kinds=[*theirs, MASSAGE],
        version=1,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )

    refused = olga.post(address(event), mine)

    assert (refused.status_code, kinds_of(event).version) == (409, 2)
    for words in (
        "Somebody else changed this meanwhile.",
        "Food: Name",
        "Lunch",
        "Massage",
        "Help: Target, minutes",
        "42",
        "Save mine",
        'name="version" value="2"',
    ):
        assert words in refused.text

    olga.post(address(event), mine | {"version": "2"})

    saved = kinds_of(event)
    assert (saved.version, saved.named("FOOD").name, saved.named("MASSAGE")) == (3, "Lunch", None)


def test_tampered_rows_change_nothing_else(event, olga):
    posted = typed(event, row("FOOD", key="HELP"))
    posted["kinds"] += ["../x", "FOOD"]

    answer = olga.post(address(event), posted)

    assert (answer.status_code, kinds_of(event).version) == (400, 0)


@pytest.mark.parametrize(("role", "status"), [("floor", 403), ("desk", 403), ("stranger", 403)])
def test_kinds_are_for_organisers(event, role, status):
    browser = browser_of(role, event.uuid)

    answers = [browser.get(address(event)), browser.post(address(event), typed(event))]

    assert [answer.status_code for answer in answers] == [status] * 2
    assert kinds_of(event).version == 0
