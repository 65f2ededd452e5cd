"""What ended since a backup ends again in the graph that came out of it: nobody who left is back.

The graph is one that nobody uses yet. What ends is marked as on the day itself, so ratings that it touches are
stale until the next run of their scheme.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from graph.errors import NotFound, Refused
from graph.rights import erasure, grants, membership
from graph.store import endings
from graph.store.client import Database
from graph.store.journal import SECRET, Ending, key_of
from graph.store.transaction import Transaction

AT_ONCE = 10_000
"Names that are looked at in one query."


def replay(database: Database, ended: Sequence[Ending], secrets: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    """Every ending of this graph holds in it; returns how many there were to repeat, by kind.

    ended: of a journal, the oldest first; some may be of other graphs that were in its home. secrets: of that one.
    The database has no journal: they are in it already. Repeating it changes nothing.
    Raises Refused where nobody knows which are of this graph, or something did not end.
    """
    ended = _of_this(database, ended, secrets)
    if not ended:
        return Counter()
    _take_secrets(database, secrets[ended[0].key])
    key = bytes.fromhex(secrets[ended[0].key][SECRET])
    done = Counter[str]()
    names = _named(database, key, ended)
    for each in ended:
        if database.write(partial(_end, ending=each, names=names.get(each.who, []))):
            done[each.kind] += 1
    _check(database, names, ended)
    return done


def _of_this(
    database: Database, ended: Sequence[Ending], secrets: Mapping[str, Mapping[str, str]]
) -> list[Ending]:
    """The endings that are of this graph. A graph in which nothing had ended yet does not say which."""
    own = database.optional("secret", name=SECRET)
    key = key_of({SECRET: own["value"]}) if own else None
    if key is None:
        keys = sorted({each.key for each in ended})
        if len(keys) > 1:
            raise Refused(
                f"since then the journal is of several graphs ({', '.join(keys)}); this one does not say which: "
                "take a backup that was made after something had ended in it"
            )
        key = keys[0] if keys else ""
    found = [each for each in ended if each.key == key]
    if found and key not in secrets:
        raise Refused(
            f"the journal's keys.json lacks the key {key}, without which nobody is found: bring that file"
        )
    return found


def _take_secrets(database: Database, secrets: Mapping[str, str]) -> None:
    """The graph has the secrets that the journal has."""
    for name in endings.KEPT:
        if name in secrets:
            found = database.one("make_secret", name=name, value=secrets[name])["value"]
            if found != secrets[name]:
                raise Refused(f"the journal is not of this graph: their secrets {name!r} differ")


def _named(database: Database, key: bytes, ended: Sequence[Ending]) -> dict[str, list[str]]:
    """The names in the graph that the endings are about, by keyed hash; of a membership, scheme and entity."""
    wanted = {each.who for each in ended if each.kind != "token"}
    schemes = [row["id"] for row in database.run("schemes")]
    found: dict[str, list[str]] = {}

    def see(of: str, name: str, *told: str) -> None:
        if (hash_ := endings.hashed(key, of, name)) in wanted:
            found[hash_] = list(told)

    for entity in _all(database, "ids_of_entities"):
        see("entity", entity, entity)
        for scheme in schemes:
            see("membership", f"{scheme}|{entity}", scheme, entity)
    for entity in _all(database, "ids_of_absent"):
        see("entity", entity, entity)
    for grant in _all(database, "ids_of_live_grants"):
        see("grant", grant, grant)
    return found


def _all(database: Database, query: str) -> Iterator[str]:
    after = ""
    while rows := database.run(query, after=after, limit=AT_ONCE):
        for row in rows:
            yield row["id"]
        after = rows[-1]["id"]


def _end(transaction: Transaction, ending: Ending, names: list[str]) -> bool:
    """It has ended; returns whether there was anything to end."""
    match ending.kind:
        case "erased" | "left" | "grant":
            return bool(names) and _ended(transaction, ending, names)
        case "objected":
            return _objects(transaction, ending, names)
        case "objects-no-more":
            [row] = transaction.run("withdraw_objection", hash=ending.told["objection"])
            return bool(row["withdrawn"])
        case "token":
            [row] = transaction.run("revoke_token", id=ending.who, until=_until(ending), now=ending.at)
            return True
    raise Refused(
        f"line {ending.number} of the journal is of a kind that this version does not know: {ending.kind!r}"
    )


def _ended(transaction: Transaction, ending: Ending, names: list[str]) -> bool:
    try:
        if ending.kind == "erased":
            erasure.erase(transaction, names[0], now=ending.at)
        elif ending.kind == "left":
            scheme, entity = names
            membership.leave(transaction, entity, scheme, now=ending.at)
        else:
            grants.revoke(transaction, names[0], now=ending.at)
    except NotFound:  # ended with what came before it
        return False
    return True


def _objects(transaction: Transaction, ending: Ending, names: list[str]) -> bool:
    if names:
        membership.object_to_listing(transaction, names[0], now=ending.at)
    else:
        transaction.run("keep_objection", hash=ending.told["objection"], at=ending.at)
    return True


def _until(ending: Ending) -> datetime | None:
    said = ending.told.get("until")
    return datetime.fromisoformat(said) if said else None


def _check(database: Database, names: Mapping[str, list[str]], ended: Sequence[Ending]) -> None:
    """Nobody who was erased is in the graph, and nobody who left is a member. Raises Refused."""
    for each in ended:
        told = names.get(each.who, [])
        if each.kind == "erased" and told:
            there = database.optional("entity", id=told[0]) is not None
        elif each.kind == "left" and told:
            there = any(row["scheme"] == told[0] for row in database.run("taking_part", entity=told[1]))
        else:
            there = False
        if there:
            raise Refused(
                f"line {each.number} of the journal was repeated in vain: who {each.kind} is still there"
            )
