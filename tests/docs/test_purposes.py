"""The page on purposes: each promise names its tests, they are there, and the words are plain."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "purposes.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[(tests/\S+?\.py)::(\w+)\]\(\.\./(tests/\S+?\.py)\)")
# Words that a reader without knowledge of computers could not know.
TERMS = (
    "api|authoris|bearer|cache|client|compliant|cypher|database|encrypt|endpoint|erasure|export|"
    "graph|hash|http|idempot|json|jws|jwt|ledger|membership id|neo4j|node|payload|policy|processing|"
    "propagat|protocol|pseudonym|query|repository|route|schema|score|server|timestamp|token|"
    "transaction|veil"
)
LONGEST, USUAL = 25, 14  # words in a sentence


def promises() -> list[str]:
    """Every promise with its links, as one line each."""
    below = PAGE.split("\n## What is promised\n")[1].split("\n## ")[0]
    return [" ".join(item.split()) for item in re.findall(r"^- (.*(?:\n  .*)*)", below, re.MULTILINE)]


def named_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_readme_leads_to_the_page_from_its_top() -> None:
    top = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    assert "[What this is for, and what it must not be used for](docs/purposes.md)" in top
    assert PAGE.startswith("# What this is for, and what it must not be used for\n")


@pytest.mark.parametrize("promise", promises())
def test_a_promise_names_tests_that_there_are(promise: str) -> None:
    links = LINK.findall(promise)
    assert links, "no test is named"
    assert promise.count("](") == len(links), "a link is not written as [tests/file.py::name](../tests/file.py)"
    for file, name, target in links:
        assert file == target
        assert name.startswith("test_")
        assert name in named_in(file), f"{file} has no {name}"


def test_nothing_is_promised_elsewhere_on_the_page() -> None:
    """What stands outside the list of promises names no test, so that it cannot pass for one."""
    assert len(promises()) >= 40
    assert len(LINK.findall(PAGE)) == sum(len(LINK.findall(promise)) for promise in promises())


def test_the_words_are_plain_and_the_sentences_short() -> None:
    text = re.sub(r"`[^`]*`", "", LINK.sub("", PAGE))
    assert re.findall(rf"\b(?:{TERMS})\w*", text, re.IGNORECASE) == []
    paragraphs = [" ".join(block.split()) for block in re.split(r"\n\n|\n(?=[-#] )|\n#+ ", text)]
    sentences = [
        each for block in paragraphs for each in re.split(r"(?<=[.:;?!])\*{0,2}\s", block) if each.strip()
    ]
    lengths = {sentence: len(sentence.split()) for sentence in sentences}
    assert max(lengths.values()) <= LONGEST, max(lengths, key=lambda sentence: lengths[sentence])
    assert sum(lengths.values()) / len(lengths) <= USUAL
