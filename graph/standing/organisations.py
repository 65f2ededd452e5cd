"""Organisations under their registered numbers; a sole trader is a person, and is found nowhere here."""

from dataclasses import dataclass

from graph.errors import NotFound, Refused
from graph.facts.registered_numbers import standard_number
from graph.store.client import Database


@dataclass(frozen=True)
class Organisation:
    """What is public of an organisation."""

    id: str
    name: str | None
    uscc: str | None
    "unified social credit code"
    lei: str | None
    "legal entity identifier"


def find(database: Database, number: str) -> Organisation:
    """The organisation with this unified social credit code or legal entity identifier.

    Raises ParameterError (the number does not hold), NotFound, Refused (several have been loaded with it).
    """
    standard = standard_number(number)
    rows = database.run("organisation", number=standard)
    if not rows:
        raise NotFound(f"no organisation is known under {standard}")
    if len(rows) > 1:
        raise Refused(f"{len(rows)} organisations were loaded with the number {standard}: only one can have it")
    return Organisation(**rows[0])
