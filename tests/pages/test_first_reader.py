"""The first-time reader stumbles where a reader would."""

from playwright.sync_api import Browser

from tests.driving import opened
from tests.pages.first_reader import hard, sentences, unexplained

HARD = "Unexplained multidimensional terminology considerably complicates comprehension."
PAGE = f"""<!doctype html><html lang=en><title>x</title><main><h1>A scheme</h1><p>It is easy. {HARD}</p>
<ul><li>One is short:<ul><li>Two.</li></ul></li></ul>
<p>A <dfn>run</dfn> of sweeps, the prior of <code>entity</code>.</p>
<dl><dt>scheme</dt><dd>A way.</dd></dl></main></html>"""


def test_a_hard_sentence_is_found_among_easy_ones(browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.set_content(PAGE)
        assert sentences(page)[:5] == [
            "It is easy.",
            HARD,
            "One is short:",
            "Two.",
            "A run of sweeps, the prior of .",
        ]
        assert list(hard(page)) == [HARD]


def test_a_word_that_is_not_explained_is_found(browser: Browser) -> None:
    with opened(browser) as (page, _):
        page.set_content(PAGE)
        assert unexplained(page) == {"sweep", "prior"}
