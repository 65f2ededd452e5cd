"""The circle of one member: its contacts, the weight of each, and the circle ties among them."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from graph import model
from graph.analysis import frames
from graph.analysis.frames import Reader
from graph.analysis.plots.paper import DARK, GREY, INK, LIGHT, colours, paper, short
from graph.analysis.plots.source import Source, source_of
from graph.model import OpenRating
from graph.policy import scheme
from graph.policy.scheme import NEW, Band
from graph.rating import published
from graph.store.client import Database
from graph.text.counts import counted

WHAT = "plot circle"
LEFT = "has left"


@dataclass(frozen=True)
class Contact:
    """One contact as the rating used it. entity: '' where it has left since."""

    entity: str
    weight: float
    points: int
    "of the score that was used"
    band: str
    supplies: int
    "whole points of the member's rating that come from here, as `innercircle explain` has them"


@dataclass(frozen=True)
class Circle:
    """One member's circle, in order of the contacts' ids; inside: (contact, its contact) where both are in it."""

    source: Source
    bands: tuple[Band, ...]
    entity: str
    points: int
    band: str
    share: float
    contacts: tuple[Contact, ...]
    inside: tuple[tuple[str, str], ...]


def circle(database: Database, scheme_id: str, entity: str, *, by: Reader) -> Circle:
    """The member's circle as its rating used it; the reads of the member and its contacts are on record.

    Raises NotFound (no such member, or not rated yet), StoreConflict, NotRecorded.
    """
    opened = published.open_rating(database, entity, scheme_id)
    source, policy = source_of(database, opened.run)
    contacts = sorted(opened.circle, key=lambda each: (each.entity == "", each.entity))
    names = {each.rid: each.entity for each in contacts if each.entity}
    rows = database.run("circles", scheme=scheme_id, rids=sorted(names))
    inside = sorted((names[row["rid"]], names[rid]) for row in rows for rid in row["circle"] or () if rid in names)
    known = published.lookup(database, sorted(names.values()), scheme_id)
    new = {each.entity for each in known if each.band == NEW.name}
    frames.record(database, scheme_id, [entity, *names.values()], by=by, what=WHAT)
    return Circle(
        source=source,
        bands=policy.all_bands,
        entity=entity,
        points=opened.whole_points,
        band=opened.band,
        share=policy.circle.share,
        contacts=tuple(
            Contact(
                each.entity,
                each.weight,
                scheme.whole(scheme.points_of(each.used)),
                NEW.name if each.entity in new else policy.band_of_points(scheme.points_of(each.used)).name,
                _supplied(opened, each, policy.circle.share),
            )
            for each in contacts
        ),
        inside=tuple(inside),
    )


def _supplied(opened: OpenRating, contact: model.Contact, share: float) -> int:
    """The whole points of the contact's line; of contacts that have left, the line with as many points."""
    points = scheme.POINTS_RANGE * share * contact.weight * contact.used
    lines = [part for part in opened.parts if (part.source, part.name) == ("contact", contact.entity)]
    return min(lines, key=lambda part: abs(part.points - points)).whole


def draw_circle(found: Circle) -> Figure:
    """The member in the middle, its contacts around it in order of id; the thicker a line, the more it weighs."""
    supplies = sum(each.supplies for each in found.contacts)
    about = (
        f"{counted(found.points, 'points')}, {found.band}; {supplies} of them from the circle of "
        f"{len(found.contacts)}. The thicker a line, the more the contact weighs;\n"
        "below each name is its weight, and the points that it supplies. "
        "Thin lines: contacts who have each other in their circles."
    )
    with paper(
        f"The circle of {found.entity} in {found.source.scheme}", about, found.source, inches=(8.0, 7.2)
    ) as (
        figure,
        axes,
    ):
        shades = colours(found.bands)
        count = len(found.contacts)
        angles = [math.pi / 2 - 2 * math.pi * place / max(count, 1) for place in range(count)]
        places = [(math.cos(angle), math.sin(angle)) for angle in angles]
        named = {each.entity: place for each, place in zip(found.contacts, places, strict=True)}
        for one, other in found.inside:
            axes.plot(*zip(named[one], named[other], strict=True), color="#a8a8a8", linewidth=0.8, zorder=1)
        heaviest = max((each.weight for each in found.contacts), default=1.0)
        size, node = (8.0, 260) if count <= 16 else (6.0, 140) if count <= 40 else (4.5, 60)
        for each, angle, (x, y) in zip(found.contacts, angles, places, strict=True):
            axes.plot((0, x), (0, y), color=GREY, linewidth=0.5 + 6 * each.weight / heaviest, zorder=2)
            axes.scatter(
                [x], [y], s=node, color=shades[each.band] if each.entity else LIGHT, edgecolor=INK, zorder=3
            )
            axes.text(
                1.1 * math.cos(angle),
                1.1 * math.sin(angle),
                f"{short(each.entity or LEFT, 28)}, {each.band}\n{each.weight:.0%}: "
                f"{counted(each.supplies, 'points')}",
                ha="left" if x > 0.2 else "right" if x < -0.2 else "center",
                va="bottom" if y > 0.8 else "top" if y < -0.8 else "center",
                fontsize=size,
            )
        axes.scatter([0], [0], s=900, color=shades[found.band], edgecolor=INK, linewidth=1.5, zorder=4)
        axes.text(0, 0, str(found.points), ha="center", va="center", fontweight="bold", zorder=5).set_color(
            "white" if shades[found.band] in DARK else INK
        )
        axes.set(xlim=(-1.75, 1.75), ylim=(-1.3, 1.3), aspect="equal")
        axes.set_axis_off()
        axes.legend(
            handles=[
                Line2D(
                    [],
                    [],
                    linestyle="none",
                    marker="o",
                    markersize=8,
                    color=shades[band.name],
                    markeredgecolor=INK,
                )
                for band in found.bands
            ],
            labels=[
                band.name if band == NEW else f"{band.name}, from {band.from_points:g}" for band in found.bands
            ],
            loc="lower center",
            bbox_to_anchor=(0.53, -0.09),
            ncols=min(6, len(found.bands)),
            frameon=False,
            fontsize=7.5,
            handletextpad=0.2,
            columnspacing=1.0,
        )
        return figure
