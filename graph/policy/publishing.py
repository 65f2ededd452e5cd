"""A scheme's policy in the graph: published, and read back as it was."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from graph.errors import NotFound, PurposeMismatch, SchemeInvalid
from graph.policy.placeholders import placeholders
from graph.policy.scheme import Scheme, parse, with_operator
from graph.store.client import Database
from graph.store.transaction import Transaction
from graph.text.plain import LONGEST_NAME, plain


@dataclass(frozen=True)
class Published:
    """A scheme as the graph has it: its present policy and its last finished run, if any."""

    scheme: Scheme
    versions: tuple[str, ...]
    "every version that was published, with the hash of what it said"
    run: str | None
    as_of: datetime | None
    founders: int | None
    "how many were in force when that run began"


def named(database: Database, scheme: Scheme, operator: str | None = None) -> Scheme:
    """The policy as it can be shown to everybody: it names its operator, and nothing is still to be written.

    operator: put in where the policy has its operator's name. None: what the policy says; where that is a
              placeholder, the name under which the scheme is published already.
    Raises SchemeInvalid for a text that is a placeholder, ParameterError for a name that is no plain text.
    """
    if operator is not None:
        scheme = with_operator(scheme, plain(operator, "operator", longest=LONGEST_NAME), scheme.id)
    elif "operator" in dict(placeholders(scheme)) and (row := database.optional("scheme", id=scheme.id)):
        known = parsed(row["policy"], scheme.id).operator
        scheme = with_operator(scheme, known, scheme.id)
    for key, text in placeholders(scheme):
        how = ": say who runs the scheme with --operator" if key == "operator" else ": write it, then publish"
        raise SchemeInvalid(f"{text!r} is still to be written{how}", file=scheme.id, key=key)
    return scheme


def publish(database: Database, scheme: Scheme) -> bool:
    """The policy is the one that the scheme's next run uses; returns whether anything changed.

    Raises SchemeInvalid when this version was published before with other content, or this notice version
    with another text: people who relied on the version, or agreed to the notice, must find what they saw.
    """
    row = database.optional("scheme", id=scheme.id)
    if row is not None:
        _keeps_its_word(scheme.version, scheme.hash, row["versions"], scheme, key="version")
        _keeps_its_word(
            scheme.notice.version, scheme.notice_id.split()[1], row["notices"], scheme, key="notice.version"
        )
        if row["hash"] == scheme.hash and row["policy"] == scheme.text:
            return False
    database.run(
        "publish_scheme",
        id=scheme.id,
        version=scheme.version,
        hash=scheme.hash,
        policy=scheme.text,
        title=scheme.title,
        notice=scheme.notice_id,
        minimum_age=scheme.access.minimum_age,
    )
    return True


def _keeps_its_word(version: str, content: str, published: list[str], scheme: Scheme, *, key: str) -> None:
    known = dict(entry.split(" ", 1) for entry in published)
    if known.get(version, content) != content:
        raise SchemeInvalid(
            f"{version!r} was published before with other content: a changed text needs a new version",
            file=scheme.id,
            key=key,
        )


def published(database: Database, scheme_id: str) -> Published:
    """The scheme as it is in the graph. Raises NotFound."""
    row = row_of(database, scheme_id, advice=": `innercircle scheme publish` publishes one")
    return Published(
        scheme=parsed(row["policy"], scheme_id),
        versions=tuple(row["versions"]),
        run=row["run"],
        as_of=row["as_of"] and row["as_of"].to_native(),
        founders=row["founders"],
    )


def row_of(source: Transaction | Database, scheme: str, *, advice: str = "") -> dict[str, Any]:
    """What cypher/policy/scheme.cypher says of a scheme. Raises NotFound, with the advice."""
    row = source.optional("scheme", id=scheme)
    if row is None:
        raise NotFound(f"no scheme {scheme!r} is published{advice}")
    return row


def policy_of(transaction: Transaction | Database, scheme: str) -> Scheme:
    """The published policy of a scheme. Raises NotFound."""
    return parsed(row_of(transaction, scheme)["policy"], scheme)


def policies(source: Transaction | Database) -> list[Scheme]:
    """The published policy of every scheme, by id."""
    return [parsed(row["policy"], row["id"]) for row in source.run("policies")]


def check_purpose(policy: Scheme, purpose: str) -> None:
    """The purpose is literally one of the policy's. Raises PurposeMismatch."""
    if purpose not in policy.purpose:
        raise PurposeMismatch(f"{purpose!r} is not a purpose of {policy.id!r}: its policy lists them")


@lru_cache(maxsize=256)
def parsed(text: str, scheme: str) -> Scheme:
    """The policy of a published text; kept, since what a text says never changes."""
    return parse(text, f"scheme {scheme}")
