"""The command that explains a rating."""

from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import PANEL, open_database, print_reserve
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.text.counts import counted
from graph.text.days import day, last_day, moment, zone_time

if TYPE_CHECKING:
    from graph.explain import Explanation, FactLine, OpenFactor, Reach, Tie
    from graph.explain.leaning import Leaning
    from graph.explain.reasons import Reasons
    from graph.model import OpenRating, Part


@app.command(rich_help_panel=PANEL)
def explain(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    scheme: Annotated[str, typer.Option(help="The scheme whose rating is explained.")],
    contact: Annotated[
        list[str] | None, typer.Option(help="Open this contact's line; once more for a contact inside it.")
    ] = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Show every fact, and every contact, in the circle or why not.")
    ] = False,
    hops: Annotated[
        bool, typer.Option("--hops", help="Show the members whose conduct reached the rating, over all hops.")
    ] = False,
    largest: Annotated[int, typer.Option(min=1, help="How many lines --hops shows at most.")] = 20,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Open a rating: where its points come from, down to single facts, and why it is not higher.

    The read is recorded, of everyone whose rating or facts are opened.
    """
    from graph import explain
    from graph.explain import reasons

    with open_database() as database:
        explained = explain.explain(database, entity, scheme, path=contact or (), facts=facts)
        reach = explain.reach(database, entity, scheme, largest=largest, facts=facts) if hops else None
        why, leaning = reasons.with_leaning(database, explained.rating)
        record_reads(database, scheme, _read(explained, reach), what="explain", purpose=purpose)
    if json:
        print_json({"explanation": explained, "reach": reach, "reasons": why, "leaning": leaning})
        return
    print_explanation(explained)
    if reach:
        _print_reach(reach)
    if not contact:
        print_reasons(why)
        print_leaning(leaning)


def _read(explained: "Explanation", reach: "Reach | None") -> set[str]:
    """All whose rating, conduct or facts are opened: the member, contacts on the path, members of --hops."""
    found = {level.rating.entity for level in explained.levels}
    if reach is not None:
        found.update(each.entity for each in reach.members)
        found.update(each.entity for each in (reach.by_fact.facts if reach.by_fact else ()))
    return found


def print_explanation(explained: "Explanation") -> None:
    """The rating's head, the sum of each level, and facts and contacts where they were asked for."""
    _print_head(explained.rating)
    _print_levels(explained)
    for factor in explained.factors or ():
        _print_facts(factor)
    if explained.contacts:
        _print_contacts(explained.contacts)


def _print_head(rating: "OpenRating") -> None:
    from graph.policy.scheme import POINTS_RANGE

    passed_on = f", re-rated {moment(rating.rerated)} after a change" if rating.rerated else ""
    print_text(
        f"{rating.entity} has {counted(rating.whole_points, 'points')} in {rating.scheme}, {rating.band}: "
        f"as of {last_day(rating.as_of)} under policy {rating.version}, by run {rating.run}{passed_on}, "
        f"exact to {counted(f'{POINTS_RANGE * rating.bound:.2g}', 'points')}"
    )
    if rating.stale:
        print_text("There are newer facts than this rating: the next run will count them.")
    print_reserve(rating)


def _print_levels(explained: "Explanation") -> None:
    """Each level as a sum; below the first, in points of the explained rating."""
    for number, level in enumerate(explained.levels):
        weights = {each.entity: f"{each.weight:.0%} of the circle" for each in level.rating.circle}
        rows = [
            (part.source, part.name, weights.get(part.name, "") if part.source == "contact" else "", part.whole)
            for part in level.parts
            if _shows(part)
        ]
        title = f"\nInside {level.rating.entity}: {level.whole} of these points" if number else None
        print_table(("part", "from", "", "points"), [*rows, ("sum", "", "", level.whole)], title=title)


def _print_facts(factor: "OpenFactor") -> None:
    shown = [fact for fact in factor.facts if fact.why is None]
    if factor.parts:
        parts = [(part.name, "", "", "", "", _signed(part.points)) for part in factor.parts if _shows(part)]
        facts = [
            (_what(fact), fact.fact, fact.age, f"{fact.weight:.2f}", f"{fact.value:.2f}", _signed(fact.points))
            for fact in shown
        ]
        print_table(
            ("fact", "id", "age in days", "weight", "value", "points"),
            [*parts, *facts, ("sum", "", "", "", "", _signed(factor.points))],
            title=f"{factor.factor}: {counted(factor.whole, 'points')}",
        )
        if any(fact.weighs for fact in shown):
            print_table(
                ("fact", "id", "weighs less"),
                [(_what(fact), fact.fact, fact.weighs) for fact in shown if fact.weighs],
                title=f"{factor.factor} that weigh less",
            )
    if len(shown) < len(factor.facts):
        print_table(
            ("fact", "id", "does not count"),
            [(_what(fact), fact.fact, fact.why) for fact in factor.facts if fact.why],
            title=f"{factor.factor} that do not count",
        )


def _what(fact: "FactLine") -> str:
    """For example: to mill, due 2026-03-01, settled 2026-03-09 in 3 payments."""
    if fact.factor != "obligations":
        return f"{fact.other} ({fact.category}), {day(fact.at)}"
    parts = f" in {counted(fact.parts, 'payments')}" if fact.parts else ""
    settled = f"settled {day(fact.settled, fact.zone)}{parts}" if fact.settled else "open"
    how = settled if fact.outcome is None else f"outcome {fact.outcome:g}"
    there = zone_time(fact.zone, fact.at, fact.settled)
    return f"to {fact.other}, due {day(fact.at, fact.zone)}, {how}{there}"


def _print_contacts(contacts: "tuple[Tie, ...]") -> None:
    print_table(
        ("in contact with", "days", "last", "strength", "in the circle"),
        [
            (
                tie.entity,
                tie.days,
                tie.last,
                "" if tie.strength is None else f"{tie.strength:.2f}",
                f"no: {tie.why}" if tie.why else "yes",
            )
            for tie in contacts
        ],
        title="contacts",
    )


def _print_reach(reach: "Reach") -> None:
    members = [(each.entity, f"{each.share:.1%}", each.whole) for each in reach.members]
    rest = [(part.name, "", part.whole) for part in reach.parts if _shows(part)]
    print_table(
        ("whose conduct", "of the rating", "points"),
        [*members, *rest, ("sum", "", reach.whole_points)],
        title=f"over all hops ({counted(reach.opened, 'members')} opened)",
    )
    if reach.by_fact:
        facts = [(each.entity, _what(each), _signed(each.points)) for each in reach.by_fact.facts]
        others = [(part.name, "", _signed(part.points)) for part in reach.by_fact.parts if abs(part.points) > 1e-6]
        print_table(
            ("whose fact", "which", "points"),
            [*facts, *others, ("sum", "", _signed(reach.points))],
            title="over all hops, by fact",
        )


def _shows(part: "Part") -> bool:
    """Whether the line is more than the noise of a sum: what has changed since is mostly nothing."""
    return part.source not in ("not-passed-on", "changed") or abs(part.points) > 1e-6


def _signed(points: float) -> str:
    return f"{points:+9.2f}"


REASON = 14
"Columns before the text of a reason."


def print_reasons(why: "Reasons") -> None:
    """Why it is not higher, and what there is to do."""
    from graph.policy.scheme import HIGHEST_POINTS

    if not why.reasons:
        return
    print_text("Why it is not higher")
    for each in why.reasons:
        print_text(f"{_lost(each.whole)}{each.sentence} [{each.code}]", indent=REASON)
        print_text(f"{' ' * REASON}{each.advice}")
    print_text(f"{_lost(why.rest_whole)}everything else up to {HIGHEST_POINTS:g}")


def print_leaning(found: "tuple[Leaning, ...]") -> None:
    """What most of it comes from, where that is one thing."""
    if found:
        print_text("What it leans on")
    for each in found:
        print_text(f"  {each.sentence} [{each.code}]", indent=2)


def _lost(points: int) -> str:
    return f"  {counted(f'{points:>3}', 'points')}".ljust(REASON)
