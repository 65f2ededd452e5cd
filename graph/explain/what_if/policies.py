"""Which policy a question means, and a question in words."""

import msgspec

from graph.errors import NotFound, ParameterError
from graph.explain.what_if.changes import Change, NewContactDay, Removed, Settled, UnderPolicy, WithoutContact
from graph.policy.scheme import Circle, parse
from graph.rating import published
from graph.rating.runs import policy_of_run
from graph.store.client import Database


def under_version(database: Database, scheme_id: str, version: str) -> UnderPolicy:
    """The change to this version of the scheme's policy: the published one, or one that a run used.

    Raises NotFound.
    """
    row = database.optional("policy_version", scheme=scheme_id, version=version)
    if row is None:
        raise NotFound(f"{scheme_id!r} has no version {version!r} that is published now or that a run has used")
    return UnderPolicy(parse(row["policy"], f"scheme {scheme_id} {version}"), f"version {version}")


def under_share(database: Database, entity: str, scheme_id: str, share: float) -> UnderPolicy:
    """The change to the policy that the entity's rating was made with, but for its share; 0: own conduct only.

    Raises ParameterError for a share that no policy may have, NotFound (no such member, not rated yet).
    """
    rating = published.open_rating(database, entity, scheme_id)
    policy = policy_of_run(database, rating.run)
    circle = msgspec.structs.asdict(policy.circle) | {"share": share}
    try:
        changed = msgspec.convert(circle, Circle)
    except msgspec.ValidationError as error:
        raise ParameterError(f"a share is from 0 to 0.5, not {share:g}") from error
    return UnderPolicy(msgspec.structs.replace(policy, circle=changed), f"share {share:g}")


def in_words(change: Change) -> str:
    """The question, to go behind "if"."""
    match change:
        case WithoutContact(contact):
            return f"there had been no contact with {contact}"
        case Settled(obligation, day):
            return f"{obligation} had been settled on {day}"
        case Removed(fact):
            return f"{fact} did not count"
        case NewContactDay(contact, day, began):
            who = {"both": "both sides", "self": "this side", "other": f"{contact}"}[began]
            return f"there had been contact with {contact} on {day}, begun by {who}"
        case UnderPolicy(policy, name):
            return f"everyone had been rated by {policy.id} {name or f'version {policy.version}'}"
