"""A community large enough to be copied, in which some words are of few, and some people never joined."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.worlds import all_kept_about_one

FIRST = date(2026, 2, 1)
"When the first of those joined who joined for the copy: each on a day of its own, by which a test knows it again."
MEMBERS = 24
COMMON = 22
"The holders of the second commonest word of each place; the rarest has one, and is merged with it."
SMALL = "trading"
"A scheme of too few members."
FACTS = "CONTACTED|OWED|BOUGHT|VISITED"


def member(number: int) -> str:
    return f"member-{number:02}-of-the-society-for-the-improvement-of-the-condition-of-the-north-shore"


STRANGERS = [f"stranger-{name}-who-never-joined-anything-in-the-whole-of-this-community" for name in "abc"]


def build(database: Database, folder: Path) -> None:
    """The community is in the graph, rated, with everything on record about one of them that can be."""
    (folder / "first").mkdir()
    all_kept_about_one.build(database, folder / "first")
    publishing.publish(database, scheme.read(SMALL))
    more = folder / "more"
    more.mkdir()
    for kind, lines in _files().items():
        (more / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rejects = folder / "rejects.csv"
    assert not any(each.rejected for each in load(database, [more], rejects=rejects)), rejects.read_text()
    for each in ("reliability", "own-conduct"):
        rate(database, each, as_of=all_kept_about_one.AS_OF)


def _files() -> dict[str, list[str]]:
    everyone = range(MEMBERS)
    names = [f'{member(i)},person,"Number {i} of the Society, {"Ł" * 30}"' for i in everyone]
    names += [f"{each},person,Stranger {each[9]} of a name that is longer than most others" for each in STRANGERS]
    contacts, obligations, purchases = [], [], []
    for i in everyone:
        for step in (1, 2, 5):
            for j in ((i + step) % MEMBERS,):
                at = f"2026-06-{1 + i:02}T09:{step:02}:17Z"
                contacts += [f"{member(i)},{member(j)},{at},call", f"{member(j)},{member(i)},{at},call"]
        due = f"2026-05-{1 + i:02}T11:13:17Z"
        settled = f"2026-06-{1 + i % 28:02}T11:13:17Z" if i % 3 else ""
        if i < COMMON:
            at, j = f"2026-04-{1 + i:02}T10:11:12Z", (i + 3) % COMMON
            contacts.append(f"{member(i)},{member(j)},{at},message")
            obligations.append(f"{member(i)},{member(j)},invoice,{1234.5 + i},EUR,{at},{at}")
            purchases.append(f"{member(i)},a-hammer-as-blacksmiths-have-it,{at}")
        obligations.append(f"{member(i)},{member((i + 7) % MEMBERS)},loan,{1234.5 + i},CNY,{due},{settled}")
        purchases.append(f"{member(i)},rye-bread-of-the-baker-behind-the-old-windmill-by-the-river,{due}")
    contacts += [
        f"{member(0)},{member(1)},2026-06-01T10:00:00Z,fax",
        f"{member(0)},{STRANGERS[0]},2026-06-01T10:00:00Z,call",
        f"{STRANGERS[1]},{STRANGERS[2]},2026-06-01T10:00:00Z,call",
    ]
    obligations.append(f"{member(0)},{member(1)},dowry,77.7,XAU,2026-05-01T11:13:17Z,")
    purchases.append(f"{member(0)},a-lamp-that-nobody-else-has-bought,2026-06-01T10:00:00Z")
    joined = [FIRST + timedelta(days=i) for i in everyone]
    return {
        "entities": ["id,kind,name", *names],
        "contacts": ["source,target,at,channel", *contacts],
        "obligations": ["debtor,creditor,kind,amount,currency,due,settled", *obligations],
        "products": [
            "id,category",
            "rye-bread-of-the-baker-behind-the-old-windmill-by-the-river,groceries",
            "a-hammer-as-blacksmiths-have-it,tools",
            "a-lamp-that-nobody-else-has-bought,household",
        ],
        "purchases": ["entity,product,at", *purchases],
        "memberships": [
            "entity,scheme,at,notice",
            *(f"{member(i)},reliability,{joined[i]}T07:08:09Z,1" for i in everyone),
            *(f"{member(i)},own-conduct,{joined[i]}T07:08:09Z,1" for i in everyone),
            *(f"{member(i)},{SMALL},{joined[i]}T07:08:09Z,2" for i in range(3)),
        ],
    }


def texts(database: Database) -> set[str]:
    """Every text in the store: values of properties, also in lists."""
    rows = database.statement("MATCH (n) RETURN properties(n) AS all")
    rows += database.statement("MATCH ()-[r]->() RETURN properties(r) AS all")
    return {text for row in rows for value in row["all"].values() for text in _texts(value)}


def public(database: Database) -> set[str]:
    """The texts that are about nobody: of schemes and migrations, and words that many hold."""
    rows = database.statement("MATCH (n:Scheme|Migration) RETURN properties(n) AS all")
    words = {"call", "loan", "CNY", "groceries"}
    bands = {band.name for each in ("reliability", "own-conduct") for band in scheme.read(each).all_bands}
    return {text for row in rows for value in row["all"].values() for text in _texts(value)} | words | bands


def instants(database: Database) -> list[datetime]:
    """Every instant in the store, but when migrations were applied."""
    rows = database.statement("MATCH (n) WHERE NOT n:Migration RETURN properties(n) AS all")
    rows += database.statement("MATCH ()-[r]->() RETURN properties(r) AS all")
    found = [value for row in rows for value in row["all"].values() if hasattr(value, "to_native")]
    return [each.to_native().astimezone(UTC) for each in found if hasattr(each, "hour")]


def _texts(value: Any) -> set[str]:
    if isinstance(value, list):
        return {text for each in value for text in _texts(each)}
    return {value} if isinstance(value, str) else set()
