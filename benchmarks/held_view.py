"""Does the rating say what it was not told? Bitcoin OTC, what benign users said of the labelled held back."""

import csv
import gzip
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import report
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.policy.scheme import Scheme
from graph.rating.run import rate
from graph.store.client import Database

AS_OF = datetime(2016, 2, 1, tzinfo=UTC)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)


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


def join_everyone(database: Database, scheme_: Scheme, directory: Path) -> None:
    """Every entity of the graph is a member of the scheme."""
    publishing.publish(database, scheme_)
    entities = [row["id"] for row in database.statement("MATCH (e:Entity) RETURN e.id AS id ORDER BY id")]
    file = directory / "memberships.csv"
    lines = [f"{entity},{scheme_.id},2016-01-31T00:00:00Z,{scheme_.notice.version}" for entity in entities]
    file.write_text("\n".join(["entity,scheme,at,notice", *lines]) + "\n")
    load(database, [file])


def with_share(policy: Scheme, share: float) -> Scheme:
    """The same policy under a version of its own, with another share."""
    text = policy.text.replace(f'version = "{policy.version}"', f'version = "share-{share}"', 1)
    return scheme.parse(
        text.replace(f"share = {policy.circle.share}", f"share = {share}"), f"{policy.id}, share {share}"
    )


def auc(database: Database, scheme_id: str, known: dict[str, bool]) -> float:
    """The chance that a random benign user scores above a random fraudulent one; ties count half."""
    rows = database.run("ratings", ids=[f"{scheme_id}|{entity}" for entity in known])
    scores = {row["id"].partition("|")[2]: row["score"] for row in rows}
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


def run(database: Database, otc: Path) -> None:
    if not otc.is_dir():
        print(f"held-view check: skipped, {otc.name} is not beside the project")
        return
    policy = scheme.read("trading")
    report(
        f"Bitcoin OTC, held-view check: AUC of score, benign against fraud (shipped share {policy.circle.share})",
        ("share", "AUC"),
        [(str(share), f"{value:.4f}") for share, value in measure(database, otc, policy).items()],
    )
