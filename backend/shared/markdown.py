"""What organisers write: Markdown to HTML that cannot do anything but be read."""

from functools import cache
from typing import Any

TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code", "pre", "hr",
    "h3", "h4", "h5",
}  # fmt: skip
DEEPER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h5", "h5": "h5", "h6": "h5"}


def to_html(text: str) -> str:
    """Sanitised HTML. Headings start at level 3, below the page's own; images are dropped."""
    import nh3

    cleaned: str = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return cleaned


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
    parser.core.ruler.push("deeper_headings", _deepen)
    return parser


def _deepen(state: Any) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = DEEPER[token.tag]
