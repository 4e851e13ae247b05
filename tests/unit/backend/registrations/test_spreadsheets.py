import io
import zipfile
from datetime import date

import openpyxl
import pytest

from backend.registrations import spreadsheets
from backend.shared.errors import BadInput

NAMES = ["Ångström", "李", "O'Brien-Smith", "Željko Đorđević"]


def rows_of(content: bytes, **values) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in spreadsheets.read(content, **values).rows]


def refusal_of(content: bytes, **values) -> str:
    with pytest.raises(BadInput) as refused:
        spreadsheets.read(content, **values)
    return refused.value.fields["file"]


def book(*records) -> bytes:
    made, content = openpyxl.Workbook(), io.BytesIO()
    for record in records:
        made.active.append(record)
    made.save(content)
    return content.getvalue()


def written_xlsx(records, title="Guests"):
    content = io.BytesIO()
    spreadsheets.write_xlsx(records, content, title=title)
    return content.getvalue()


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_file_is_read_whatever_its_form(encoding):
    sheet = spreadsheets.read("\n".join(["name", *NAMES]).encode(encoding))

    assert [row.cells[0] for row in sheet.rows] == NAMES
    assert sheet.encoding == encoding[:6].rstrip("-") if "16" in encoding else "utf-8"


@pytest.mark.parametrize(
    ("written", "found"), [("latin-1", "cp1252"), ("cp1252", "cp1252"), ("mac_roman", "mac_roman")]
)
def test_western_file_is_read_and_its_encoding_named(written, found):
    sheet = spreadsheets.read("name\nÅsa Çelik\n".encode(written))

    assert sheet.rows[0].cells == ("Åsa Çelik",)
    assert sheet.encoding == found


def test_encoding_can_be_said():
    content = "name\nŽeljko Đorđević\n".encode("cp1250")

    assert rows_of(content, encoding="cp1250") == [(2, ("Željko Đorđević",))]
    assert rows_of(content) != rows_of(content, encoding="cp1250")


@pytest.mark.parametrize(
    ("content", "encoding", "rule"),
    [
        (b"name\n\xc5sa", "utf-8", "This is no table written in UTF-8."),
        (b"name\nada", "klingon", "This encoding is not known here."),
        (b"name,\0\nada", "utf-8", "This is no table. Choose a CSV or XLSX file."),
        (b"", "", "The file is empty."),
        (b" \r\n\r\n", "", "The file is empty."),
        (b"name;email\r\n;\r\n", "", "The file has headings but no rows below them."),
        (b"name\n" * 2 + b"x" * spreadsheets.MOST_BYTES, "", "The file is larger than 4 MB."),
        (b"name\n" + b"a\n" * 10_001, "", "The file has more than 10,000 rows."),
        (b"a," * 60 + b"a\n1\n", "", "The file has more than 60 columns."),
        (
            b'name\nada\n"bo\nli\n',
            "",
            "Row 3 cannot be read: a quotation mark there is not closed.",
        ),
        (b"PK\x03\x04 no zip", "", "This is no readable XLSX file."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "", "This is no table"),
    ],
)
def test_unreadable_file_is_refused_with_what_is_wrong(content, encoding, rule):
    assert refusal_of(content, encoding=encoding).startswith(rule)


def test_file_of_ten_thousand_rows_is_read():
    assert len(rows_of(b"name\n" + b"a\n" * 10_000)) == 10_000


# CSV


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_is_the_one_of_the_headings(separator, end):
    text = end.join([separator.join(['"Name, full; tab"', "E-mail"]), f"a,b;c{separator}d"])
    content = text.replace("a,b;c", '"a,b;c\t"').encode()

    sheet = spreadsheets.read(content)

    assert sheet.headings == ("Name, full; tab", "E-mail")
    assert sheet.rows == [spreadsheets.Row(2, ("a,b;c", "d"))]
    assert sheet.separator == separator


def test_separator_said_in_the_first_line_counts_as_a_row():
    assert rows_of(b"sep=|\r\nname|email\r\nada|a@x.de\r\n") == [(3, ("ada", "a@x.de"))]


def test_quoted_line_ends_are_part_of_a_cell_and_one_row():
    content = b'name,note\n"Ada","two\nlines"\nBo,"said ""no"""\n'

    assert rows_of(content) == [(2, ("Ada", "two\nlines")), (3, ("Bo", 'said "no"'))]


def test_empty_rows_count_but_are_left_out_and_short_ones_filled():
    assert rows_of(b"\nname,email\n\nAda\n , \nBo,b@x.de,extra\n") == [
        (4, ("Ada", "")),
        (6, ("Bo", "b@x.de", "extra")),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠"])
def test_formula_is_written_as_text_and_read_back(start):
    cell = f"{start}1+1"
    content = spreadsheets.csv_bytes([["name"], [cell]])

    assert content.startswith(b"\xef\xbb\xbf")
    assert spreadsheets.is_formula(cell)
    [(_, (stored,))] = rows_of(content)
    assert stored == f"'{cell}"
    assert not spreadsheets.is_formula(stored)
    assert spreadsheets.unquoted(stored) == cell


@pytest.mark.parametrize("name", ["'t Hooft", "O'Brien", "Ada", ""])
def test_apostrophe_of_a_name_stays(name):
    assert spreadsheets.unquoted(name) == name
    assert spreadsheets.neutral(name) == name


# XLSX


def test_xlsx_is_read_as_texts():
    content = book(
        ["Name", "Age", "Day", "Member"],
        ["李", 42, date(2027, 3, 1), True],
        [None, None, None, None],
        ["Bo", 1.5, None, False],
    )

    sheet = spreadsheets.read(content)

    assert sheet.encoding == spreadsheets.XLSX
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("李", "42", "2027-03-01", "yes")),
        (4, ("Bo", "1.5", "", "no")),
    ]


def test_formula_of_an_xlsx_is_seen_as_one():
    [(_, (cell,))] = rows_of(book(["name"], ["=1+1"]))

    assert spreadsheets.is_formula(cell)


def test_written_xlsx_holds_texts_only_and_keeps_its_headings_in_sight():
    content = written_xlsx([["name", "phone"], ["=cmd|' /C calc'!A0", "+49 1"]], title="a/b:c")

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row] == ["s"] * 4
    assert [cell.value for cell in sheet[2]] == ["=cmd|' /C calc'!A0", "+49 1"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold, sheet.title) == ("A2", True, "a b c")
    assert 8 <= sheet.column_dimensions["A"].width <= 60
    [(_, cells)] = rows_of(content)
    assert [spreadsheets.unquoted(cell) for cell in cells] == ["=cmd|' /C calc'!A0", "+49 1"]


def test_written_xlsx_is_as_long_as_its_records_and_drops_what_xml_cannot_say():
    content = written_xlsx([["name"], *([f"Guest\x0b {n}"] for n in range(500))])

    assert rows_of(content)[-1] == (501, ("Guest 499",))


def test_xlsx_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "_MOST_UNPACKED", 100)

    assert refusal_of(book(["name"], ["a"])).startswith("The file unpacks to more")


def changed_book(change) -> bytes:
    """A book of one guest whose sheet's XML is what ``change`` makes of it."""
    whole, content = zipfile.ZipFile(io.BytesIO(book(["name"], ["Ada"]))), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            part = whole.read(name).decode()
            packed.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return content.getvalue()


def row_at(number: int) -> str:
    cell = f'<c r="A{number}" t="inlineStr"><is><t>Bob</t></is></c>'
    return f'<row r="{number}">{cell}</row></sheetData>'


def test_sheet_that_says_it_is_smaller_than_it_is_is_read_whole():
    content = changed_book(
        lambda xml: xml.replace('ref="A1:A2"', 'ref="A1"').replace("</sheetData>", row_at(3))
    )

    assert rows_of(content) == [(2, ("Ada",)), (3, ("Bob",))]


@pytest.mark.parametrize("says", ['<dimension ref="A1:A20000000" />', ""])
def test_sheet_that_goes_on_far_below_is_refused_before_it_is_gone_through(says):
    content = changed_book(
        lambda xml: xml.replace('<dimension ref="A1:A2" />', says).replace(
            "</sheetData>", row_at(20_000_000)
        )
    )

    assert refusal_of(content).startswith("The file goes on below row 100,000")


@pytest.mark.parametrize("place", ["compressed data", "way of packing", "attribute"])
def test_damaged_xlsx_is_refused(place):
    if place == "attribute":
        content = changed_book(lambda xml: xml.replace("summaryBelow", "ummaryBelow"))
    else:
        damaged = bytearray(changed_book(lambda xml: xml))
        last = damaged.rindex(b"PK\x01\x02")  # the catalogue's line of one part
        start = int.from_bytes(damaged[last + 42 : last + 46], "little")
        at = start + 30 + 40 if place == "compressed data" else last + 10
        damaged[at : at + 2] = b"\xff\xff"
        content = bytes(damaged)

    assert refusal_of(content).startswith("This is no readable XLSX file")
