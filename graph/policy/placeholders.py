"""Texts of a policy that stand for something still to be written: they are not to reach a public page."""

import re
from collections.abc import Iterator

from graph.policy.scheme import Policy

# Said anywhere in a text: somebody is told to write something, or means to.
_TO_WRITE = re.compile(
    r"\b(todo|tbd|tba|fixme|xxx+|lorem ipsum|change ?me|placeholder|to be (filled in|announced|decided|named))\b"
    r"|\b(put|insert|enter|write|add|type|fill in)\b[^.]{0,40}\bhere\b"
    r"|\b(your|its|their|our) name here\b|\bname goes here\b"
    r"|<[^<>]*>|\{\{.*?\}\}|\$\{.*?\}|\?\?\?|_{3,}",
    re.IGNORECASE,
)
# In place of a name: a word for anybody.
_NOBODY = re.compile(
    r"(the |an? |your |our |my |some )?"
    r"(operator|name|organi[sz]ation|company|community|market|owner|admin|administrator|someone|somebody|nobody"
    r"|me|us|you|test|example|sample|demo|foo|bar|none|null|unknown|n/?a|anonymous|name of the operator"
    r"|operator'?s name|your name|company name|organi[sz]ation name)\.?|\[.*\]|\(.*\)|[\W_]*|.",
    re.IGNORECASE | re.DOTALL,
)


def placeholders(policy: Policy) -> Iterator[tuple[str, str]]:
    """(key, text) of each text of the policy that still has to be written."""
    for key, text in (("operator", policy.operator), ("title", policy.title)):
        if _NOBODY.fullmatch(text.strip()) or _TO_WRITE.search(text):
            yield key, text
    for number, purpose in enumerate(policy.purpose):
        if _TO_WRITE.search(purpose):
            yield f"purpose[{number}]", purpose
    if found := _TO_WRITE.search(policy.notice.text):
        yield "notice.text", found[0]
