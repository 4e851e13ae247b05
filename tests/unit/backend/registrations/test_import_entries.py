import pytest

from backend.events.questions import Question, QuestionKind
from backend.registrations import guests
from backend.registrations.imports import columns, entries
from backend.registrations.imports.entries import Wish
from backend.registrations.spreadsheets import Row, Sheet
from backend.shared.errors import BadInput

K = QuestionKind
SHIRT = Question(id="shirt", kind=K.CHOICE, label="T-shirt size?", choices=("S", "M"))
AGE = Question(id="age", kind=K.NUMBER, label="Age", required=True)
PHONE = Question(id="phone", kind=K.TEXT, label="Phone")
NEWS = Question(id="news", kind=K.CONSENT, label="Newsletter")
QUESTIONS = (SHIRT, AGE, PHONE, NEWS)
HEADINGS = ("Name", "E-mail", "Status", "Note", "Attention", "T-shirt size?", "Age", "Phone", "x")
ADA = ("Ada Byron", "ada@example.com")


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setattr(guests, "stage_hmac_key", lambda: b"secret")


def read(*rows, headings=HEADINGS, roles=None):
    wide = [tuple(row) + ("",) * (len(headings) - len(row)) for row in rows]
    sheet = Sheet(headings, [Row(n, row) for n, row in enumerate(wide, start=2)], "utf-8", ",")
    roles = columns.guessed_roles(headings, QUESTIONS) if roles is None else roles
    return entries.read_entries(sheet, roles, event_id="ev", questions=QUESTIONS)


def problems_of(*rows, **values):
    return [(p.row, p.code, p.heading) for e in read(*rows, **values) for p in e.problems]


# Columns


@pytest.mark.parametrize(
    ("headings", "roles"),
    [
        (["Name", "E-Mail", "Note"], ["name", "email", "note"]),
        (["VORNAME", " Nachname", "Mail"], ["first_name", "last_name", "email"]),
        (["full_name", "email_address", "Warteliste"], ["name", "email", "status"]),
        (["name", "Guest", "colour"], ["name", "", ""]),
        (["Name", "Vorname"], ["last_name", "first_name"]),
        (
            ["t-shirt  SIZE?", "age", "Phone", ""],
            ["answer:shirt", "answer:age", "answer:phone", ""],
        ),
    ],
)
def test_role_of_a_column_is_guessed_from_its_heading(headings, roles):
    assert columns.guessed_roles(headings, QUESTIONS) == roles


def test_questions_with_one_text_or_a_text_of_ours_have_headings_apart():
    same = [Question(id=id_, kind=K.TEXT, label=label) for id_, label in ONE_TEXT]

    headings = columns.answer_headings(same)

    assert headings == ["Food", "food (b)", "Note (c)", "ticket_code (d)"]
    assert columns.guessed_roles(headings, same) == [f"answer:{id_}" for id_, _ in ONE_TEXT]


ONE_TEXT = [("a", "Food"), ("b", "food"), ("c", "Note"), ("d", "ticket_code")]


@pytest.mark.parametrize(
    ("roles", "fields"),
    [
        (["name"], {"columns": "The file has other columns than these."}),
        (["", "email"], {"columns": "Say which column holds the guests’ names."}),
        (["name", "last_name"], {"columns": "Choose the whole name or its parts, not both."}),
        (["name", "price"], {"columns.1": "A column cannot be this."}),
        (["name", "name"], {"columns.1": "The column “A” is this already."}),
        (["name", "answer:other"], {"columns.1": "A column cannot be this."}),
    ],
)
def test_roles_that_do_not_fit_are_refused(roles, fields):
    with pytest.raises(BadInput) as refused:
        columns.checked_roles(roles, headings=["A", "B"], questions=QUESTIONS)

    assert refused.value.fields == fields


@pytest.mark.parametrize("roles", [["name", ""], ["first_name", "last_name"], ["last_name", ""]])
def test_roles_that_fit_are_kept(roles):
    assert columns.checked_roles(roles, headings=["A", "B"], questions=()) == roles


# Rows


def test_row_is_read_whole():
    [entry] = read((*ADA, "Waiting list", "=no", "yes", "M", "36", "+49 30 1", "ignored"))
    assert entry.problems != ()

    [entry] = read((*ADA, "Waiting list", "'=no", "yes", "M", "36", "+49 30 1", "ignored"))
    assert entry.problems == ()
    assert (entry.name, entry.email) == ADA
    assert (entry.wish, entry.note, entry.attention) == (Wish.WAIT, "=no", True)
    assert entry.answers == {"shirt": "M", "age": 36, "phone": "+49 30 1"}
    assert entry.guest == guests.guest_key("ev", "ada@example.com")


@pytest.mark.parametrize("name", ["Ångström", "李", "O'Brien-Smith", "N" * 200, "'t Hooft"])
def test_names_of_all_kinds_are_names(name):
    assert [entry.name for entry in read((name, "a@example.com"))] == [name]


def test_first_and_last_name_make_a_name():
    rows = [("Ada", "Byron"), ("", "Li"), ("Bo", ""), ("", ""), ("=1", "Li")]

    found = read(*rows, headings=("First name", "Last name"))

    assert [entry.name for entry in found] == ["Ada Byron", "Li", "Bo", "", ""]
    assert [p.code for entry in found for p in entry.problems] == ["bad_name", "formula"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formula_is_no_name_and_one_behind_an_apostrophe_is(start):
    name = f"{start}cmd"

    assert problems_of((name, "a@example.com")) == [(2, "formula", "Name")]
    assert [entry.name for entry in read((f"'{name}", "a@example.com"))] == [name.strip()]


@pytest.mark.parametrize(
    ("row", "code", "heading"),
    [
        (("", "a@example.com"), "bad_name", "Name"),
        (("N" * 201, "a@example.com"), "bad_name", "Name"),
        (("N" * 2101, "a@example.com"), "bad_name", "Name"),
        (("A\x07da", "a@example.com"), "bad_name", "Name"),
        (("Ada", "ada"), "bad_email", "E-mail"),
        (("Ada", "=x@example.com"), "formula", "E-mail"),
        ((*ADA, "perhaps"), "bad_status", "Status"),
        ((*ADA, "", "n" * 2001), "bad_value", "Note"),
        ((*ADA, "", "\x07"), "bad_value", "Note"),
        ((*ADA, "", "", "perhaps"), "bad_value", "Attention"),
        ((*ADA, "", "", "", "XXL"), "bad_answer", "T-shirt size?"),
        ((*ADA, "", "", "", "", "old"), "bad_answer", "Age"),
        ((*ADA, "", "", "", "", "", "=1"), "formula", "Phone"),
        ((*ADA, "", "", "", "", "", "", "", "more"), "too_many_cells", ""),
    ],
)
def test_bad_cell_is_named_by_row_column_and_rule(row, code, heading):
    assert problems_of(row) == [(2, code, heading)]


def test_every_bad_cell_of_a_row_is_named():
    assert problems_of(("", "ada", "perhaps")) == [
        (2, "bad_name", "Name"),
        (2, "bad_email", "E-mail"),
        (2, "bad_status", "Status"),
    ]


def test_value_is_shown_cut_and_on_one_line():
    [entry] = read(("=1+\n" + "1" * 99, ""))

    assert entry.problems[0].value == "=1+ " + "1" * 55 + "…"
    assert entry.problems[0].sentence.startswith("Name: It begins as a formula does.")
    assert entry.problems[0].kept_sentence.startswith("Column 1: It begins as a formula does.")


def test_second_good_row_of_a_guest_is_a_duplicate():
    rows = [
        ("", "ada@example.com"),
        ADA,
        ("Ada", " ADA@example.com"),
        ("Bo",),
        ("BO",),
        ("Bo", "b@x.de"),
    ]

    assert problems_of(*rows) == [
        (2, "bad_name", "Name"),
        (4, "duplicate_in_file", ""),
        (6, "duplicate_in_file", ""),
    ]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", Wish.PLACE),
        ("CONFIRMED", Wish.PLACE),
        ("WAITLISTED", Wish.WAIT),
        ("Storniert", Wish.NOTHING),
    ],
)
def test_status_says_what_a_row_asks_for(text, wish):
    assert [entry.wish for entry in read((*ADA, text))] == [wish]
