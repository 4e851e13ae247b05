"""The documentation page: everything of the OpenAPI file, and nothing from elsewhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.docs_page import files
from infra.docs_page.page import kind
from tests.support.templates import TEMPLATES

DOCUMENT = json.loads(Path("openapi.json").read_text())
PAGE = files()["index.html"]
TEXT = " ".join(re.sub(r"<[^>]+>", "", PAGE).split())


class Links(HTMLParser):
    """Every address and every id of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.addresses += [found[key] or "" for key in ("href", "src") if key in found]
        self.ids += [found["id"] or ""] if "id" in found else []


def links() -> Links:
    found = Links()
    found.feed(PAGE)
    return found


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_page_tells_each_route_with_its_refusals(path):
    for method, operation in DOCUMENT["paths"][path].items():
        start = PAGE.index(f'<article id="{operation["operationId"]}"')
        article = PAGE[start : PAGE.index("</article>", start)]

        assert f">{method.upper()}</span> <code>{path}</code>" in article
        assert operation["summary"] in article.replace("&#39;", "'")
        for status, answer in operation["responses"].items():
            assert status in article
            codes = answer["content"]["application/json"].get("examples", {})
            assert [code for code in codes if f"<code>{code}</code>" not in article] == []


def test_page_needs_no_script_and_no_other_host():
    found = links()

    assert found.tags & {"script", "style", "img", "iframe", "object", "form", "base"} == set()
    assert [one for one in found.addresses if not re.match(r"#|/static/docs/", one)] == []
    assert "style=" not in PAGE
    assert "//" not in re.sub(r"/\*.*?\*/", "", files()["docs.css"], flags=re.DOTALL)


def test_links_within_the_page_lead_somewhere():
    found = links()
    wanted = {one[1:] for one in found.addresses if one.startswith("#")}

    assert wanted - set(found.ids) == set()
    assert len(found.ids) == len(set(found.ids))
    served = {one.rpartition("/")[2] for one in found.addresses if one.startswith("/")}
    assert served == {"docs.css", "openapi.json"}


def test_page_tells_the_guide_and_every_shape():
    assert "Idempotency-Key" in TEXT
    assert "Bearer" in TEXT
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="shape-{name}"' in PAGE


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 9}, "text, 1 to 9 characters"),
        ({"type": "string", "minLength": 0, "maxLength": 9}, "text, up to 9 characters"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "whole number, 0 to 9"),
        ({"type": "string", "format": "date-time", "maxLength": 40}, "time"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
         "whole number, at least 1 or null"),
        ({"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Health"}},
         'list of up to 3: <a href="#shape-Health">Health</a>'),
        ({"enum": ["A", "<b>"]}, "<code>A</code>, <code>&lt;b&gt;</code>"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of text"),
    ],
)  # fmt: skip
def test_kinds_are_told_in_words(schema, words):
    assert kind(schema) == words


def test_edge_sends_the_bare_address_to_the_docs_and_guards_every_answer():
    resources = TEMPLATES["edge"]["Resources"]
    config = resources["Distribution"]["Properties"]["DistributionConfig"]
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    functions = [
        {one["EventType"]: json.dumps(one["FunctionARN"]) for one in b["FunctionAssociations"]}
        for b in behaviours
    ]

    assert all("SecurityHeaders" in one["viewer-response"] for one in functions)
    asked = [b.get("PathPattern", "*") for b, f in zip(behaviours, functions, strict=True)
             if "DocsPage" in f.get("viewer-request", "")]  # fmt: skip
    assert asked == ["*", "/docs"]
    assert {b["PathPattern"]: b["TargetOriginId"] for b in config["CacheBehaviors"]} == {
        "/docs": "static",
        "/static/*": "static",
    }
    for name in ("SecurityHeaders", "DocsPage"):
        function = resources[name]["Properties"]
        assert function["AutoPublish"] is True
        code = function["FunctionCode"]
        for header in ("strict-transport-security", "x-content-type-options", "x-frame-options",
                       "referrer-policy", "content-security-policy"):  # fmt: skip
            assert f"'{header}'" in code
