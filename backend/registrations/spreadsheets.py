"""Lists of guests as files: CSV as people's programs write it, and XLSX. Pure but for the libraries.

A cell is text in both directions. What a spreadsheet would run as a formula is written with an
apostrophe before it, the sign that spreadsheets themselves use for text, and read back without.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, Any

from backend.shared import control_characters
from backend.shared.errors import BadInput

MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_LINES = 100_000
"""With the empty ones: a sheet of a few bytes can say that it goes on in row twenty million."""
LONGEST_CELL = 2_100
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEPARATORS = (",", ";", "\t")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "iso8859_15": "ISO 8859-15 (Latin-9)",
    "mac_roman": "Mac OS Roman",
}
"""What a CSV file may be written in: Python's name → what people call it."""
XLSX = "xlsx"
_MOST_UNPACKED = 40 * 1024 * 1024
# Some spreadsheets take the wide forms that Asian keyboards type for the plain ones.
SURELY_FORMULA = ("=", "\uff1d", "\t", "\r", "\n")
_FORMULA_STARTS = (*SURELY_FORMULA, *"+-@", *"\uff0b\uff0d\uff20")
_WIDTHS = range(8, 61)
_MEASURED_ROWS = 200
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?\r?\n')


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the one that a spreadsheet shows beside it; the headings are row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read. ``rows`` are those with anything in them, as wide as ``headings``
    or wider; ``encoding`` is one of ``ENCODINGS`` or ``XLSX``, ``separator`` empty for XLSX.
    """

    headings: tuple[str, ...]
    rows: list[Row]
    encoding: str
    separator: str = ""


def read(content: bytes, *, encoding: str = "") -> Sheet:
    """The list in a file; ``encoding`` overrules what the bytes look like.

    Refuses with ``BadInput`` on ``file``: empty, over ``MOST_BYTES``, ``MOST_ROWS``,
    ``MOST_LINES`` or ``MOST_COLUMNS``, no table at all, no headings.
    """
    if len(content) > MOST_BYTES:
        raise _refused("The file is larger than 4 MB. Split it into several.")
    if not content.strip():
        raise _refused("The file is empty.")
    if content.startswith(b"PK\x03\x04"):
        return _sheet(_xlsx_records(content), encoding=XLSX)
    used = encoding or _encoding_of(content)
    text = _decoded(content, used)
    separator = _separator_of(text)
    if named := _SEPARATOR_LINE.match(text):
        # Some spreadsheets say it in a first line, which they count but do not show.
        separator, text = named[1], "\n" + text[named.end() :]
    return _sheet(_csv_records(text, separator), encoding=used, separator=separator)


def _sheet(records: Iterable[Sequence[str]], *, encoding: str, separator: str = "") -> Sheet:
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, record in enumerate(records, start=1):
        if number > MOST_LINES:
            raise _refused(f"The file goes on below row {MOST_LINES:,}. Delete the rows there.")
        cells = tuple(as_text(cell) for cell in record)
        if not any(cells):
            continue
        if not headings:
            headings = _headings(cells)
        else:
            rows.append(Row(number, cells + ("",) * (len(headings) - len(cells))))
        if len(rows) > MOST_ROWS:
            raise _refused(f"The file has more than {MOST_ROWS:,} rows. Split it into several.")
    if not headings:
        raise _refused("The file is empty.")
    if not rows:
        raise _refused("The file has headings but no rows below them.")
    return Sheet(headings, rows, encoding, separator)


def _headings(cells: tuple[str, ...]) -> tuple[str, ...]:
    used = max(number for number, cell in enumerate(cells, start=1) if cell)
    if used > MOST_COLUMNS:
        raise _refused(f"The file has more than {MOST_COLUMNS} columns.")
    return tuple(unquoted(cell) for cell in cells[:used])


def as_text(cell: str) -> str:
    """A cell without spaces around it.

    Tabs and line ends at its start stay: they are how formulas hide.
    """
    return cell.strip(" \u00a0\ufeff").rstrip()


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might run this cell instead of showing it."""
    return cell.startswith(_FORMULA_STARTS)


def unquoted(cell: str) -> str:
    """The text of a cell that an apostrophe marks as text: what ``neutral`` made, taken back."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def neutral(cell: str) -> str:
    """A cell that every spreadsheet shows and none runs."""
    return f"'{cell}" if is_formula(cell) else cell


# CSV


def _encoding_of(content: bytes) -> str:
    """What the bytes are written in.

    Unicode proves itself. Everything else is taken for Windows-1252, of which Latin-1's
    letters are a part: statistics over a short list of names are wrong too often.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:200]:
        return "utf-16"
    # Five bytes mean nothing in Windows-1252; on old Macs they were common letters.
    return next(one for one in ("utf-8", "cp1252", "mac_roman") if _reads(content, one))


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise _refused("This encoding is not known here.")
    codec = encoding
    if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    if not _reads(content, codec):
        raise _refused(f"This is no table written in {ENCODINGS[encoding]}.")
    text = content.decode(codec).removeprefix("\ufeff")
    if "\0" in text:
        raise _refused("This is no table. Choose a CSV or XLSX file.")
    return text


def _separator_of(text: str) -> str:
    """The one that parts the headings, which hold none themselves as names and answers may."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count)


def _csv_records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for record in reader:
            number += 1
            yield record
    except csv.Error:
        raise _refused(
            f"Row {number + 1} cannot be read: a quotation mark there is not closed."
        ) from None


def write_csv(records: Iterable[Sequence[str]], into: IO[str]) -> None:
    """Records as CSV, formulas neutralised. Open ``into`` with ``utf-8-sig`` and no newline."""
    writer = csv.writer(into, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in record] for record in records)


def csv_bytes(records: Iterable[Sequence[str]]) -> bytes:
    """A small CSV file in UTF-8 with the mark that makes spreadsheets read it as such."""
    text = io.StringIO(newline="")
    write_csv(records, text)
    return text.getvalue().encode("utf-8-sig")


# XLSX


def _xlsx_records(content: bytes) -> Iterator[list[str]]:
    # Only imports of this kind need the library, and loading it takes a while.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_unpacked_size(content)
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        # How large a sheet says it is: some programs write a part of it, or a million rows.
        sheet.reset_dimensions()
        for record in sheet.iter_rows(max_col=MOST_COLUMNS + 1):
            cells = [_plain(cell) for cell in record]
            used = max((n for n, cell in enumerate(cells, start=1) if cell), default=0)
            yield cells[:used]
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ArithmeticError,
        AttributeError,
        LookupError,
        # Packed in a way that is not known here, or under a password.
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
    ):
        raise _refused("This is no readable XLSX file. Save it as CSV and try again.") from None


def _check_unpacked_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
            raise _refused("The file unpacks to more than a list of guests can be.")


def _plain(cell: Any) -> str:
    """A cell's value as its sheet shows it; a formula as the text that begins with ``=``."""
    value = cell.value
    if isinstance(value, str) and cell.data_type != "f":
        return neutral(value)  # the sheet itself says that this is text
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()  # a sheet's days are midnights
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def write_xlsx(records: Iterable[Sequence[str]], into: IO[bytes], *, title: str) -> None:
    """Records as a sheet of texts: the first one bold and always in sight, columns as wide as needed.

    Memory does not grow with the records, but for the first ones, which are measured.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    remaining = iter(records)
    first = [*islice(remaining, _MEASURED_ROWS)]
    for number, column in enumerate(zip(*first, strict=True), start=1):
        width = max(len(cell) for cell in column) + 2
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(max(width, _WIDTHS[0]), _WIDTHS[-1])
    for number, record in enumerate(chain(first, remaining)):
        cells = []
        for text in record:
            cell = WriteOnlyCell(sheet, control_characters.IN_PROSE.sub("", text))
            cell.data_type = "s"  # or a text that begins with "=" becomes a formula
            if number == 0:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    book.save(into)


def _sheet_title(title: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", title).strip(" '")[:31] or "Guests"


def _refused(rule: str) -> BadInput:
    return BadInput({"file": rule})
