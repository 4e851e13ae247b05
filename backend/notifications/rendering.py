"""Turns a template and its values into subject, text and HTML.

``templates/emails/<name>.txt`` is the plain form and sets ``subject``; ``<name>.html`` is the same
message for mail programs that show HTML, with every value escaped.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "emails"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three forms of one message."""

    subject: str
    text: str
    html: str


def render(template: str, values: dict[str, object]) -> Rendered:
    """The message of ``template``; a value that is missing is an error, never a blank.

    Line breaks in values cannot leave the subject: they become spaces.
    """
    plain = _environment().get_template(f"{template}.txt").make_module(values)
    html = _environment().get_template(f"{template}.html").render(values)
    subject = " ".join(str(getattr(plain, "subject", "")).split())
    return Rendered(subject=subject, text=str(plain).strip() + "\n", html=html)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
