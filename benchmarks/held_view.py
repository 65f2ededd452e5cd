"""Does the rating say what it was not told? Bitcoin OTC, what benign users said of the labelled held back."""

import csv
import gzip
import random
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import fmean

from benchmarks.measuring import report
from graph.facts.load import load
from graph.facts.values import Contact, Facts, Obligation
from graph.policy import publishing, scheme
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.rating.run import rate
from graph.rights import founders as rights
from graph.store.client import Database

AS_OF = datetime(2016, 2, 1, tzinfo=UTC)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)
OPERATOR = "the benchmark"
FIRST = "otc-1"
"The founder of the marketplace."
FOUNDERS, DRAWS, SEED = 5, 20, 7


def labels(otc: Path) -> dict[str, bool]:
    """User: whether benign, for the labelled ones."""
    with (otc / "otc_gt.csv").open(newline="") as file:
        return {f"otc-{user}": int(label) > 0 for user, label in csv.reader(file)}


def hold_back(otc: Path, target: Path) -> tuple[int, int]:
    """`target` has every rating except those from a benign user to a labelled one; returns (kept, held back)."""
    known = labels(otc)
    kept = held = 0
    with gzip.open(otc / "otc_network.csv.gz", "rt", newline="") as source, target.open("w", newline="") as file:
        writer = csv.writer(file)
        for row in csv.reader(source):
            if known.get(f"otc-{row[0]}") and f"otc-{row[1]}" in known:
                held += 1
            else:
                writer.writerow(row)
                kept += 1
    return kept, held


def join_everyone(database: Database, scheme_: Scheme, directory: Path, *, founders: Sequence[str] = ()) -> None:
    """Every entity of the graph is a member of the scheme, and these are its founders."""
    publishing.publish(database, scheme_)
    entities = [row["id"] for row in database.statement("MATCH (e:Entity) RETURN e.id AS id ORDER BY id")]
    file = directory / "memberships.csv"
    lines = [f"{entity},{scheme_.id},2016-01-31T00:00:00Z,{scheme_.notice.version}" for entity in entities]
    file.write_text("\n".join(["entity,scheme,at,notice", *lines]) + "\n")
    load(database, [file])
    now = datetime.now(UTC)
    for entity in founders:
        database.write(partial(rights.name, entity=entity, scheme=scheme_.id, by=OPERATOR, now=now))
        database.write(partial(rights.accept, entity=entity, scheme=scheme_.id, by=OPERATOR, now=now))


def with_founders(policy: Scheme, at_least: int) -> Scheme:
    """The same policy under a version of its own, which asks for so many founders."""
    text = policy.text.replace(f'version = "{policy.version}"', f'version = "founders-{at_least}"', 1)
    text = re.sub(r"^founders_at_least = \d+$", f"founders_at_least = {at_least}", text, flags=re.M)
    return scheme.parse(text, f"{policy.id}, {at_least} founders")


def without_voices(policy: Scheme) -> Scheme:
    """The same policy under a version of its own, in which everybody speaks in full."""
    text = policy.text.replace(f'version = "{policy.version}"', 'version = "unvoiced"', 1)
    return scheme.parse(re.sub(r"^\[voice\]\n(?:\w+ = .*\n)*", "", text, flags=re.M), f"{policy.id}, no voices")


def with_share(policy: Scheme, share: float) -> Scheme:
    """The same policy under a version of its own, with another share."""
    text = policy.text.replace(f'version = "{policy.version}"', f'version = "share-{share}"', 1)
    return scheme.parse(
        text.replace(f"share = {policy.circle.share}", f"share = {share}"), f"{policy.id}, share {share}"
    )


def auc(database: Database, scheme_id: str, known: dict[str, bool]) -> float:
    """The chance that a random benign user scores above a random fraudulent one, as the database has them."""
    rows = database.run("ratings", ids=[f"{scheme_id}|{entity}" for entity in known])
    return separation({row["id"].partition("|")[2]: row["score"] for row in rows}, known)


def separation(scores: Mapping[str, float], known: dict[str, bool]) -> float:
    """The same from scores by user, of which those that are known are compared; ties count half."""
    scores = {entity: score for entity, score in scores.items() if entity in known}
    benign = [score for entity, score in scores.items() if known[entity]]
    fraud = [score for entity, score in scores.items() if not known[entity]]
    wins: float = sum((good > bad) + (good == bad) / 2 for good in benign for bad in fraud)
    return wins / (len(benign) * len(fraud))


def measure(database: Database, otc: Path, policy: Scheme, shares: Sequence[float] = SHARES) -> dict[float, float]:
    """The AUC of score at each share. The graph holds the ratings that were not held back, and no others."""
    known = labels(otc)
    # Everyone takes part, also entities about which only the ratings that were held back are known.
    load(database, [otc / "otc_network.csv.gz"], kind="entities", mapping="bitcoin-otc")
    with tempfile.TemporaryDirectory() as directory:
        hold_back(otc, Path(directory) / "kept.csv")
        load(database, [Path(directory) / "kept.csv"], mapping="bitcoin-otc")
        join_everyone(database, policy, Path(directory))
    found = {}
    for share in shares:
        publishing.publish(database, with_share(policy, share))
        rate(database, policy.id, as_of=AS_OF)
        found[share] = auc(database, policy.id, known)
    return found


def facts(otc: Path) -> Facts:
    """The ratings that are not held back, as the mapping makes facts of them; everyone takes part."""
    known, users = labels(otc), set()
    obligations, contacts = [], []
    with gzip.open(otc / "otc_network.csv.gz", "rt", newline="") as file:
        for rater, ratee, value, seconds in csv.reader(file):
            one, other = f"otc-{rater}", f"otc-{ratee}"
            users |= {one, other}
            if known.get(one) and other in known:
                continue
            at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=float(seconds))
            obligations.append(Obligation(other, one, at, None, (int(value) + 10) / 20))
            contacts += [Contact(one, other, at)] if int(value) > 0 else []
    members = [(user, rid) for rid, user in enumerate(sorted(users))]
    return Facts(obligations=obligations, contacts=contacts, members=members)


def voiced(otc: Path, policy: Scheme, founders: Sequence[str], known_facts: Facts | None = None) -> float:
    """The AUC of score under this policy with these founders, in graph/rating/reference.py."""
    rated = reference.rate(known_facts or facts(otc), policy, AS_OF, founders=founders)
    return separation({entity: member.score for entity, member in rated.members.items()}, labels(otc))


def drawn(otc: Path, policy: Scheme) -> float:
    """The mean of that over draws of founders among those whom nobody has labelled."""
    kept, known = facts(otc), labels(otc)
    unlabelled = [user for user, _ in kept.members if user not in known]
    chance = random.Random(SEED)
    return fmean(voiced(otc, policy, chance.sample(unlabelled, FOUNDERS), kept) for _ in range(DRAWS))


def run(database: Database, otc: Path) -> None:
    if not otc.is_dir():
        print(f"held-view check: skipped, {otc.name} is not beside the project")
        return
    shipped = scheme.read("trading")
    policy = without_voices(shipped)
    report(
        f"Bitcoin OTC, held-view check without voices: AUC of score, benign against fraud "
        f"(shipped share {policy.circle.share})",
        ("share", "AUC"),
        [(str(share), f"{value:.4f}") for share, value in measure(database, otc, policy).items()],
    )
    report(
        f"the same with voices, at the shipped share ({DRAWS} draws of {FOUNDERS} founders whom nobody labelled)",
        ("founders", "AUC"),
        [
            ("none: everybody is heard in full", f"{voiced(otc, policy, ()):.4f}"),
            (f"{FIRST}, the marketplace's own", f"{voiced(otc, with_founders(shipped, 1), [FIRST]):.4f}"),
            (f"{FOUNDERS} drawn, mean", f"{drawn(otc, shipped):.4f}"),
        ],
    )
