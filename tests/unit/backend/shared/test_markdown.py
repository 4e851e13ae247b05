import pytest

from backend.shared.markdown import to_html


def test_markdown_becomes_html_with_headings_below_the_pages_own():
    assert to_html("# Title\n\n**Bold** and *soft*\n\n- one") == (
        "<h3>Title</h3>\n<p><strong>Bold</strong> and <em>soft</em></p>\n"
        "<ul>\n<li>one</li>\n</ul>\n"
    )


def test_links_tell_robots_and_pages_nothing():
    assert to_html("[x](https://example.com)") == (
        '<p><a href="https://example.com" rel="nofollow noopener noreferrer">x</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="#" onclick="alert(1)" style="color:red">x</a>',
        "<iframe src=https://evil.example></iframe>",
        "[x](https://example.com '\"><script>alert(1)</script>')",
    ],
)
def test_nothing_that_acts_survives(text):
    html = to_html(text)

    for tag in ("<script", "<img", "<iframe", '<a href="javascript', '<a href="data', '<a href="#'):
        assert tag not in html
