"""The tables of a snapshot, and its manifest: written beside a store, and read where there is none.

A rid is a member's number in the scheme. Days are whole days since 1970, in UTC. There are no ids and no names.
"""

import hashlib
from datetime import datetime

import msgspec

from graph.errors import RecordError, SchemeInvalid
from graph.policy.scheme import CategoryFactor, Scheme, parse

FORMAT = 1
"Of this layout. Another number is another layout."
MANIFEST = "manifest.json"

KINDS = ("person", "organisation", "sole trader")
"Of an entity; the table of members has their places here."

_OF_CATEGORY = {"member": "int", "day": "int", "category": "smallint", "aside": "tinyint"}
TABLES: dict[str, dict[str, str]] = {
    "members": {"rid": "int", "kind": "tinyint", "offset": "double"},
    "founders": {"rid": "int"},
    "obligations": {
        "debtor": "int",
        "partner": "int",
        "reporter": "int",
        "due": "int",
        "settled": "int",
        "late": "int",
        "outcome": "double",
        "aside": "tinyint",
    },
    "purchases": _OF_CATEGORY,
    "visits": _OF_CATEGORY,
    "contacts": {"source": "int", "target": "int", "day": "int"},
    "contacts_in_dispute": {
        "source": "int",
        "target": "int",
        "day": "int",
        "by_source": "boolean",
        "by_target": "boolean",
    },
    "pauses": {"member": "int", "other": "int"},
}
"The columns of each table, with their types as Spark's DDL names them. docs/scale.md says what they mean."


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of Parquet."""

    name: str
    "below the directory, such as contacts/part-00000.parquet"
    rows: int
    bytes: int
    sha256: str


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rows: int
    files: list[File]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a snapshot is: no person can be told from it."""

    format: int
    snapshot: str
    "its number, drawn at random"
    taken: str
    "when reading began, by the server's clock, in UTC"
    software: str
    server: str
    as_of: str
    "the midnight that ends the last day that counts"
    version: str
    "of the policy, as the next two"
    hash: str
    policy: str
    range: int
    "the largest rid + 1"
    members: int
    "when reading began"
    tables: dict[str, Table]

    @property
    def scheme(self) -> Scheme:
        """The policy. Raises RecordError where its text is not what the hash says."""
        try:
            scheme = parse(self.policy, MANIFEST)
        except SchemeInvalid as error:
            raise RecordError(f"its policy does not hold: {error}", file=MANIFEST) from error
        if (scheme.hash, scheme.version) != (self.hash, self.version):
            raise RecordError(
                "its policy is not the one that its hash says: take the snapshot again", file=MANIFEST
            )
        return scheme


RATINGS = "ratings"
"The directory in that of a snapshot that ratings made from it come into, with a manifest of their own."
CIRCLE = {
    "contact": "int",
    "weight": "double",
    "strength": "double",
    "days": "int",
    "last": "int",
    "used": "double",
    "veil": "double",
    "seen": "double",
}
"What a rating has of each contact of the circle, by the contact's rid."


class Ratings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What made the ratings of a directory, and from what."""

    format: int
    snapshot: str
    "its number, and the SHA-256 of its manifest"
    snapshot_sha256: str
    engine: str
    software: str
    spark: str
    java: str
    as_of: str
    hash: str
    "of the policy"
    factors: list[str]
    "in the order in which a rating has their rates and evidences"
    sweeps: int
    bound: float
    members: int
    ties: int
    leaning: list[int]
    "members whose rating leans on reporters without a voice, on one partner, on one month"
    table: Table


def encoded(manifest: msgspec.Struct) -> bytes:
    """As JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decoded(content: bytes, place: str) -> Manifest:
    """The manifest of these bytes; `place` names the file in errors. Raises RecordError."""
    try:
        said = msgspec.json.decode(content)
        form = said["format"]
    except (msgspec.DecodeError, TypeError, KeyError) as error:
        raise RecordError("it is no manifest of a snapshot: take the snapshot again", file=place) from error
    if form != FORMAT:
        raise RecordError(
            f"it has format {form!r}, and this version of innercircle reads {FORMAT}: take the snapshot again "
            "with this version, or rate it with the one that took it",
            file=place,
        )
    try:
        manifest = msgspec.convert(said, Manifest)
    except msgspec.ValidationError as error:
        raise RecordError(f"it is not as a snapshot has it: {error}", file=place) from error
    if sorted(manifest.tables) != sorted(TABLES):
        raise RecordError(f"it has the tables {', '.join(manifest.tables)}, and not all", file=place)
    for name, table in manifest.tables.items():
        for file in table.files:
            if not file.name.startswith(f"{name}/") or "/" in file.name[len(name) + 1 :] or ".." in file.name:
                raise RecordError(f"{file.name!r} is no file of the table {name}", file=place)
    try:
        naive = [each for each in (midnight(manifest), taken(manifest)) if each.tzinfo is None]
    except ValueError as error:
        raise RecordError(f"it has no instants: {error}", file=place) from error
    if naive:
        raise RecordError(f"it has an instant without a zone: {naive[0]}", file=place)
    return manifest


def decoded_ratings(content: bytes, place: str) -> Ratings:
    """The same of the manifest of ratings. Raises RecordError."""
    try:
        form = msgspec.json.decode(content)["format"]
    except (msgspec.DecodeError, TypeError, KeyError) as error:
        raise RecordError("it is no manifest of ratings: rate the snapshot again", file=place) from error
    if form != FORMAT:
        raise RecordError(
            f"it has format {form!r}, and this version of innercircle reads {FORMAT}: rate the snapshot again",
            file=place,
        )
    try:
        made = msgspec.json.decode(content, type=Ratings)
    except msgspec.ValidationError as error:
        raise RecordError(f"it is not as ratings have it: {error}", file=place) from error
    for file in made.table.files:
        if "/" in file.name or file.name.startswith("."):
            raise RecordError(f"{file.name!r} is no file of ratings", file=place)
    return made


def midnight(manifest: Manifest) -> datetime:
    """The instant at which the scheme is rated."""
    return datetime.fromisoformat(manifest.as_of)


def taken(manifest: Manifest) -> datetime:
    """When reading began, by the server's clock."""
    return datetime.fromisoformat(manifest.taken)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def categories(factor: CategoryFactor) -> list[str]:
    """The categories that the policy values, in the order in which a snapshot numbers them."""
    return sorted(factor.values)
