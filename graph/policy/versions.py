"""What changed from each version of a policy to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.policy.publishing import Published
from graph.policy.scheme import Scheme, parse
from graph.policy.wording import figures, values
from graph.store.client import Database, utc


@dataclass(frozen=True)
class Change:
    """One number or text that is another now; None: it was, or is, not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Version:
    """One published version, and what it changed."""

    version: str
    hash: str
    first: datetime | None
    "the instant of the first run that used it; None: no run did"
    known: bool
    "whether its text is kept: without a run that used the version, it goes with the next version"
    since: str | None
    "the version that it is compared with, the last known one before; None: there is none"
    changes: tuple[Change, ...]


def versions(database: Database, published: Published) -> list[Version]:
    """Every version that was published, the newest first."""
    kept = {(row["version"], row["hash"]): row for row in database.run("policy_texts", scheme=published.scheme.id)}
    found: list[Version] = []
    before: Scheme | None = None
    for version, content in (each.split(" ", 1) for each in published.versions):
        row = kept.get((version, content))
        scheme = parse(row["policy"], f"scheme {published.scheme.id}") if row else None
        found.append(
            Version(
                version=version,
                hash=content,
                first=utc(row["first"]) if row and row["first"] else None,
                known=scheme is not None,
                since=before.version if before and scheme else None,
                changes=tuple(changes(before, scheme)) if before and scheme else (),
            )
        )
        before = scheme or before
    return found[::-1]


def changes(before: Scheme, after: Scheme) -> Sequence[Change]:
    """Every number and text that differs, in the order of the later policy, and then what is gone."""
    old, new = _told(before), _told(after)
    return [
        Change(name, old.get(name), new.get(name)) for name in {**new, **old} if old.get(name) != new.get(name)
    ]


def _told(scheme: Scheme) -> dict[str, str]:
    told = {each.name: each.value for each in figures(scheme)}
    for factor, categories in values(scheme).items():
        told |= {f"{factor}, worth of {each.category}": each.value for each in categories}
    return told
