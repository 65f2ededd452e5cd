"""A made-up community as CSV files: for demonstrations, tests and benchmarks; nobody in it exists.

Persons and organisations live in groups and deal mostly inside them, over the two years that end with
2026-06-30. Every sixteenth group pays late and keeps to itself. Some entities have thin files, some no
contacts at all, and some do not join, so that non-members stand between members.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from stdnum.cn import uscc
from stdnum.iso7064 import mod_97_10

from graph.errors import ParameterError
from graph.facts.kinds import KINDS
from graph.policy import scheme

FIRST_DAY, LAST_DAY = date(2024, 7, 1), date(2026, 6, 30)
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
"The end of the last day: what a run of this community is best rated at."
DAYS = (LAST_DAY - FIRST_DAY).days + 1
FURTHEST_DUE = 60  # days after LAST_DAY

HEADERS = {
    kind: tuple(column.name for column in declared.columns if column.in_id) for kind, declared in KINDS.items()
}
"Without the zone of obligations: made-up days are those of UTC."
# No shipped policy names souvenirs or weather: they show what is listed as not counted.
PRODUCTS = (
    "groceries",
    "household",
    "tools",
    "children",
    "clothing",
    "books",
    "electronics",
    "games",
    "souvenirs",
)
SITES = ("public-services", "education", "finance", "news", "shopping", "social", "video", "gaming", "weather")
PER_CATEGORY = 5

_DAYS = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS + FURTHEST_DUE)]
_TIMES = [f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(24 * 60)]

Row = Sequence[object]


@dataclass(frozen=True)
class Community:
    """The entities and their groups. An entity is its place in `ids`, a group its place in `groups`.

    ids:    `made-up-p0001` for a person, `made-up-o0001` for an organisation.
    groups: the entities of each group.
    group:  the group of each entity; None for one without contacts.
    late:   how many days late each entity pays on average.
    busy:   the entities without a thin file.
    """

    ids: list[str]
    groups: list[list[int]]
    group: dict[int, int | None]
    late: list[float]
    busy: list[int]


def write(
    directory: Path,
    *,
    seed: int = 20,
    entities: int = 800,
    members: int = 600,
    contacts: int | None = None,
    obligations: int | None = None,
    payments: int | None = None,
    purchases: int | None = None,
    visits: int | None = None,
    judgments: int | None = None,
) -> None:
    """`directory` holds one CSV file of each kind that can be loaded; the same seed, the same bytes.

    members:       how many join `reliability`; two thirds as many join `own-conduct`.
    contacts, ...: how many facts; by default 25, 6, 10 and 10 for each entity, a judgment for every eightieth,
                   and a payment for every hundredth obligation.
    Raises ParameterError (fewer than 20 entities, members not among them, or a negative count).
    """
    if entities < 20:
        raise ParameterError(f"a made-up community needs at least 20 entities, not {entities}")
    if not 0 <= members <= entities:
        raise ParameterError(f"members must be from 0 to the {entities} entities, not {members}")
    counts = {
        "contacts": 25 * entities if contacts is None else contacts,
        "obligations": 6 * entities if obligations is None else obligations,
        "payments": 0 if payments is None else payments,
        "purchases": 10 * entities if purchases is None else purchases,
        "visits": 10 * entities if visits is None else visits,
        "judgments": entities // 80 if judgments is None else judgments,
    }
    if min(counts.values()) < 0:
        raise ParameterError(f"counts of facts must not be negative: {counts}")

    if payments is None:
        counts["payments"] = counts["obligations"] // 100
    community = _people(_chance(seed, "people"), entities)
    debts = islice(_obligations(_chance(seed, "obligations"), community), counts["obligations"])
    make: dict[str, Callable[[Random, Community], Iterator[Row]]] = {
        "contacts": _contacts,
        "obligations": _obligations,
        "payments": partial(_payments, debts),
        "purchases": _purchases,
        "visits": _visits,
        "judgments": _judgments,
    }
    directory.mkdir(parents=True, exist_ok=True)
    _save(directory, "entities", _entities(_chance(seed, "entities"), community))
    _save(directory, "products", _catalogue("product", PRODUCTS))
    _save(directory, "sites", _catalogue("site", SITES))
    for kind, count in counts.items():
        _save(directory, kind, islice(make[kind](_chance(seed, kind), community), count))
    _save(directory, "memberships", _memberships(_chance(seed, "memberships"), community, members))


def _save(directory: Path, kind: str, rows: Iterable[Row]) -> None:
    with (directory / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADERS[kind])
        writer.writerows(rows)


def _chance(seed: int, purpose: str) -> Random:
    """A source of its own for each file, so that more rows in one do not change another."""
    return Random(f"{seed} {purpose}")  # noqa: S311, it makes up data and guards nothing


def _people(chance: Random, entities: int) -> Community:
    width, numbers, ids = max(4, len(str(entities))), Counter[str](), []
    for _ in range(entities):
        letter = "o" if chance.random() < 0.15 else "p"
        numbers[letter] += 1
        ids.append(f"made-up-{letter}{numbers[letter]:0{width}}")
    mixed = chance.sample(range(entities), entities)
    alone, mixed = mixed[: entities // 32 + 1], mixed[entities // 32 + 1 :]
    groups: list[list[int]] = []
    group = dict[int, int | None](dict.fromkeys(alone))
    first = 0
    while (left := len(mixed) - first) > 0:
        size = chance.randint(8, 16)
        # A rest too small for a group of its own joins this one.
        size = size if left - size >= 8 else left
        together = mixed[first : first + size]
        group.update(dict.fromkeys(together, len(groups)))
        groups.append(together)
        first += size
    late = [_usual_lateness(chance, group[entity]) for entity in range(entities)]
    busy = [entity for entity in range(entities) if chance.random() < 0.75] or [0]
    return Community(ids, groups, group, late, busy)


def _keeps_to_itself(group: int | None) -> bool:
    """True for every sixteenth group, beginning with the first: it pays late."""
    return group is not None and group % 16 == 0


def _usual_lateness(chance: Random, group: int | None) -> float:
    if _keeps_to_itself(group):
        return chance.uniform(30, 90)
    return chance.uniform(5, 30) if chance.random() < 0.08 else chance.uniform(0, 3)


def _entities(chance: Random, community: Community) -> Iterator[Row]:
    for number, entity in enumerate(community.ids, start=1):
        name = int(entity.removeprefix("made-up-")[1:])
        if "-p" in entity:
            born = f"{chance.randint(1945, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            yield entity, "person", f"Made-up Person {name}", born, "", ""
        else:
            # Most organisations have one code or the other, some both.
            which = chance.random()
            code = made_up_uscc(number) if which < 0.7 else ""
            yield (
                entity,
                "organisation",
                f"Made-up Company {name}",
                "",
                code,
                made_up_lei(number) if which > 0.5 else "",
            )


def made_up_uscc(number: int) -> str:
    """Right in form and check digit, in a region (990000) that no authority has."""
    code = f"91990000{number:09}"
    return code + uscc.calc_check_digit(code)


def made_up_lei(number: int) -> str:
    """Right in form and check digits; its first four digits belong to no issuer."""
    digits = f"{number:06}"
    code = f"999900{'MADEUP'[: 12 - len(digits)]}{digits}"
    return code + mod_97_10.calc_check_digits(code)


def _catalogue(what: str, categories: Sequence[str]) -> Iterator[Row]:
    for category in categories:
        for number in range(1, PER_CATEGORY + 1):
            yield _listed(what, category, number), category


def _listed(what: str, category: str, number: int) -> str:
    return f"made-up-{what}-{category}-{number}"


def _acquaintances(chance: Random, community: Community) -> list[tuple[int, int]]:
    """Pairs in contact: each entity with three on either side in its group, and a few across groups."""
    pairs = [
        (entity, group[(place + step) % len(group)])
        for group in community.groups
        for place, entity in enumerate(group)
        for step in (1, 2, 3)
    ]
    outgoing = [
        entity for entity, group in community.group.items() if group is not None and not _keeps_to_itself(group)
    ]
    for _ in range(len(outgoing) // 4):
        one, other = chance.choice(outgoing), chance.choice(outgoing)
        if community.group[one] != community.group[other]:
            pairs.append((one, other))
    chance.shuffle(pairs)
    return pairs


def _contacts(chance: Random, community: Community) -> Iterator[Row]:
    """Without end: each pair talks twice, then chance decides who talks; most are answered that day."""
    ids, pairs, number, talk = community.ids, _acquaintances(chance, community), 0, 0
    channels = ("message", "message", "call", "meeting")
    while True:
        place = talk // 2 if talk < 2 * len(pairs) else int(chance.random() * len(pairs))
        one_sided = place % 20 == 0
        source, target = pairs[place]
        if not one_sided and chance.random() < 0.5:
            source, target = target, source
        day, minute = _DAYS[int(chance.random() * DAYS)], int(chance.random() * 1440)
        channel = channels[int(chance.random() * 4)]
        number += 1
        yield f"made-up-contact-{number:07}", ids[source], ids[target], day + _TIMES[minute], channel
        if not one_sided and chance.random() < 0.6:
            minute += int(chance.random() * (1440 - minute))
            number += 1
            yield f"made-up-contact-{number:07}", ids[target], ids[source], day + _TIMES[minute], channel
        talk += 1


def _obligations(chance: Random, community: Community) -> Iterator[Row]:
    """Without end. Due up to sixty days after the last day; what is not settled by then is open."""
    number, kinds = 0, ("loan", "invoice", "invoice", "deposit", "trade")
    while True:
        number += 1
        debtor = _someone(chance, community)
        late, kind = community.late[debtor], kinds[int(chance.random() * 5)]
        due = 30 + int(chance.random() * (DAYS + FURTHEST_DUE - 30))
        settled = due + int(chance.expovariate(1 / (late + 0.01))) - int(chance.random() * 6)
        never = chance.random() < 0.005 + late / 250
        outcome = ""
        if kind == "trade" and chance.random() < 0.4:
            outcome = f"{min(1.0, max(0.0, chance.gauss(0.85 - late / 60, 0.15))):.2f}"
        yield (
            f"made-up-debt-{number:07}",
            community.ids[debtor],
            community.ids[_creditor(chance, community, debtor)],
            kind,
            f"{20 + int(chance.random() * 480) * 10}.00",
            "CNY",
            _DAYS[due] + _TIMES[-1],
            "" if never or settled >= DAYS else _DAYS[settled] + _TIMES[int(chance.random() * 1440)],
            outcome,
        )


def _payments(debts: Iterable[Row], chance: Random, _: Community) -> Iterator[Row]:
    """A part of each debt that is open and was due, as long as there are some: none of them is paid in full."""
    number = 0
    for debt, _debtor, _of, _kind, amount, currency, due, settled, _outcome in debts:
        if settled or str(due) > _DAYS[DAYS]:
            continue
        number += 1
        at = _DAYS[int(chance.random() * DAYS)] + _TIMES[int(chance.random() * 1440)]
        yield f"made-up-payment-{number:07}", debt, at, f"{float(str(amount)) / 4:.2f}", currency


def _creditor(chance: Random, community: Community, debtor: int) -> int:
    """Mostly someone of the debtor's own group, and nearly always so where it keeps to itself."""
    group = community.group[debtor]
    inside = 0.0 if group is None else 0.97 if _keeps_to_itself(group) else 0.75
    near = community.groups[group] if group is not None and chance.random() < inside else community.busy
    creditor = near[int(chance.random() * len(near))]
    return creditor if creditor != debtor else (debtor + 1) % len(community.ids)


def _someone(chance: Random, community: Community) -> int:
    """An entity to whom something happens; seldom one with a thin file."""
    if chance.random() < 0.96:
        return community.busy[int(chance.random() * len(community.busy))]
    return int(chance.random() * len(community.ids))


def _purchases(chance: Random, community: Community) -> Iterator[Row]:
    """Without end."""
    products, number = [row[0] for row in _catalogue("product", PRODUCTS)], 0
    while True:
        number += 1
        yield (
            f"made-up-purchase-{number:07}",
            community.ids[_someone(chance, community)],
            products[int(chance.random() * len(products))],
            _DAYS[int(chance.random() * DAYS)] + _TIMES[int(chance.random() * 1440)],
            f"{5 + int(chance.random() * 4000) / 10:.2f}",
            "CNY",
        )


def _visits(chance: Random, community: Community) -> Iterator[Row]:
    """Without end."""
    sites, number = [row[0] for row in _catalogue("site", SITES)], 0
    while True:
        number += 1
        yield (
            f"made-up-visit-{number:07}",
            community.ids[_someone(chance, community)],
            sites[int(chance.random() * len(sites))],
            _DAYS[int(chance.random() * DAYS)] + _TIMES[int(chance.random() * 1440)],
        )


def _judgments(chance: Random, community: Community) -> Iterator[Row]:
    """Without end. Due thirty days after they were issued; half of them are paid by then."""
    number = 0
    while True:
        number += 1
        issued = int(chance.random() * (DAYS - 31))
        paid = issued + int(chance.random() * 30) if chance.random() < 0.5 else None
        yield (
            f"made-up-judgment-{number:07}",
            community.ids[_someone(chance, community)],
            "Made-up Court",
            f"made-up case {number}",
            f"{20 + int(chance.random() * 480) * 10}.00",
            "CNY",
            _DAYS[issued] + _TIMES[600],
            _DAYS[issued + 30] + _TIMES[-1],
            "" if paid is None else _DAYS[paid] + _TIMES[600],
        )


def _memberships(chance: Random, community: Community, members: int) -> Iterator[Row]:
    """Everyone joins in the last year, under the notices that ship."""
    for name, count in (("reliability", members), ("own-conduct", members * 2 // 3)):
        notice = scheme.read(name).notice.version
        for place in sorted(chance.sample(range(len(community.ids)), count)):
            day = _DAYS[DAYS - 1 - int(chance.random() * 365)]
            yield community.ids[place], name, day + _TIMES[int(chance.random() * 1440)], notice
