"""The command that says what a rating would be if something had been otherwise, and what would lift it."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, print_json, print_table, print_text
from graph.cli.reading import PANEL, open_database, print_reserve, rating_now
from graph.cli.recording import OPERATION, Purpose, record_reads
from graph.errors import ParameterError
from graph.facts.kinds import FactKind
from graph.text.counts import counted
from graph.text.days import day, last_day

if TYPE_CHECKING:
    from graph.explain.what_if import Change, Lift, UnderPolicy, WhatIf
    from graph.store.client import Database


class Began(StrEnum):
    BOTH = "both"
    SELF = "self"
    OTHER = "other"


@app.command("what-if", rich_help_panel=PANEL)
def what_if(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    scheme: Annotated[str, typer.Option(help="The scheme whose rating is asked about.")],
    without_contact: Annotated[
        str | None, typer.Option(help="As if there had been no contact with this entity.", callback=as_kept)
    ] = None,
    settled: Annotated[
        str | None,
        typer.Option(metavar="OBLIGATION=DATE", help="As if it had been settled on that day.", callback=as_kept),
    ] = None,
    removed: Annotated[str | None, typer.Option(help="As if this fact did not count.", callback=as_kept)] = None,
    kind: Annotated[FactKind | None, typer.Option(help="Of the fact, where two have its id.")] = None,
    contact_day: Annotated[
        str | None,
        typer.Option(metavar="ENTITY=DATE", help="As if they had been in contact on that day.", callback=as_kept),
    ] = None,
    began: Annotated[Began, typer.Option(help="Who began that contact.")] = Began.BOTH,
    policy: Annotated[
        str | None, typer.Option(help="As if everyone were rated by this policy: a .toml file, or a version.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(help="As if the circle could supply this share; 0: own conduct only.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="The fewest payments that lift it one band.")] = False,
    purpose: Purpose = OPERATION,
    json: Json = False,
) -> None:
    """Show what a rating would be if one thing had been otherwise. Nothing is changed; the read is recorded."""
    from graph.explain import what_if

    questions: list[tuple[object, Callable[[Database], Change]]] = [
        (without_contact, lambda _: what_if.WithoutContact(without_contact or "")),
        (settled, lambda _: what_if.Settled(*_dated("--settled", settled or ""))),
        (removed, lambda _: what_if.Removed(removed or "", kind)),
        (contact_day, lambda _: what_if.NewContactDay(*_dated("--contact-day", contact_day or ""), began.value)),
        (policy, lambda database: _policy(database, scheme, policy or "")),
        (share, lambda database: what_if.under_share(database, entity, scheme, share or 0.0)),
    ]
    asked = [question for value, question in questions if value is not None]
    if len(asked) + lift != 1:
        raise ParameterError(
            "ask one thing at a time: --without-contact, --settled, --removed, --contact-day, --policy, --share "
            "or --lift"
        )
    with open_database() as database:
        found = (
            what_if.lift(database, entity, scheme)
            if lift
            else what_if.what_if(database, entity, scheme, asked[0](database))
        )
        record_reads(database, scheme, [entity], what="what-if", purpose=purpose)
        rated = rating_now(database, entity, scheme)
    if json:
        print_json(found)
        return
    if isinstance(found, what_if.Lift):
        print_lift(found)
    else:
        print_what_if(found)
    print_reserve(rated)


def _dated(option: str, text: str) -> tuple[str, date]:
    """(id, day) of `o-1=2026-06-30`; an id may hold a `=` itself."""
    name, _, day = text.rpartition("=")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        found = None
    if not name or found is None:
        raise ParameterError(f"{option} takes an id and a day, such as o-1=2026-06-30, and not {text!r}")
    return name, found


def _policy(database: "Database", scheme: str, file_or_version: str) -> "UnderPolicy":
    from graph.explain import what_if
    from graph.policy import categories
    from graph.policy.scheme import read
    from graph.settings import Settings

    if file_or_version.endswith(".toml"):
        known = categories.read(Settings.load().categories)
        return what_if.UnderPolicy(read(file_or_version, known), f"as in {file_or_version}")
    return what_if.under_version(database, scheme, file_or_version)


def print_what_if(found: "WhatIf") -> None:
    """The parts that would change, before and after."""
    rows: list[tuple[object, ...]] = [
        (part.source, part.name, part.whole_before, part.whole_after, f"{part.after - part.before:+.3f}")
        for part in found.parts
    ]
    change = f"{found.after.points - found.before.points:+.3f}"
    rows.append(("sum", "of all parts", found.before.whole_points, found.after.whole_points, change))
    print_table(
        ("part", "from", "now", "then", "exactly"),
        rows,
        title=f"{found.entity} in {found.scheme}, as of {last_day(found.as_of)}, if {found.asked}",
    )
    then, now = found.after, found.before
    print_text(
        f"{then.whole_points} {then.band} instead of {now.whole_points} {now.band}, "
        f"to within {counted(_points(found.bound), 'points')} of a full run"
    )
    _print_stale(stale=found.stale)


def print_lift(found: "Lift") -> None:
    """The payments, or why there are none."""
    where = f"{found.entity} in {found.scheme}: {found.before.whole_points} {found.before.band}"
    if found.reason is not None:
        print_text(f"{where}; nothing lifts it at once: {found.reason}")
    else:
        print_table(
            ("settle", "owed to", "due", "on"),
            [
                (each.obligation, each.creditor, day(each.due, each.zone), day(each.settled))
                for each in found.payments
            ],
            title=where,
        )
        print_text(f"{found.after.whole_points} {found.after.band} then; no fewer payments do")
    _print_stale(stale=found.stale)


def _points(bound: float) -> str:
    from graph.policy.scheme import POINTS_RANGE

    return f"{POINTS_RANGE * bound:.2g}"


def _print_stale(*, stale: bool) -> None:
    if stale:
        print_text("facts are newer than this rating: the next run settles what they change")
