"""The API's documentation as readers get it: from the edge stack, without a script."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.localcloud.http import request

pytestmark = pytest.mark.browser
GUARDS = {
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
}


@pytest.fixture
def fetch(cloud, tables):
    """Asks the distribution as a browser does: ``*.localhost`` is this machine."""

    def ask(path: str) -> tuple[int, dict[str, str], bytes]:
        host = urlsplit(tables["DocsUrl"]).netloc
        status, headers, body = request("GET", f"{cloud.endpoint}{path}", {"Host": host})
        return status, {name.lower(): value for name, value in headers.items()}, body

    return ask


def test_bare_address_leads_to_the_docs_and_each_answer_is_guarded(fetch):
    status, headers, _ = fetch("/")
    assert (status, headers["location"]) == (302, "/docs")
    assert GUARDS - headers.keys() == set()

    for path, kind in {
        "/docs": "text/html; charset=utf-8",
        "/static/docs/docs.css": "text/css; charset=utf-8",
        "/static/docs/openapi.json": "application/json",
    }.items():
        status, headers, body = fetch(path)
        assert (status, headers["content-type"]) == (200, kind)
        assert GUARDS - headers.keys() == set()
        assert headers["cache-control"] == "public, max-age=300"
        assert body
    assert json.loads(body) == json.loads(Path("openapi.json").read_text())


@pytest.mark.parametrize("path", ["/docs/", "/docs/other", "/static/docs/", "/index.html"])
def test_nothing_else_is_served_beside_it(fetch, path):
    assert fetch(path)[0] >= 400


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_page_is_readable_without_scripts(new_context, tables, check_axe, shoot, width, dark):
    scheme = "dark" if dark else "light"
    asked: list[str] = []
    # The policy of the page lets no script run, not even the one that checks it.
    context = new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.on("request", lambda one: asked.append(urlsplit(one.url).netloc))

    page.goto(tables["DocsUrl"])

    page.get_by_role("heading", name="Foyer API").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert set(asked) == {urlsplit(tables["DocsUrl"]).netloc}
    check_axe(page)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    check_axe(page)
    shoot(page, f"docs-{width}-{scheme}", full_page=False)


def test_link_of_the_contents_leads_to_its_route_where_scripts_are_off(new_context, tables):
    page = new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=False
    ).new_page()
    page.goto(tables["DocsUrl"])
    contents = page.get_by_role("navigation").bounding_box()
    assert contents is not None
    assert contents["width"] < 300, "The stylesheet did not come through the page's policy."

    page.get_by_role("navigation").get_by_role("link", name="Sign in").click()

    assert page.url.endswith("#logIn")
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
