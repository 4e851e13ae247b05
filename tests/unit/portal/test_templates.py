"""What templates ask for exists, and nothing in them breaks the content security policy."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.loader import get_template

from infra.assets import SOURCE, icon_names
from portal.common.icons import UnknownIcon, drawings, icon
from portal.common.navigation import ACCOUNT, FOR_ADMINISTRATORS, OF_ALL_EVENTS, OF_ONE_EVENT

ROOT = Path(__file__).parents[3]
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_compiles_and_holds_nothing_inline(path):
    get_template(str(path.relative_to(ROOT / "templates")))

    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"\sstyle=|\son[a-z]+=\"|<style|javascript:", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []


def test_every_icon_of_the_templates_is_listed():
    asked = set()
    for path in PAGES:
        asked |= set(re.findall(r'\{% icon "([a-z0-9-]+)"', path.read_text()))
        asked |= set(re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text()))
    groups = (*OF_ONE_EVENT, *OF_ALL_EVENTS, FOR_ADMINISTRATORS)
    asked |= {link.icon for group in groups for link in group.links}
    asked |= {link.icon for link in ACCOUNT}

    assert sorted(asked - set(drawings())) == []


def test_every_listed_icon_is_asked_for():
    sources = [*PAGES, *(ROOT / "portal").rglob("*.py"), *(ROOT / "static_src/js").glob("*.js")]
    words = set(re.findall(r"""["']([a-z0-9-]+)["']""", "".join(map(Path.read_text, sources))))

    assert [name for name in icon_names() if name not in words] == []


def test_icon_list_is_sorted_and_without_doubles():
    assert icon_names() == sorted(set(icon_names()))


def test_icon_is_drawn_in_the_texts_colour_and_hidden_from_readers():
    drawing = icon("home")

    assert drawing.startswith(
        '<svg class="fo-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path'
    )
    assert "stroke=" not in drawing


def test_icon_with_a_label_is_an_image_with_that_name():
    assert 'role="img" aria-label="Say &quot;hi&quot;"' in icon("home", 'Say "hi"')


def test_unknown_icon_is_refused():
    with pytest.raises(UnknownIcon):
        icon("no-such-icon")


def test_names_keep_their_own_direction_and_cannot_inject():
    page = Template("{{ who|name }}").render(Context({"who": "<b>شهد</b>"}))

    assert page == "<bdi>&lt;b&gt;شهد&lt;/b&gt;</bdi>"


@pytest.mark.parametrize(
    ("text", "letters"),
    [("Anja Köhler", "AK"), ("Åsa", "Å"), ("a.b@example.com", "A"), ("", "?"), ("李 小龍", "李小")],
)
def test_initials(text, letters):
    assert Template("{{ who|initials }}").render(Context({"who": text})) == letters


@pytest.mark.parametrize(
    ("value", "total", "width"), [(812, 1200, "812"), (5, 0, "1"), (-3, 10, "0"), (20, 10, "10")]
)
def test_bar_stays_within_its_width(value, total, width):
    page = Template("{% bar value total %}").render(Context({"value": value, "total": total}))

    assert f'<rect width="{width}" height="6"/>' in page


def test_status_says_colour_icon_and_word():
    page = Template('{% status "WAITLISTED" %}').render(Context())

    assert page.startswith('<span class="fo-chip fo-chip--warn"><svg')
    assert page.strip().endswith("</svg>Waiting list</span>")


def test_both_dark_blocks_of_the_tokens_are_the_same():
    css = (SOURCE / "css/tokens.css").read_text()
    forced = re.search(r'^\[data-bs-theme="dark"\] \{(.*?)^\}', css, re.DOTALL | re.MULTILINE)
    system = re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\}", css, re.DOTALL)

    assert forced and system  # noqa: PT018 - both or neither
    assert forced.group(1).split() == system.group(1).split()


def test_components_use_tokens_instead_of_raw_colours():
    found = {}
    for path in (SOURCE / "css").glob("*.css"):
        if path.name != "tokens.css":
            rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.DOTALL)
            found[path.name] = sorted(set(re.findall(r"#[0-9a-f]{3,6}\b", rules)))

    # Paper stays paper: ticket and badge are black on white in dark mode, too; the camera is dark.
    assert found["parts.css"] == []
    assert set(found["components.css"]) <= {"#fff"}
    assert set(found["components-live.css"]) <= {"#fff"}
    assert set(found["components-public.css"]) <= {"#000", "#0f5e66", "#17212b", "#dce2e6", "#fff"}
