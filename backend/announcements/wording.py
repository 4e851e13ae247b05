"""What organisers write, with each guest's own words in place of what stands in braces. Pure."""

import re
from collections.abc import Mapping

PLACES = ("name", "event", "when", "where", "link")
"""What can stand in braces; anything else stays as it was typed."""
_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~])")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with ``{name}`` and the like replaced, once: values are not looked through."""
    return _PLACE.sub(lambda found: values[found[1]], text)


def fill_markdown(text: str, values: Mapping[str, str]) -> str:
    """The same for Markdown: a value is text there, whatever characters it has."""
    plain = {name: _MARKUP.sub(r"\\\1", value) for name, value in values.items()}
    return fill(text, plain | {"link": values["link"]})
