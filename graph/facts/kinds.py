"""The kinds of rows that can be loaded: one declaration each, which all modules that deal with kinds read.

A declaration says what a row contains, and what no good row does; how a fact is stored, which ratings it touches,
and its words. A kind that is not stored as a relationship is no fact that a factor or a circle could count.
docs/contributing/add-a-kind-of-fact.md says what else a new one needs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

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
    PAYMENT,
    SCHEME,
    SLUG,
    TEXT,
    TIME,
    USCC,
    WHO,
    ZONE,
    Format,
    Mask,
    Reason,
    Rows,
)
from graph.policy.categories import NOT_NEUTRAL, Categories

FactorKind = Literal["obligations", "purchases", "visits"]
"The facts that factors of a policy rate, in the order in which they are told."
FactKind = Literal["contacts", FactorKind]
"The facts that ratings are made from: these, and those that make circles."
CorrectableKind = Literal[FactKind, "payments", "judgments"]
"What can be corrected and removed one by one."


@dataclass(frozen=True)
class Column:
    """A column of a kind; one that is not required may be absent, and its cells may be empty."""

    name: str
    format: Format = TEXT
    required: bool = True
    in_id: bool = True
    "whether a derived id is made from it, as from all cells; not of what says how others are meant"


@dataclass(frozen=True)
class Rule:
    """What no good row does: `broken` is a mask over rows of values; `column` is the cell to look at."""

    column: str
    broken: Callable[[Rows], Mask]
    reason: Reason


@dataclass(frozen=True)
class Stored:
    """A kind of fact in the graph: a relationship from the entity that it is about to somebody or something."""

    type: str
    "of the relationship"
    other: str
    "the label of the node at its other end"
    ends: tuple[str, str]
    "the columns of its two ends"
    touches_both: bool = False
    "whether it counts for both ends; if not, the first one alone owns it"
    time: str = "at"
    "the column of the time that it counts from"
    word: str = ""
    "the column of a word that somebody chose for it"

    @property
    def of_two(self) -> bool:
        """Whether there is an entity at its other end, and not a product or a site."""
        return self.other == "Entity"


@dataclass(frozen=True)
class Words:
    """What a kind of fact is called; words in braces stand for what a fact says.

    {source}, {target}: its ends; {other}: the one that is not the member; {began}: which of them began it; {day}.
    The amount, and when it was due and settled, are told behind the phrase.
    """

    one: str
    "one of them"
    heading: str
    "over those of a member, on its page"
    said: str
    "of one, with both of its ends"
    said_to_member: str
    "of one, to its member"
    did: str = ""
    "what the member did, as its page says before the other end; of facts that a factor rates"
    things: str = ""
    "what its other ends are, where their categories are rated: `things bought`"
    no_need: str = ""
    "what nobody has to do about those categories: `bought otherwise`"


@dataclass(frozen=True)
class Kind:
    """One kind of row."""

    columns: tuple[Column, ...]
    "in order; the house's file formats are exactly these"
    rules: tuple[Rule, ...] = ()
    "what is wrong between the cells of one row"
    key: tuple[str, ...] = ("id",)
    "the columns that name a row"
    prefix: str = ""
    "what a derived id begins with; a row may leave the id out where there is one"
    named_by: tuple[str, ...] = ()
    "the columns that a derived id is made from, where these are not all: rows that agree in them are one"
    belongs_to: str = ""
    "the column that names another fact, with which rows of this kind go; a prefix of ids stands before it, too"
    names: tuple[str, ...] = ()
    "the columns that may not name an entity that objects to being listed"
    stored: Stored | None = None
    corrected: tuple[str, ...] = ()
    "the columns that a correction changes where they are, of a kind that other rows name; of facts, all are"
    signs: tuple[str, ...] = ()
    "the columns without which somebody else's file hardly has rows of this kind; empty: it is never guessed"
    in_archive: str = ""
    "what the archive of a member says of the table of its own; there is none where this is empty"
    words: Words | None = None


_optional = partial(Column, required=False)


def _given_for_a_person(code: str) -> Callable[[Rows], Mask]:
    return lambda row: row[code].notna() & (row["kind"] == "person")


_MONEY = (
    Rule("currency", lambda row: row["amount"].notna() & row["currency"].isna(), "an amount without a currency"),
    Rule("amount", lambda row: row["amount"].isna() & row["currency"].notna(), "a currency without an amount"),
)

KINDS: dict[str, Kind] = {
    "entities": Kind(
        columns=(
            Column("id", ID),
            Column("kind", WHO),
            _optional("name", NAME),
            _optional("born", DATE),
            _optional("uscc", USCC),
            _optional("lei", LEI),
        ),
        rules=(
            Rule("uscc", _given_for_a_person("uscc"), "given for a person"),
            Rule("lei", _given_for_a_person("lei"), "given for a person"),
        ),
        corrected=("name", "uscc", "lei"),
        signs=("id", "name"),
    ),
    "products": Kind(
        columns=(Column("id", OPAQUE), Column("category", SLUG)),
        corrected=("category",),
        signs=("product", "category"),
    ),
    "sites": Kind(
        columns=(Column("id", OPAQUE), Column("category", SLUG)),
        corrected=("category",),
        signs=("site", "category"),
    ),
    "contacts": Kind(
        columns=(
            _optional("id", ID),
            Column("source"),
            Column("target"),
            Column("at", TIME),
            _optional("channel", SLUG),
        ),
        rules=(Rule("target", lambda row: row["source"] == row["target"], "a contact with oneself"),),
        prefix="c-",
        signs=("source", "target", "at"),
        names=("source", "target"),
        stored=Stored("CONTACTED", "Entity", ("source", "target"), touches_both=True, word="channel"),
        in_archive="with whom you were in contact; began: whether you began it",
        words=Words(
            one="contact",
            heading="When you were in touch",
            said="contact of {source} with {target} on {day}",
            said_to_member="contact with {other} on {day}: {began}",
        ),
    ),
    "obligations": Kind(
        columns=(
            _optional("id", ID),
            Column("debtor"),
            Column("creditor"),
            _optional("kind", SLUG),
            _optional("amount", AMOUNT),
            _optional("currency", CURRENCY),
            Column("due", TIME),
            _optional("settled", TIME),
            _optional("outcome", OUTCOME),
            _optional("zone", ZONE, in_id=False),
        ),
        rules=(
            Rule("creditor", lambda row: row["debtor"] == row["creditor"], "an obligation to oneself"),
            *_MONEY,
        ),
        prefix="o-",
        signs=("due",),
        stored=Stored("OWED", "Entity", ("debtor", "creditor"), time="due", word="kind"),
        in_archive="what you owed (debtor) and what others owed to you (creditor)",
        words=Words(
            one="debt",
            heading="What you owed",
            said="debt of {source} to {target}",
            said_to_member="debt to {other}",
            did="owed to",
        ),
    ),
    "payments": Kind(
        columns=(
            _optional("id", ID),
            Column("obligation"),
            Column("at", TIME),
            Column("amount", PAYMENT),
            _optional("currency", CURRENCY),
        ),
        prefix="y-",
        belongs_to="obligation",
        stored=Stored("PAID", "Entity", ("debtor", "creditor")),
        in_archive="what was paid of what you owed (debtor), and of what others owed to you (creditor)",
    ),
    "purchases": Kind(
        columns=(
            _optional("id", ID),
            Column("entity"),
            Column("product"),
            Column("at", TIME),
            _optional("amount", AMOUNT),
            _optional("currency", CURRENCY),
        ),
        rules=_MONEY,
        prefix="p-",
        signs=("product", "at"),
        stored=Stored("BOUGHT", "Product", ("entity", "product")),
        in_archive="what you bought",
        words=Words(
            one="purchase",
            heading="What you bought",
            said="purchase of {target} by {source} on {day}",
            said_to_member="purchase of {other} on {day}",
            did="bought",
            things="things bought",
            no_need="bought otherwise",
        ),
    ),
    "visits": Kind(
        columns=(_optional("id", ID), Column("entity"), Column("site"), Column("at", TIME)),
        prefix="v-",
        signs=("site", "at"),
        stored=Stored("VISITED", "Site", ("entity", "site")),
        in_archive="which sites you visited",
        words=Words(
            one="visit",
            heading="Places you visited",
            said="visit of {source} to {target} on {day}",
            said_to_member="visit to {other} on {day}",
            did="visited",
            things="places visited",
            no_need="visited or left out",
        ),
    ),
    "judgments": Kind(
        columns=(
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
        rules=(Rule("due", lambda row: row["due"] < row["issued"], "due before it was issued"),),
        prefix="j-",
        named_by=("entity", "court", "case_number"),
        in_archive="judgments against you",
    ),
    "memberships": Kind(
        columns=(Column("entity"), Column("scheme", SCHEME), Column("at", TIME), Column("notice")),
        key=("scheme", "entity"),
        names=("entity",),
    ),
}
"In the order in which they depend on each other."

FACTORS: tuple[FactorKind, ...] = get_args(FactorKind)
FACTS: tuple[FactKind, ...] = get_args(FactKind)
CORRECTABLE: tuple[CorrectableKind, ...] = get_args(CorrectableKind)
NAMING = {
    name: kind.stored.ends
    if kind.stored
    else ("entity",)
    if ("entity" in {c.name for c in kind.columns})
    else ("id",)
    for name, kind in KINDS.items()
}
"By kind: the columns with ids of entities, products and sites."
IN_PLACE = tuple(name for name, kind in KINDS.items() if kind.corrected)
"What is corrected where it is, since others name it: cypher/facts/correct_KIND.cypher."
STORED = {name: kind.stored for name, kind in KINDS.items() if kind.stored is not None}
WORDS = {name: kind.words for name, kind in KINDS.items() if kind.words is not None}


def rules(kind: str, categories: Categories) -> tuple[Rule, ...]:
    """The rules for a row of this kind, where these are the categories that there are."""
    declared = KINDS[kind]
    if "category" not in {column.name for column in declared.columns}:
        return declared.rules
    known = list(categories.neutral)
    return (
        *declared.rules,
        Rule("category", lambda row: row["category"].notna() & ~row["category"].isin(known), NOT_NEUTRAL),
    )
