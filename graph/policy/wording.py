"""A policy in words: short sentences for those who are rated, every number, and what its categories are worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.policy.numbers import number, percent, points
from graph.policy.scheme import HIGHEST_POINTS, NEW, Band, CategoryFactor, Factor, ObligationsFactor, Scheme, Voice
from graph.text.counts import counted

FACTS = {"obligations": "what members owe", "purchases": "what members buy", "visits": "the sites they visit"}
ONE, MANY = (
    {"obligations": "debt", "purchases": "purchase", "visits": "visit", "contacts": "day of contact"},
    {"obligations": "debts", "purchases": "purchases", "visits": "visits", "contacts": "contacts"},
)


@dataclass(frozen=True)
class Section:
    """Sentences under one heading; `listed` are texts of the policy itself, which stand after the first."""

    heading: str
    sentences: tuple[str, ...]
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One number of the policy by its name in words, and the key that it has in the policy file."""

    key: str
    name: str
    value: str


@dataclass(frozen=True)
class Value:
    """What a category of goods or sites is worth."""

    category: str
    value: str


def sections(scheme: Scheme) -> list[Section]:
    """The policy in sentences, in the order of a new reader's questions."""
    return [
        Section("What it is for", ("A rating may be used for this, and for nothing else:",), scheme.purpose),
        *(
            Section(f"What counts: {FACTS[name]}", tuple(_factor(name, factor)))
            for name, factor in _factors(scheme)
        ),
        Section("What counts: the circle", tuple(_circle(scheme))),
        *((Section("Whose word counts", tuple(_voice(scheme.voice))),) if scheme.voice else ()),
        *([Section("Who is new", tuple(_new(scheme)))] if scheme.known_from is not None else []),
        Section("Who may join, and who may look", tuple(_access(scheme))),
        Section("How long facts are kept", tuple(_retention(scheme))),
    ]


def _factors(scheme: Scheme) -> Sequence[tuple[str, Factor]]:
    return list(scheme.factors.named().items())


def _factor(name: str, factor: Factor) -> Iterator[str]:
    yield f"This makes up {percent(factor.weight)} of what a member's own conduct is worth."
    if isinstance(factor, ObligationsFactor):
        late = factor.late_days
        yield "A debt that is paid on time is worth 1."
        yield f"Each day late takes away one part in {late:,}." if late > 1 else "One day late, it is worth 0."
        if late > 1:
            yield f"From {counted(late, 'days')} late on it is worth 0, and so is a debt that is never paid."
        yield "A debt that is not due yet does not count."
        yield from _caps(factor)
    else:
        yield "Each kind has a worth from 0 to 1. The table below lists them all."
        yield "A kind that is not in the table does not count."
    yield _ageing(ONE[name], factor.half_life_days)
    yield f"As long as little is known, the scheme assumes a worth of {number(factor.prior)}."
    yield f"That guess has the weight of {number(factor.prior_weight)} new {MANY[name]}."


def _caps(factor: ObligationsFactor) -> Iterator[str]:
    for most, span in ((factor.partner_month, "month"), (factor.partner_year, "year")):
        if most is not None:
            yield f"All debts to one partner in one {span} weigh no more than {number(most)} together."


def _ageing(what: str, half_life_days: float | None) -> str:
    if half_life_days is None:
        return f"A {what} counts as much as ever, however old it is."
    return f"A {what} counts half as much when it is {counted(number(half_life_days), 'days')} old."


def _circle(scheme: Scheme) -> Iterator[str]:
    circle = scheme.circle
    if not circle.size:
        yield "There is no circle in this scheme. Only a member's own conduct counts."
        return
    many = f"the {circle.size} members" if circle.size > 1 else "the member"
    yield f"The circle of a member is {many} with whom it is most in touch."
    yield "It takes two: each side must have got in touch with the other."
    yield "Many days of contact count more than few. How often on one day does not matter."
    yield _ageing(ONE["contacts"], circle.half_life_days)
    if circle.share:
        yield f"Up to {percent(circle.share)} of a score comes from the scores of the circle."
        yield "The rest is the member's own conduct."
        yield "A member without a circle is rated by own conduct only."
    else:
        yield "The circle is shown, and adds nothing to the score."


def _voice(voice: Voice) -> Iterator[str]:
    yield "What a report is worth depends on who makes it."
    yield "Some members are founders. Their reports count in full."
    yield f"The scheme rates nobody with less than {counted(voice.founders_at_least, 'founders')}."
    yield "A member who kept its word to a founder gets a voice by that."
    yield "It can pass on a part of it in the same way."
    yield "So reports of made-up members, who only praise each other, count for nothing."
    yield "A report counts in full, for three quarters, for half, for a quarter, or not at all."
    said = {0.0: "do not count", 1.0: "count in full"}.get(voice.outside, f"count {percent(voice.outside)}")
    yield f"Reports of those who have not joined {said}."
    yield "A contact in the circle counts as much as its voice does."
    yield "How many founders there are is public. Who they are is not."


def _new(scheme: Scheme) -> Iterator[str]:
    yield "A rating that rests on few facts says little."
    yield f"So a member is {NEW.name} until facts with the weight of {number(scheme.known_from or 0)} count."
    yield "A fact of today has the weight 1. What the circle adds is no fact of the member's own."
    yield f"A member who is {NEW.name} sees its points. A client is told that it is {NEW.name}, and no points."


def _access(scheme: Scheme) -> Iterator[str]:
    age = scheme.access.minimum_age
    yield "Nobody who has not joined the scheme is in it."
    if age is None:
        yield "There is no limit of age."
    else:
        yield f"A person must be at least {counted(age, 'years')} old to join."
    yield "Every member may see its own rating, and each part of it."
    yield "A client may see it only with that member's leave, and only for one of the uses above."
    if scheme.access.open_organisations:
        yield "The ratings of firms are open to every client of the scheme. One person's firm counts as a person."


def _retention(scheme: Scheme) -> Iterator[str]:
    kept = {kind: scheme.retention.days(kind) for kind in MANY}
    for kind, days in kept.items():
        if days is not None:
            yield f"This scheme needs {MANY[kind]} for {counted(number(days), 'days')}."
    rest = [MANY[kind] for kind, days in kept.items() if days is None and kind in scheme.uses()]
    if rest:
        yield f"It sets no limit for {_listed(rest)}."
    yield "A member who leaves has no rating any more."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def values(scheme: Scheme) -> dict[str, list[Value]]:
    """What categories are worth, by what the factor is called in words, with the most worth first."""
    return {
        MANY[name].capitalize(): [
            Value(category, number(worth))
            for category, worth in sorted(factor.values.items(), key=lambda item: (-item[1], item[0]))
        ]
        for name, factor in _factors(scheme)
        if isinstance(factor, CategoryFactor)
    }


def figures(scheme: Scheme) -> list[Figure]:
    """Every number and text of the policy but the values of categories and the notice's text, in its own order."""
    return [
        Figure("title", "Title", scheme.title),
        *(Figure(f"purpose.{n}", f"Use {n}", f"for {text}") for n, text in enumerate(scheme.purpose, 1)),
        Figure("operator", "Who runs it", scheme.operator),
        Figure("notice", "Text that members agree to", f"version {scheme.notice.version}"),
        *(each for name, factor in _factors(scheme) for each in _of_factor(name, factor)),
        Figure("circle.size", "Members in a circle, at most", f"{scheme.circle.size}"),
        Figure("circle.share", "Share of the circle, at most", percent(scheme.circle.share)),
        Figure("circle.half_life_days", "Half-life of contact", _days(scheme.circle.half_life_days)),
        *_of_voice(scheme.voice),
        Figure("solver.tolerance", "Error of a score, at most", number(scheme.solver.tolerance)),
        Figure("solver.max_sweeps", "Sweeps, at most", f"{scheme.solver.max_sweeps:,}"),
        *(Figure(f"bands.{band.name}", f"Band {band.name}", told) for band, told in ranges(scheme)),
        Figure("known_from", "Facts that must count, or a member is new", _facts(scheme.known_from)),
        Figure("access.minimum_age", "Age for joining, at least", _years(scheme.access.minimum_age)),
        Figure(
            "access.open_organisations",
            "Ratings of firms open to clients",
            "yes" if scheme.access.open_organisations else "no",
        ),
        *(
            Figure(
                f"retention.{kind}_days", f"Days that {MANY[kind]} are kept", _days(scheme.retention.days(kind))
            )
            for kind in MANY
        ),
    ]


def _of_factor(name: str, factor: Factor) -> Iterator[Figure]:
    what, key = MANY[name].capitalize(), f"factors.{name}"
    yield Figure(f"{key}.weight", f"{what}, weight", percent(factor.weight))
    yield Figure(f"{key}.prior", f"{what}, worth that is assumed", number(factor.prior))
    yield Figure(f"{key}.prior_weight", f"{what}, weight of that guess", number(factor.prior_weight))
    yield Figure(f"{key}.half_life_days", f"{what}, half-life", _days(factor.half_life_days))
    if isinstance(factor, ObligationsFactor):
        yield Figure(f"{key}.late_days", f"{what}, days late that are worth 0", f"{factor.late_days:,}")
        yield Figure(f"{key}.partner_month", f"{what}, with one partner in a month", _cap(factor.partner_month))
        yield Figure(f"{key}.partner_year", f"{what}, with one partner in a year", _cap(factor.partner_year))


def _of_voice(voice: Voice | None) -> Iterator[Figure]:
    if voice is None:
        return
    yield Figure("voice.pass", "Voice that is passed on", percent(voice.passed_on))
    yield Figure("voice.full", "Reach of those who speak in full", percent(voice.full))
    yield Figure("voice.outside", "Voice of those who have not joined", number(voice.outside))
    yield Figure("voice.founders_at_least", "Founders, at least", f"{voice.founders_at_least:,}")


def _cap(most: float | None) -> str:
    return "no limit" if most is None else f"weigh {number(most)} at most"


def ranges(scheme: Scheme) -> list[tuple[Band, str]]:
    """Each band with its whole points, the lowest first: `350 to 549`."""
    ends = [*(band.from_points for band in scheme.bands[1:]), HIGHEST_POINTS]
    return [(band, points(band.from_points, end)) for band, end in zip(scheme.bands, ends, strict=True)]


def _days(days: float | None) -> str:
    return "none" if days is None else counted(number(days), "days")


def _facts(evidence: float | None) -> str:
    return "none" if evidence is None else counted(number(evidence), "facts")


def _years(years: int | None) -> str:
    return "none" if years is None else counted(years, "years")
