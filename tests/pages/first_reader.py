"""A first-time reader of a page: what is hard to read on it, and which words it does not explain."""

import re

import textstat
from playwright.sync_api import Page

from graph.policy.glossary import KNOWN

HARDEST = 9.0
"The grade (Flesch and Kincaid) that no sentence may go beyond: a reader of about 15 years."
INSIDE = {
    *("sha256", "prior", "tolerance", "membership", "memberships", "entity", "entities", "propagation", "psi"),
    *("veil", "rid", "json", "http", "uuid", "neo4j's", "slack", "solver", "iteration", "node", "edge"),
}
"Words of those who build the house, which no page may use."

BLOCKS = """
() => {
  const blocks = 'p, li, dd, dt, td, th, caption, figcaption, label, button, summary, legend, h1, h2, h3, h4, '
    + '.day, .what, .points, .from, .act';
  const found = [];
  for (const each of document.querySelectorAll(blocks)) {
    if (each.matches('[data-name]')) continue;
    const copy = each.cloneNode(true);
    const others = blocks + ', code, svg, script, style, ul, ol, table, [data-name]';
    for (const inner of copy.querySelectorAll(others)) inner.remove();
    found.push(copy.textContent.replace(/\\s+/g, ' ').trim());
  }
  return found.filter(text => text);
}
"""
EXPLAINED = "() => [...document.querySelectorAll('dt, dfn')].map(each => each.textContent.trim().toLowerCase())"
SEEN = """
() => {
  const copy = document.body.cloneNode(true);
  for (const each of copy.querySelectorAll('code, svg, script, style, [data-name]')) each.remove();
  return copy.textContent;
}
"""


def texts(page: Page) -> list[str]:
    """What stands in each block of the page, but for code, pictures and names that somebody gave (data-name)."""
    found: list[str] = page.evaluate(BLOCKS)
    return found


def sentences(page: Page) -> list[str]:
    """Every sentence: what ends as one, and what is as long as one."""
    split = [each for text in texts(page) for each in re.split(r"(?<=[.!?:])\s+", text)]
    return [each for each in split if each[-1:] in ".!?:" or len(each.split()) >= 8]


def hard(page: Page) -> dict[str, float]:
    """The sentences that are too hard, with their grades."""
    # of one word or two the formula says nothing
    graded = {
        each: float(textstat.flesch_kincaid_grade(each)) for each in sentences(page) if len(each.split()) > 2
    }
    return {text: grade for text, grade in graded.items() if grade > HARDEST}


def unexplained(page: Page) -> set[str]:
    """Words of ours that the page uses and does not explain in a list or at once, and those of the builders."""
    used = set(re.findall(r"[a-z0-9][a-z0-9'-]*", page.evaluate(SEEN).lower()))
    explained = set(page.evaluate(EXPLAINED))
    return {word for word in KNOWN if {word, f"{word}s"} & used and word not in explained} | (INSIDE & used)
