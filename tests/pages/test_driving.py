"""The eyes of the tests of pages: they see what is wrong with a page that is wrong."""

import pytest
from playwright.sync_api import Browser

from tests.driving import opened, serious

BAD = """<!doctype html><html><head><title>x</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<style>p { color: red }</style></head>
<body><img src="http://example.invalid/x.png"><button></button><p style="color: red">red</p></body></html>"""
GOOD = "<!doctype html><html lang=en><title>x</title><main><h1>Good</h1></main></html>"


@pytest.mark.slow
def test_what_is_wrong_with_a_page_is_seen(browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.set_content(BAD)
        assert {"html-has-lang", "button-name", "image-alt"} <= {each.split(":")[0] for each in serious(page)}
        assert any("Content Security Policy" in each for each in seen.faults)


def test_a_request_to_elsewhere_is_seen(browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.route("http://example.invalid/**", lambda route: route.abort())
        page.set_content('<img src="http://example.invalid/x.png">')
        assert seen.elsewhere("127.0.0.1:1") == ["http://example.invalid/x.png"]
        assert seen.elsewhere("example.invalid") == []


@pytest.mark.slow
def test_a_page_that_is_right_has_no_faults(browser: Browser) -> None:
    with opened(browser) as (page, seen):
        page.set_content(GOOD)
        assert serious(page) == []
        assert (seen.faults, seen.requests) == ([], [])
