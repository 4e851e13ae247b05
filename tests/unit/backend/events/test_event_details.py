from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.events.details import (
    EventDetails,
    admission_closes_at,
    admission_opens_at,
    checked,
)
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.questions import Question, QuestionKind
from backend.shared.errors import BadInput

START = datetime(2030, 5, 8, 9, tzinfo=UTC)


def details(**values: Any) -> EventDetails:
    defaults: dict[str, Any] = {
        "title": "Harbour Conference",
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "time_zone": "Europe/Berlin",
    }
    return EventDetails(**defaults | values)


def test_details_are_trimmed_and_in_utc():
    berlin = datetime.fromisoformat("2030-05-08T11:00:00+02:00")

    tidy = checked(
        details(
            title="  Harbour  Conference ",
            description=" one\r\ntwo\tthree ",
            location=" Pier 2 ",
            starts_at=berlin,
            ends_at=berlin + timedelta(hours=1),
        )
    )

    assert (tidy.title, tidy.description, tidy.location) == (
        "Harbour  Conference",
        "one\ntwo\tthree",
        "Pier 2",
    )
    assert (tidy.starts_at, tidy.starts_at.tzinfo) == (START, UTC)


def test_choices_given_as_text_become_members():
    tidy = checked(
        details(location_type="ONLINE", category="FOOD", visibility="PRIVATE")  # type: ignore[arg-type]
    )

    assert (tidy.location_type, tidy.category, tidy.visibility) == (
        LocationType.ONLINE,
        Category.FOOD,
        Visibility.PRIVATE,
    )


@pytest.mark.parametrize(
    "values",
    [
        {"title": "x" * 200, "description": "x" * 10_000, "location": "x" * 300},
        {"title": "Фестиваль 🎉", "description": "Zeile\nZeile"},
        {"capacity": 1},
        {"capacity": 100_000},
        {"ends_at": START + timedelta(days=366)},
        {"time_zone": "UTC"},
    ],
)
def test_details_at_the_edge_pass(values):
    given = details(**values)

    assert asdict(checked(given)) == asdict(given)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 201),
        ("title", "a\nb"),
        ("title", "a\x00b"),
        ("title", "a\x7fb"),
        ("title", "a\u2028b"),
        ("title", "a\ud800b"),
        ("description", "x" * 10_001),
        ("description", "a\x00b"),
        ("description", "a\x1bb"),
        ("description", "a\udfffb"),
        ("location", "x" * 301),
        ("location", "a\rb"),
        ("starts_at", datetime(2030, 5, 8, 9)),  # noqa: DTZ001 - the bad input
        ("starts_at", datetime.min.replace(tzinfo=UTC)),
        ("ends_at", datetime(2030, 5, 8, 9)),  # noqa: DTZ001 - the bad input
        ("ends_at", datetime.max.replace(tzinfo=UTC)),
        ("ends_at", START),
        ("ends_at", START - timedelta(hours=1)),
        ("ends_at", START + timedelta(days=366, seconds=1)),
        ("time_zone", ""),
        ("time_zone", "Europe"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "/etc/localtime"),
        ("time_zone", "localtime"),
        ("time_zone", "Factory"),
        ("location_type", "UNDER_WATER"),
        ("category", "party"),
        ("visibility", "SECRET"),
        ("capacity", 0),
        ("capacity", -5),
        ("capacity", 100_001),
        ("capacity", 2.5),
        ("capacity", True),
    ],
)
def test_details_that_break_a_rule_are_named(field, value):
    with pytest.raises(BadInput) as refusal:
        checked(details(**{field: value}))

    assert list(refusal.value.fields) == [field]


def test_every_field_that_breaks_a_rule_is_named_at_once():
    with pytest.raises(BadInput) as refusal:
        checked(details(title="", capacity=0, time_zone="Nowhere"))

    assert sorted(refusal.value.fields) == ["capacity", "time_zone", "title"]


def test_admission_is_from_half_a_day_before_to_the_end_unless_said_otherwise():
    silent = details()
    said = details(
        admission_opens_at=START - timedelta(hours=1),
        admission_closes_at=START + timedelta(hours=2),
    )

    assert (admission_opens_at(silent), admission_closes_at(silent)) == (
        START - timedelta(hours=12),
        START + timedelta(hours=8),
    )
    assert (admission_opens_at(said), admission_closes_at(said)) == (
        START - timedelta(hours=1),
        START + timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("values", "field", "rule"),
    [
        (
            {"admission_opens_at": START - timedelta(days=7, minutes=1)},
            "admission_opens_at",
            "At most 7 days before the event starts.",
        ),
        (
            {"admission_opens_at": START + timedelta(hours=8)},
            "admission_opens_at",
            "Admission must open before the event ends.",
        ),
        (
            {"admission_closes_at": START - timedelta(hours=12)},
            "admission_closes_at",
            "Admission must close after it opens.",
        ),
        (
            {"admission_closes_at": START + timedelta(days=1, hours=8, minutes=1)},
            "admission_closes_at",
            "At most one day after the event ends.",
        ),
        (
            {"admission_closes_at": START.replace(tzinfo=None)},
            "admission_closes_at",
            "Give the time with its offset from UTC.",
        ),
    ],
)
def test_admission_stays_near_the_event(values, field, rule):
    with pytest.raises(BadInput) as refusal:
        checked(details(**values))

    assert refusal.value.fields[field] == rule


def test_questions_are_checked_with_the_other_details():
    with pytest.raises(BadInput) as refusal:
        checked(details(title="", questions=(Question(kind=QuestionKind.TEXT, label=""),)))

    assert list(refusal.value.fields) == ["title", "questions.0.label"]


def test_questions_are_stored_as_documents():
    food = Question(id="food", kind=QuestionKind.TEXT, label="Which food?")

    assert details(questions=(food,)).stored()["questions"] == [food.to_document()]
    assert details().stored()["questions"] is None
