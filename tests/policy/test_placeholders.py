"""What is still to be written in a policy is found, and what somebody has written is not."""

import pytest

from graph.errors import SchemeInvalid
from graph.policy import scheme
from graph.policy.placeholders import placeholders

TEXT = scheme.read("own-conduct").text
TO_WRITE = [
    "The community's own operator (put its name here)",
    "TODO",
    "tbd",
    "Operator: to be decided",
    "<name>",
    "<the operator's name>",
    "[name of the operator]",
    "{{ operator }}",
    "${OPERATOR}",
    "Insert your organisation here",
    "Your name here",
    "YOUR COMPANY",
    "Change me",
    "changeme",
    "lorem ipsum dolor",
    "XXX",
    "???",
    "...",
    "-",
    "____",
    "x",
    "operator",
    "The operator",
    "an organisation",
    "test",
    "example",
    "n/a",
    "Unknown",
    "name goes here",
]
WRITTEN = [
    "A made-up community",
    "The market's office",
    "Nobody: a study, not connected with Sesame Credit or its owner",
    "Kreditkooperative Österholz eG",
    "三河市信用合作社",
    "IG",
    "Name & Sons",
    "The Test Valley Cooperative",
    "Company of Merchants of York",
]


def own(operator: str) -> scheme.Scheme:
    return scheme.with_operator(scheme.read("own-conduct"), operator, "a test")


@pytest.mark.parametrize("operator", TO_WRITE)
def test_a_placeholder_is_found(operator: str) -> None:
    assert [key for key, _ in placeholders(own(operator))] == ["operator"]


@pytest.mark.parametrize("operator", WRITTEN)
def test_a_name_is_none(operator: str) -> None:
    assert list(placeholders(own(operator))) == []


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('title = "Own conduct only"', 'title = "TODO"', "title"),
        ('"setting the size of a deposit inside the community"', '"<purpose>"', "purpose[1]"),
        ("You may leave at any time.", "Write here how to leave.", "notice.text"),
    ],
)
def test_a_text_of_any_key_can_be_one(before: str, after: str, key: str) -> None:
    assert before in TEXT
    policy = scheme.parse(TEXT.replace(before, after).replace("(put its name here)", "of York"), "a test")
    assert [found for found, _ in placeholders(policy)] == [key]


def test_every_shipped_policy_has_an_operator_to_name_or_a_true_one() -> None:
    found = {name: [key for key, _ in placeholders(scheme.read(name))] for name in scheme.shipped()}
    unnamed = {name: ["operator"] for name in ("own-conduct", "reliability", "trading")}
    assert found == unnamed | {"sesame-2018": []}


@pytest.mark.parametrize("name", ["The Mill", 'A "quoted" name', "back\\slash", "三河市"])
def test_a_name_is_put_in_and_nothing_else_changes(name: str) -> None:
    before, after = scheme.read("own-conduct"), own(name)
    assert (after.operator, after.notice_id, after.bands) == (name, before.notice_id, before.bands)
    changed = [
        pair for pair in zip(before.text.splitlines(), after.text.splitlines(), strict=True) if pair[0] != pair[1]
    ]
    assert len(changed) == 1


def test_a_name_that_is_no_line_of_its_own_is_not_put_in() -> None:
    text = TEXT.replace('operator = "', '"operator" = "')
    with pytest.raises(SchemeInvalid, match="operator"):
        scheme.with_operator(scheme.parse(text, "a test"), "The Mill", "a test")
