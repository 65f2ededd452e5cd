"""A policy file -> Scheme, checked and hashed; docs/schemes.md describes every key."""

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta, field

from graph.errors import NotFound, SchemeInvalid
from graph.policy.categories import NOT_NEUTRAL, REFUSED, Categories, refusal, shipped_categories

SHIPPED = Path(__file__).parent / "schemes"

LOWEST_POINTS = 350.0
POINTS_RANGE = 600.0
HIGHEST_POINTS = LOWEST_POINTS + POINTS_RANGE
# A score is known to about 1e-9, so its points to about 6e-7: digits beyond these are noise of the sum.
POINTS_DIGITS = 6

_ID = r"^[a-z0-9][a-z0-9-]*\Z"
_BAND = r"^[a-z]+( [a-z]+)*\Z"
_WORD = r"^\S+\Z"
_TEXT = r"\S"
_MEANING = {
    _ID: "small letters, digits and hyphens, such as own-conduct",
    _BAND: "small letters and single spaces, such as very good",
    _WORD: "one word without spaces, such as 1 or 2026-07",
    _TEXT: "text that is not blank",
}

Share = Annotated[float, Meta(ge=0, le=1)]
# Below a day, ageing by whole days means nothing; 36500 days are a century.
Days = Annotated[float, Meta(ge=1, le=36_500)]
Cap = Annotated[float, Meta(gt=0, le=1_000_000)]
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
"What a voice can be."
Word = Annotated[str, Meta(pattern=_WORD, max_length=60)]
Text = Annotated[str, Meta(pattern=_TEXT)]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Notice(_Table, frozen=True):
    """The text that a member agrees to on joining."""

    version: Word
    text: Text


class Factor(_Table, frozen=True):
    """What every factor has: its weight in conduct, and what holds where facts are few."""

    weight: Share
    prior: Share
    prior_weight: Annotated[float, Meta(gt=0, le=1_000_000)]
    half_life_days: Days | None = None


class ObligationsFactor(Factor, frozen=True, kw_only=True):
    """Obligations are valued by lateness: 1 on time, 0 at `late_days` whole days late."""

    late_days: Annotated[int, Meta(gt=0, le=36_500)]
    partner_month: Cap | None = None
    "what all of one creditor in one UTC month weigh together at most"
    partner_year: Cap | None = None
    "the same of a calendar year, after the months are held to theirs"

    @property
    def caps(self) -> bool:
        """Whether there is any."""
        return self.partner_month is not None or self.partner_year is not None


class CategoryFactor(Factor, frozen=True, kw_only=True):
    """Purchases and visits are valued by category; one without a value counts for nothing."""

    values: Annotated[dict[Text, Share], Meta(min_length=1)]


class Factors(_Table, frozen=True):
    """The factors of the policy; None where the policy has no such factor."""

    obligations: ObligationsFactor | None = None
    purchases: CategoryFactor | None = None
    visits: CategoryFactor | None = None

    def named(self) -> dict[str, Factor]:
        """The factors that the policy has, by name, always in the same order."""
        return {name: factor for name, factor in self.all().items() if factor is not None}

    def all(self) -> dict[str, Factor | None]:
        """Every factor that a policy can have, by name, in the same order."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def conduct(self, rates: Mapping[str, float]) -> float:
        """The rates of the factors as the policy weighs them."""
        return math.fsum(factor.weight * rates[name] for name, factor in self.named().items())


class Circle(_Table, frozen=True):
    """How many contacts count, what they can supply at most, and how fast a contact day ages."""

    size: Annotated[int, Meta(ge=0, le=100)]
    share: Annotated[float, Meta(ge=0, le=0.5)]
    half_life_days: Days | None = None


class Voice(_Table, frozen=True):
    """What a report is worth by who makes it: graph/rating/reference_voices.py has the law."""

    passed_on: Annotated[float, Meta(gt=0, le=1)] = field(name="pass", default=0.6)
    "what a member passes on of what reached it, to those who kept their promises to it"
    full: Annotated[float, Meta(gt=0, le=1)] = 0.8
    "the share of all reach that those hold together who speak in full"
    outside: Share = 0.0
    "the voice of a creditor who was no member at the run: one of QUARTERS, so that it tells nobody from a member"
    founders_at_least: Annotated[int, Meta(ge=1, le=10_000)] = 3
    "with fewer founders in force nobody is rated"


class Solver(_Table, frozen=True):
    """When the sweeps stop: at a `bound` of at most `tolerance`, or failing after `max_sweeps`."""

    tolerance: Annotated[float, Meta(gt=0, le=0.001)]
    max_sweeps: Annotated[int, Meta(ge=1, le=10_000)]


class Band(_Table, frozen=True):
    """A named range of points, from `from_points` up to the next band's."""

    name: Annotated[str, Meta(pattern=_BAND, max_length=60)]
    from_points: float = field(name="from")

    @property
    def label(self) -> str:
        """The node label of this band, e.g. BandVeryGood."""
        return "Band" + "".join(word.capitalize() for word in self.name.split())


NEW = Band(name="new", from_points=0.0)
"The band of a member of whom too little is known, whatever its points: below all bands that go by points."
EVIDENCE_DIGITS = 9
"Digits beyond these are noise of the sum, and decide nothing."


class Access(_Table, frozen=True):
    """The rules for joining, and for reading without a grant."""

    minimum_age: Annotated[int, Meta(ge=1, le=150)] | None = None
    "whole years that a person must have when joining; None: no limit"
    open_organisations: bool = False
    "whether clients read the ratings of organisations, but sole traders, without a grant"


AS_EVERYWHERE = Access()
"The very object of a policy without the table: what is the default is left out of the hash."


class Retention(_Table, frozen=True):
    """For how many days facts of each kind are kept; None: for good."""

    obligations_days: Days | None = None
    purchases_days: Days | None = None
    visits_days: Days | None = None
    contacts_days: Days | None = None

    def days(self, kind: str) -> float | None:
        """Those of a kind of fact, such as contacts."""
        found: float | None = getattr(self, f"{kind}_days")
        return found


FOR_GOOD = Retention()
"The very object of a policy without the table, as above."


class Policy(_Table, frozen=True):
    """What a policy file says, key by key."""

    id: Annotated[str, Meta(pattern=_ID, max_length=60)]
    version: Word
    title: Text
    purpose: Annotated[tuple[Text, ...], Meta(min_length=1)]
    operator: Text
    notice: Notice
    factors: Factors
    circle: Circle
    solver: Solver
    bands: Annotated[tuple[Band, ...], Meta(min_length=1)]
    known_from: Annotated[float, Meta(gt=0, le=1_000_000)] | None = None
    "evidence: the weight of the events that counted; a member with less is new. None: nobody is"
    access: Access = AS_EVERYWHERE
    retention: Retention = FOR_GOOD
    voice: Voice | None = None
    "None: every report counts in full, whoever makes it"

    def uses(self) -> tuple[str, ...]:
        """The kinds of facts that its ratings are made from."""
        return (*self.factors.named(), *(("contacts",) if self.circle.size else ()))


class Scheme(Policy, frozen=True, kw_only=True):
    """A policy that holds, with the file's text as it is and the hash of what it says.

    hash: SHA-256 (hex) of the policy as JSON with sorted keys, so that comments and layout do not
          change it, and every value does.
    """

    text: str
    hash: str

    @property
    def notice_id(self) -> str:
        """What a membership keeps of the notice it agreed to: version, and the text's hash."""
        return f"{self.notice.version} {_sha256(self.notice.text)[:16]}"

    @property
    def all_bands(self) -> tuple[Band, ...]:
        """Every band that a member can be in: new, where the policy has it, and then the lowest one first."""
        return self.bands if self.known_from is None else (NEW, *self.bands)

    @property
    def labels(self) -> tuple[str, ...]:
        """The band labels, in the order of all bands."""
        return tuple(band.label for band in self.all_bands)

    def knows(self, evidence: float) -> bool:
        """Whether so much evidence is enough for a band that goes by points."""
        return self.known_from is None or round(evidence, EVIDENCE_DIGITS) >= self.known_from

    def band(self, points: float, evidence: float) -> Band:
        """The band of a rating: that of its points if enough is known, else new."""
        return self.band_of_points(points) if self.knows(evidence) else NEW

    def band_of_points(self, points: float) -> Band:
        """The highest band that starts at or below these points as they are shown: whole."""
        shown = whole(points)
        return [band for band in self.bands if band.from_points <= shown][-1]


def points_of(score: float) -> float:
    """A score in [0, 1] on the scale of 350 to 950, unrounded."""
    return LOWEST_POINTS + POINTS_RANGE * score


def whole(points: float) -> int:
    """Points as they are shown: whole, halves up. The band goes by them, so that both always agree."""
    return math.floor(round(points, POINTS_DIGITS) + 0.5)


def shipped() -> list[str]:
    """The ids of the schemes that come with the software, sorted."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def read(path_or_name: str | Path, categories: Categories | None = None) -> Scheme:
    """The scheme of a policy file, or the shipped one of that id.

    A string without a separator and without `.toml` is an id.
    categories: those that a value can be given to; None: what ships.
    Raises NotFound (no such file or id), SchemeInvalid (the file does not hold).
    """
    file = Path(path_or_name)
    if isinstance(path_or_name, str) and file.name == path_or_name and file.suffix != ".toml":
        if path_or_name not in shipped():
            raise NotFound(
                f"no shipped scheme {path_or_name!r}; give a .toml file or one of {', '.join(shipped())}"
            )
        file = SHIPPED / f"{path_or_name}.toml"
    try:
        # newline="": the text is kept as it is, also from a system that ends lines differently.
        with file.open(encoding="utf-8", newline="") as stream:
            return parse(stream.read(), str(path_or_name), categories or shipped_categories())
    except UnicodeDecodeError as error:
        raise SchemeInvalid(f"not UTF-8 text: {error}", file=str(path_or_name)) from error
    except OSError as error:
        raise NotFound(f"cannot read the policy file {path_or_name}: {error.strerror}") from error


def parse(text: str, file: str, categories: Categories | None = None) -> Scheme:
    """The scheme that this policy text describes; `file` names it in errors.

    categories: those that a value can be given to; None: for a policy on record, those that there were when it was
                published. A refused one never can.
    Raises SchemeInvalid with the dotted path of the offending key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeInvalid(f"not TOML: {error}", file=file) from error
    try:
        policy = msgspec.convert(raw, Policy)
    except msgspec.ValidationError as error:
        message, key = _explain(str(error), raw)
        raise SchemeInvalid(message, file=file, key=key) from error
    for key, message in (
        *_contradictions(policy),
        *_misplaced(policy.factors, categories),
        *_taken(policy, categories),
    ):
        raise SchemeInvalid(message, file=file, key=key)
    if policy.access == AS_EVERYWHERE:
        policy = msgspec.structs.replace(policy, access=AS_EVERYWHERE)
    if policy.voice:
        policy = msgspec.structs.replace(policy, voice=_with_defaults(policy.voice))
    canonical = msgspec.json.encode(policy, order="sorted").decode()
    return Scheme(text=text, hash=_sha256(canonical), **msgspec.structs.asdict(policy))


def _with_defaults(voice: Voice) -> Voice:
    """The same, with the very objects of the defaults: what is the default is left out of the hash."""
    usual = Voice()
    return Voice(
        **{name: each for name, each in msgspec.structs.asdict(voice).items() if each != getattr(usual, name)}
    )


def with_operator(scheme: Scheme, name: str, file: str) -> Scheme:
    """The same policy, with this name where the operator's stands in its text; `file` names it in errors.

    Raises SchemeInvalid for a text in which that is no line of its own.
    """
    line = f"operator = {json.dumps(name, ensure_ascii=False)}"
    text, count = re.subn(r"^operator[ \t]*=.*$", lambda _: line, scheme.text, count=1, flags=re.MULTILINE)
    found = parse(text, file) if count else scheme
    if found.operator != name:
        raise SchemeInvalid("the name cannot be put in: write it into the file", file=file, key="operator")
    return found


def _contradictions(policy: Policy) -> list[tuple[str, str]]:
    """Faults of the policy as a whole, where each value by itself is allowed, as (key, message)."""
    found: list[tuple[str, str]] = []
    weights = [factor.weight for factor in policy.factors.named().values()]
    if not weights:
        found.append(("factors", "at least one of obligations, purchases, visits is needed"))
    elif abs(sum(weights) - 1) > 1e-9:
        found.append(("factors", f"the weights must sum to 1, not {sum(weights):.12g}"))
    if policy.voice and policy.voice.outside not in QUARTERS:
        found.append(("voice.outside", "one of 0, 0.25, 0.5, 0.75 and 1, or it would tell who has not joined"))
    if policy.voice and policy.factors.obligations is None:
        found.append(("voice", "only obligations have a reporter, and this policy has no factors.obligations"))
    if len(set(policy.purpose)) < len(policy.purpose):
        found.append(("purpose", "a purpose is given twice"))
    if policy.bands[0].from_points != LOWEST_POINTS:
        found.append(("bands[0].from", f"the first band must start at {LOWEST_POINTS:g}, the lowest points"))
    for number, (lower, band) in enumerate(pairwise(policy.bands), start=1):
        if not lower.from_points < band.from_points:
            found.append((f"bands[{number}].from", "bands must be in ascending order, each from once"))
        if not band.from_points < HIGHEST_POINTS:
            found.append(
                (f"bands[{number}].from", f"a band must start below {HIGHEST_POINTS:g}, the highest points")
            )
        if band.name in {other.name for other in policy.bands[:number]}:
            found.append((f"bands[{number}].name", f"the name {band.name!r} is given twice"))
    return found


def _misplaced(factors: Factors, categories: Categories | None) -> Iterator[tuple[str, str]]:
    """The categories that no value can be given to, as (key, message)."""
    for name, factor in factors.named().items():
        for category in factor.values if isinstance(factor, CategoryFactor) else ():
            key = f"factors.{name}.values.{category}"
            if subject := refusal(category):
                yield key, REFUSED.format(subject)
            elif categories and category not in categories.neutral:
                yield key, NOT_NEUTRAL


def _taken(policy: Policy, categories: Categories | None) -> Iterator[tuple[str, str]]:
    """The bands with a name that is taken, as (key, message).

    A policy on record that came before the name was taken still holds, unless it has that band itself.
    """
    for number, band in enumerate(policy.bands):
        if band.name == NEW.name and (categories or policy.known_from is not None):
            yield (
                f"bands[{number}].name",
                f"the name {NEW.name!r} is taken: it is the band of members with less evidence than known_from",
            )


def _explain(error: str, raw: dict[str, Any]) -> tuple[str, str]:
    """(message, dotted key) from msgspec's message, e.g. "Expected `int` > 0 - at `$.circle.size`"."""
    message, _, place = error.partition(" - at ")
    key, value = _resolve(place.removeprefix("`key` in ").strip("`"), raw)
    if named := re.fullmatch(r"Object (?:contains unknown|missing required) field `(.*)`", message):
        what = "unknown key" if "unknown" in message else "missing key"
        return what, ".".join(part for part in (key, named[1]) if part)
    for pattern, meaning in _MEANING.items():
        message = message.replace(f"matching regex {pattern!r}", f"of {meaning}")
    if place.startswith("`key` in ") or isinstance(value, dict | list):
        return message, key
    return f"{message}, got {value!r}" if ", got " not in message else message, key


def _resolve(place: str, raw: dict[str, Any]) -> tuple[str, Any]:
    """The dotted key that a path such as `$.bands[0].from` names, and its value in the file.

    msgspec writes `[...]` for a key of a table of categories: the first whose value does not hold.
    """
    key, value = "", cast(Any, raw)
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", place):
        if index and index != "...":
            key, value = f"{key}[{index}]", value[int(index)]
        else:
            inner = name or next(category for category in value if not _is_share(value[category]))
            key, value = f"{key}.{inner}" if key else inner, value[inner]
    return key, value


def _is_share(value: object) -> bool:
    try:
        msgspec.convert(value, Share)
    except msgspec.ValidationError:
        return False
    return True


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
