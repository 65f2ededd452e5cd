"""What a row of each kind holds, and what no good row does.

COLUMNS[kind]  the columns in order; the house's file formats are exactly this table
RULES[kind]    what is wrong between the cells of one row
rules(kind, c) those, and that a category is one of c
KEY[kind]      the columns that name a row
PREFIX[kind]   what a derived id begins with; only these kinds may leave the id out
NAMED[kind]    the columns that a derived id is made from, where these are not all: rows that agree in them are one
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from graph.facts.formats import (
    AMOUNT,
    CASE_NUMBER,
    CURRENCY,
    DATE,
    ID,
    LEI,
    NAME,
    OPAQUE,
    OUTCOME,
    SCHEME,
    SLUG,
    TEXT,
    TIME,
    USCC,
    WHO,
    Format,
    Mask,
    Reason,
)
from graph.policy.categories import NOT_NEUTRAL, Categories


@dataclass(frozen=True)
class Column:
    """A column of a kind; one that is not required may be absent, and its cells may be empty."""

    name: str
    format: Format = TEXT
    required: bool = True


_optional = partial(Column, required=False)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "entities": (
        Column("id", ID),
        Column("kind", WHO),
        _optional("name", NAME),
        _optional("born", DATE),
        _optional("uscc", USCC),
        _optional("lei", LEI),
    ),
    "products": (Column("id", OPAQUE), Column("category", SLUG)),
    "sites": (Column("id", OPAQUE), Column("category", SLUG)),
    "contacts": (
        _optional("id", ID),
        Column("source"),
        Column("target"),
        Column("at", TIME),
        _optional("channel", SLUG),
    ),
    "obligations": (
        _optional("id", ID),
        Column("debtor"),
        Column("creditor"),
        _optional("kind", SLUG),
        _optional("amount", AMOUNT),
        _optional("currency", CURRENCY),
        Column("due", TIME),
        _optional("settled", TIME),
        _optional("outcome", OUTCOME),
    ),
    "purchases": (
        _optional("id", ID),
        Column("entity"),
        Column("product"),
        Column("at", TIME),
        _optional("amount", AMOUNT),
        _optional("currency", CURRENCY),
    ),
    "visits": (_optional("id", ID), Column("entity"), Column("site"), Column("at", TIME)),
    "judgments": (
        _optional("id", ID),
        Column("entity"),
        Column("court", NAME),
        Column("case_number", CASE_NUMBER),
        Column("amount", AMOUNT),
        Column("currency", CURRENCY),
        Column("issued", TIME),
        Column("due", TIME),
        _optional("settled", TIME),
    ),
    "memberships": (Column("entity"), Column("scheme", SCHEME), Column("at", TIME), Column("notice")),
}


@dataclass(frozen=True)
class Rule:
    """What no good row does: `broken` is a mask over rows of values; `column` is the cell to look at."""

    column: str
    broken: Callable[[pd.DataFrame], Mask]
    reason: Reason


def _given_for_a_person(code: str) -> Callable[[pd.DataFrame], Mask]:
    return lambda row: row[code].notna() & (row["kind"] == "person")


_MONEY = (
    Rule("currency", lambda row: row["amount"].notna() & row["currency"].isna(), "an amount without a currency"),
    Rule("amount", lambda row: row["amount"].isna() & row["currency"].notna(), "a currency without an amount"),
)
RULES: dict[str, tuple[Rule, ...]] = {
    "entities": (
        Rule("uscc", _given_for_a_person("uscc"), "given for a person"),
        Rule("lei", _given_for_a_person("lei"), "given for a person"),
    ),
    "contacts": (Rule("target", lambda row: row["source"] == row["target"], "a contact with oneself"),),
    "obligations": (
        Rule("creditor", lambda row: row["debtor"] == row["creditor"], "an obligation to oneself"),
        *_MONEY,
    ),
    "purchases": _MONEY,
    "judgments": (Rule("due", lambda row: row["due"] < row["issued"], "due before it was issued"),),
}


def rules(kind: str, categories: Categories) -> tuple[Rule, ...]:
    """The rules for a row of this kind, where these are the categories that there are."""
    if "category" not in {column.name for column in COLUMNS[kind]}:
        return RULES.get(kind, ())
    known = list(categories.neutral)
    return (
        *RULES.get(kind, ()),
        Rule("category", lambda row: row["category"].notna() & ~row["category"].isin(known), NOT_NEUTRAL),
    )


KEY: dict[str, tuple[str, ...]] = dict.fromkeys(COLUMNS, ("id",)) | {"memberships": ("scheme", "entity")}
PREFIX = {"contacts": "c-", "obligations": "o-", "purchases": "p-", "visits": "v-", "judgments": "j-"}
NAMED = {"judgments": ("entity", "court", "case_number")}
