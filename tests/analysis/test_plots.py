"""Every picture is checked for content: what is behind it equals the database, and that is what is drawn."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from graph import explain
from graph.analysis import plots
from graph.analysis.plots import paper
from graph.analysis.plots.source import percents
from graph.errors import NotFound, NotRecorded, ParameterError, Refused, StoreConflict
from graph.facts import synthetic
from graph.policy import publishing, scheme
from graph.rating.published import open_rating
from graph.rating.run import rate
from graph.store.client import Database
from tests.commands import Run
from tests.worlds.rated_twice import BY, FORGET, MEMBERS, POLICY, rated_twice

RATINGS = """
MATCH (e:Entity)-[:JOINED]->(m:Membership {scheme: $scheme})
RETURN e.id AS entity, m.rid AS rid, m.points AS points, m.conduct AS conduct, m.circle AS circle,
       m.weights AS weights, m.used AS used, m.run AS run,
       reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']) AS evidence
ORDER BY m.rid
"""
RUN = "MATCH (s:Scheme {id: $scheme}) MATCH (r:Run {id: s.run}) RETURN properties(r) AS run"
RECORDS = (
    "MATCH (a:Access)-[:IN]->()-[:ABOUT]->(e:Entity) RETURN e.id AS entity, properties(a) AS said ORDER BY entity"
)


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    return rated_twice(database)


@pytest.fixture
def graph(community: Database) -> Database:
    """The community, before any read."""
    community.statement(FORGET)
    return community


@pytest.fixture(scope="module")
def ratings(community: Database) -> list[dict[str, Any]]:
    """Every rating, straight from the graph."""
    return community.statement(RATINGS, scheme=POLICY.id)


@pytest.fixture(scope="module")
def one(ratings: list[dict[str, Any]]) -> str:
    """The member with the largest circle."""
    found: str = max(ratings, key=lambda row: (len(row["circle"]), row["entity"]))["entity"]
    return found


def axes_of(figure: Figure) -> Any:
    (axes,) = figure.axes
    return axes


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in (*figure.texts, *axes_of(figure).texts)]


# How ratings are spread ------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_bars_are_the_members_by_whole_points(graph: Database, ratings: list[dict[str, Any]]) -> None:
    found = plots.distribution(graph, POLICY.id)
    wholes = [scheme.whole(row["points"]) for row in ratings]
    assert found.members == len(wholes) == MEMBERS
    assert (found.bars[0].start, found.bars[-1].end) == (350, 950)
    assert all(bar.end == following.start for bar, following in pairwise(found.bars))
    assert [bar.members for bar in found.bars] == [
        sum(bar.start <= whole < bar.end for whole in wholes) for bar in found.bars
    ]


def test_no_bar_is_of_fewer_than_twenty_members(graph: Database, ratings: list[dict[str, Any]]) -> None:
    found = plots.distribution(graph, POLICY.id)
    assert min(bar.members for bar in found.bars) >= 20
    fine = np.histogram([row["points"] for row in ratings], bins=range(350, 951, found.step))[0]
    assert any(0 < count < 20 for count in fine), "there was something to hide"


def test_what_is_drawn_of_the_distribution_are_its_bars(graph: Database) -> None:
    found = plots.distribution(graph, POLICY.id)
    figure = plots.draw_distribution(found)
    axes = axes_of(figure)
    drawn = axes.containers[0].patches
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in drawn] == [
        (bar.start, bar.end) for bar in found.bars
    ]
    areas = [bar.get_height() * bar.get_width() / found.step for bar in drawn]
    assert areas == pytest.approx([bar.members for bar in found.bars])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("points", "members per 25 points")
    shades = {to_hex(patch.get_facecolor()): patch for patch in axes.patches if patch not in drawn}
    edges = [(shades[c.lower()].get_x(), name) for name, c in paper.colours(POLICY.bands).items()]
    assert edges == [(band.from_points, band.name) for band in POLICY.bands]


# Ratings against own conduct ---------------------------------------------------------------------------


def test_the_boxes_are_the_quarters_of_members_alike_in_conduct(
    graph: Database, ratings: list[dict[str, Any]]
) -> None:
    """With conduct turned round, so that members in order of conduct are not in order of points."""
    turned = "MATCH (m:Membership {scheme: $scheme}) SET m.hidden = m.conduct, m.conduct = 1 - m.conduct"
    graph.statement(turned, scheme=POLICY.id)
    try:
        found = plots.conduct(graph, POLICY.id)
    finally:
        graph.statement("MATCH (m:Membership) WHERE m.hidden IS NOT NULL SET m.conduct = m.hidden REMOVE m.hidden")
    ordered = sorted(ratings, key=lambda row: (1 - row["conduct"], row["entity"]))
    sizes = [group.members for group in found.groups]
    assert sum(sizes) == MEMBERS
    assert min(sizes) >= 80, "each quarter has twenty"
    first = 0
    for group in found.groups:
        inside = ordered[first : first + group.members]
        first += group.members
        own = np.percentile([350 + 600 * (1 - row["conduct"]) for row in inside], [25, 50, 75])
        points = np.percentile([row["points"] for row in inside], [25, 50, 75])
        assert group.own == tuple(scheme.whole(each) for each in own)
        assert group.points == tuple(scheme.whole(each) for each in points)


def test_what_is_drawn_of_conduct_are_its_boxes(graph: Database) -> None:
    found = plots.conduct(graph, POLICY.id)
    axes = axes_of(plots.draw_conduct(found))
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [
        (box.get_x(), box.get_x() + box.get_width(), box.get_y(), box.get_y() + box.get_height()) for box in boxes
    ] == [(group.own[0], group.own[2], group.points[0], group.points[2]) for group in found.groups]
    middles = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert [tuple(each) for each in middles] == [(group.own[1], group.points[1]) for group in found.groups]


# What the share does ----------------------------------------------------------------------------------


def solved(ratings: list[dict[str, Any]], share: float) -> list[float]:
    """Points at this share, by solving s = (1 - share) b + share W s."""
    place = {row["rid"]: number for number, row in enumerate(ratings)}
    weights = np.zeros((len(ratings), len(ratings)))
    for number, row in enumerate(ratings):
        for rid, weight in zip(row["circle"], row["weights"], strict=True):
            weights[number, place[rid]] = weight
        if not row["circle"]:
            weights[number, number] = 1.0
    own = np.array([row["conduct"] for row in ratings])
    scores = np.linalg.solve(np.eye(len(own)) - share * weights, (1 - share) * own)
    return [350 + 600 * score for score in scores]


def test_the_quantiles_by_share_are_those_of_all_ratings_made_with_it(
    graph: Database, ratings: list[dict[str, Any]]
) -> None:
    found = plots.share(graph, POLICY.id)
    assert (found.shares[0], found.shares[-1], found.members) == (0.0, 0.5, MEMBERS)
    assert {0.1, 0.2, 0.3, 0.4} <= set(found.shares)
    assert [each.percent for each in found.quantiles] == [25, 50, 75], "20 of 260 are on either side"
    for place, share in enumerate(found.shares):
        expected = np.percentile(solved(ratings, share), [25, 50, 75])
        assert [each.points[place] for each in found.quantiles] == [scheme.whole(each) for each in expected]
    published = np.percentile([row["points"] for row in ratings], [25, 50, 75])
    own = found.shares.index(found.share)
    assert [each.points[own] for each in found.quantiles] == [scheme.whole(each) for each in published]


def test_a_quantile_has_twenty_members_on_either_side() -> None:
    assert percents(400) == (5, 25, 50, 75, 95)
    assert percents(399) == (25, 50, 75)
    assert percents(80) == (25, 50, 75)
    assert percents(79) == (50,)
    assert percents(39) == ()


def test_what_is_drawn_of_the_share_are_its_quantiles(graph: Database) -> None:
    found = plots.share(graph, POLICY.id)
    figure = plots.draw_share(found)
    curves = [line for line in axes_of(figure).lines if len(line.get_xdata()) == len(found.shares)]
    assert [tuple(line.get_ydata()) for line in curves] == [each.points for each in found.quantiles]
    assert {tuple(line.get_xdata()) for line in curves} == {found.shares}
    assert f"the policy's: {POLICY.circle.share}" in texts(figure)
    for each in found.quantiles:
        name = "half" if each.percent == 50 else f"{each.percent} in 100"
        assert f"{name}: {each.points[-1]}" in texts(figure)


# One member -------------------------------------------------------------------------------------------


def test_the_circle_is_the_one_that_the_rating_used(
    graph: Database, ratings: list[dict[str, Any]], one: str
) -> None:
    found = plots.circle(graph, POLICY.id, one, by=BY)
    by_rid = {row["rid"]: row for row in ratings}
    own = next(row for row in ratings if row["entity"] == one)
    assert (found.points, found.band) == (
        scheme.whole(own["points"]),
        POLICY.band(own["points"], own["evidence"]).name,
    )
    names = [by_rid[rid]["entity"] for rid in own["circle"]]
    assert [each.entity for each in found.contacts] == sorted(names)
    for each in found.contacts:
        place = names.index(each.entity)
        used = 350 + 600 * own["used"][place]
        assert (each.weight, each.points) == (own["weights"][place], scheme.whole(used))
        assert each.band == POLICY.band(used, by_rid[own["circle"][place]]["evidence"]).name
    assert found.inside == tuple(
        sorted(
            (by_rid[rid]["entity"], by_rid[other]["entity"])
            for rid in own["circle"]
            for other in by_rid[rid]["circle"]
            if other in own["circle"]
        )
    )
    assert found.inside
    level = explain.explain(graph, one, POLICY.id).levels[0]
    supplied = {part.name: part.whole for part in level.parts if part.source == "contact"}
    assert {each.entity: each.supplies for each in found.contacts} == supplied


def test_what_is_drawn_of_a_circle_are_its_contacts_and_weights(graph: Database, one: str) -> None:
    found = plots.circle(graph, POLICY.id, one, by=BY)
    figure = plots.draw_circle(found)
    axes = axes_of(figure)
    inside, count = axes.lines[: len(found.inside)], len(found.contacts)
    spokes = axes.lines[len(found.inside) : len(found.inside) + count]
    places = {each.entity: line.get_xydata()[1] for each, line in zip(found.contacts, spokes, strict=True)}
    for each, line in zip(found.contacts, spokes, strict=True):
        heaviest = max(contact.weight for contact in found.contacts)
        assert line.get_linewidth() == pytest.approx(0.5 + 6 * each.weight / heaviest)
        assert f"{each.entity}, {each.band}\n{each.weight:.0%}: {each.supplies} points" in texts(figure)
    for (one_end, other), line in zip(found.inside, inside, strict=True):
        assert np.allclose(line.get_xydata(), [places[one_end], places[other]])
    dots = [dot for dot in axes.collections if len(dot.get_offsets()) == 1]
    bands = [*(each.band for each in found.contacts), found.band]
    shades = paper.colours(POLICY.all_bands)
    assert [to_hex(dot.get_facecolor()[0]) for dot in dots] == [shades[band].lower() for band in bands]
    assert str(found.points) in texts(figure)
    angles = [math.atan2(y, x) for x, y in (places[each.entity] for each in found.contacts)]
    clockwise = [(math.pi / 2 - angle) % (2 * math.pi) for angle in angles]
    assert clockwise == sorted(clockwise), "by id, and by nothing else"


def test_the_history_is_every_state_that_is_kept(graph: Database, one: str) -> None:
    found = plots.past(graph, POLICY.id, one, by=BY)
    states = graph.statement(
        "MATCH (m:Membership {id: $id}) OPTIONAL MATCH (m)-[:WAS]->(p:Past) WITH m, collect(p) AS ps "
        "UNWIND ps + [m] AS s RETURN s.since AS since, s.points AS points, s.band AS band ORDER BY since",
        id=f"{POLICY.id}|{one}",
    )
    assert len(states) == 2, "rated as of two days"
    assert [(each.since, each.points, each.band) for each in found.states] == [
        (row["since"].to_native(), scheme.whole(row["points"]), row["band"]) for row in states
    ]
    assert {(each.version, each.changed) for each in found.states} == {(POLICY.version, False)}


def test_what_is_drawn_of_a_history_are_its_states(graph: Database, one: str) -> None:
    found = plots.past(graph, POLICY.id, one, by=BY)
    figure = plots.draw_past(found)
    steps = axes_of(figure).lines[0]
    assert list(steps.get_ydata()) == [each.points for each in found.states]
    assert steps.get_drawstyle() == "steps-post"
    assert {str(each.points) for each in found.states} <= set(texts(figure))


# What all pictures have -------------------------------------------------------------------------------

Draw = Callable[[Database, str], tuple[Any, Figure]]
KINDS: dict[str, Draw] = {
    "distribution": lambda g, _: (d := plots.distribution(g, POLICY.id), plots.draw_distribution(d)),
    "conduct": lambda g, _: (d := plots.conduct(g, POLICY.id), plots.draw_conduct(d)),
    "share": lambda g, _: (d := plots.share(g, POLICY.id), plots.draw_share(d)),
    "circle": lambda g, one: (d := plots.circle(g, POLICY.id, one, by=BY), plots.draw_circle(d)),
    "history": lambda g, one: (d := plots.past(g, POLICY.id, one, by=BY), plots.draw_past(d)),
}
OF_ONE = ("circle", "history")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_has_a_title_units_and_its_source(graph: Database, one: str, kind: str) -> None:
    found, figure = KINDS[kind](graph, one)
    (row,) = graph.statement(RUN, scheme=POLICY.id)
    shown = " ".join(texts(figure))
    assert f"run {row['run']['id']}" in shown
    assert "as of 2026-06-30" in shown
    assert row["run"]["hash"] == POLICY.hash == found.source.hash
    assert POLICY.hash in shown
    assert figure.texts[0].get_text().endswith(f"in {POLICY.id}")
    axes = axes_of(figure)
    assert "points" in " ".join((axes.get_xlabel(), axes.get_ylabel(), shown))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_data_give_the_same_file(
    graph: Database, one: str, tmp_path: Path, kind: str, suffix: str
) -> None:
    files = [tmp_path / f"{number}{suffix}" for number in (1, 2)]
    for file in files:
        plots.save(KINDS[kind](graph, one)[1], file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) < 250_000
    assert b"matplotlib" not in first.lower().replace(b"matplotlib.axis", b"")
    if suffix == ".svg":
        assert POLICY.hash.encode() in first, "text stays text"
        assert b"<dc:date>" not in first


def test_no_two_bands_look_alike_to_anyone() -> None:
    assert list(paper.colours(POLICY.bands).values()) == ["#E69F00", "#F0E442", "#56B4E9", "#009E73", "#0072B2"]
    assert list(paper.colours(POLICY.bands[:3]).values()) == ["#E69F00", "#56B4E9", "#0072B2"]
    assert len(paper.colours(POLICY.bands[:1])) == 1
    many = [scheme.Band(name=letter, from_points=place) for place, letter in enumerate("abcdefgh")]
    assert set(paper.colours(many).values()) == set(paper.COLOURS)


def test_an_id_is_drawn_as_it_is_whatever_is_in_it(graph: Database, one: str, tmp_path: Path) -> None:
    names = ("a$b^{2}$c", "<svg>&", "张三")
    before = plots.circle(graph, POLICY.id, one, by=BY)
    renamed = tuple(replace(each, entity=name) for each, name in zip(before.contacts, names, strict=False))
    found = replace(before, contacts=renamed, inside=())
    figure = plots.draw_circle(found)
    for name in names:
        assert any(text.startswith(f"{name}, ") for text in texts(figure))
    for suffix in (".png", ".svg"):
        plots.save(figure, tmp_path / f"circle{suffix}")
    assert ">a$b^{2}$c, " in (tmp_path / "circle.svg").read_text(encoding="utf-8")
    assert "<svg>" not in (tmp_path / "circle.svg").read_text(encoding="utf-8").replace("<svg xmlns", "")


def test_a_picture_of_too_few_is_refused(graph: Database) -> None:
    with pytest.raises(NotFound, match="nobody is rated"):
        plots.distribution(graph, "own-conduct")
    with pytest.raises(NotFound):
        plots.distribution(graph, "nothing")
    few = "MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= $rid"
    for rid, refused in ((19, "distribution"), (39, "share"), (79, "conduct")):
        graph.statement(f"{few} SET m.hidden = m.score REMOVE m.score", scheme=POLICY.id, rid=rid)
        try:
            with pytest.raises(Refused, match="would be one of persons"):
                getattr(plots, refused)(graph, POLICY.id)
        finally:
            graph.statement(
                "MATCH (m:Membership) WHERE m.hidden IS NOT NULL SET m.score = m.hidden REMOVE m.hidden"
            )


@pytest.mark.parametrize(
    ("picture", "members", "says"),
    [
        ("distribution", 20, "20 are rated in 'reliability'.* one bar is left"),
        ("distribution", 45, "45 are rated in 'reliability'.* left of them, which shows nothing"),
        ("conduct", 80, "80 are rated in 'reliability'.* needs 160 members"),
        ("conduct", 159, "159 are rated in 'reliability'.* needs 160 members"),
    ],
)
def test_a_picture_that_would_be_one_block_is_refused_saying_why(
    graph: Database, picture: str, members: int, says: str
) -> None:
    few = "MATCH (m:Membership {scheme: $scheme}) WHERE m.rid >= $rid SET m.hidden = m.score REMOVE m.score"
    graph.statement(few, scheme=POLICY.id, rid=members)
    try:
        with pytest.raises(Refused, match=says):
            getattr(plots, picture)(graph, POLICY.id)
    finally:
        graph.statement("MATCH (m:Membership) WHERE m.hidden IS NOT NULL SET m.score = m.hidden REMOVE m.hidden")


def test_a_community_that_gives_two_groups_or_three_bars_has_its_pictures(graph: Database) -> None:
    assert len(plots.conduct(graph, POLICY.id).groups) >= 2
    assert len(plots.distribution(graph, POLICY.id).bars) >= 3


def test_ratings_of_two_runs_make_no_picture(graph: Database, ratings: list[dict[str, Any]]) -> None:
    one = ratings[0]
    runs = (
        "MATCH (m:Membership {rid: 0, scheme: $scheme}) "
        "SET m.run = $run, m.seal = $run + ' ' + toString(m.score) + ' ' + m.band"
    )
    (earlier,) = graph.statement("MATCH (r:Run) WHERE r.id <> $run RETURN r.id AS id", run=one["run"])
    graph.statement(runs, scheme=POLICY.id, run=earlier["id"])
    try:
        with pytest.raises(StoreConflict):
            plots.share(graph, POLICY.id)
    finally:
        graph.statement(runs, scheme=POLICY.id, run=one["run"])


# The record of reads, and the commands ------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_all_in_a_picture_were_read_and_a_picture_of_all_is_of_nobody(
    graph: Database, one: str, kind: str
) -> None:
    found, _ = KINDS[kind](graph, one)
    seen = {one} if kind in OF_ONE else set()
    if kind == "circle":
        seen |= {each.entity for each in found.contacts}
    records = graph.statement(RECORDS)
    assert {row["entity"] for row in records} == seen
    assert {(row["said"]["what"], row["said"]["who"], row["said"]["purpose"]) for row in records} <= {
        (f"plot {kind}", "olga", "a look at the whole")
    }


@pytest.mark.parametrize("kind", OF_ONE)
def test_what_cannot_be_recorded_is_not_drawn(graph: Database, one: str, kind: str) -> None:
    KINDS[kind](graph, one)
    graph.statement("MATCH (l:Ledger {id: $id}) SET l.head = 'x'", id=f"{POLICY.id}|{one}")
    with pytest.raises(NotRecorded):
        KINDS[kind](graph, one)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_command_draws_each_picture_and_prints_what_is_behind_it(
    graph: Database, command: Run, one: str, tmp_path: Path, kind: str
) -> None:
    whom = (one, "--purpose", "a question of hers") if kind in OF_ONE else ()
    file = tmp_path / f"{kind}.svg"
    done = command("plot", kind, *whom, "--scheme", POLICY.id, "--out", str(file), "--json")
    said = json.loads(done.output)
    assert said["out"] == str(file)
    assert said["data"]["source"]["hash"] == POLICY.hash
    assert POLICY.hash in file.read_text(encoding="utf-8")
    records = graph.statement(RECORDS)
    assert bool(records) == (kind in OF_ONE)
    assert {row["said"]["purpose"] for row in records} <= {"a question of hers"}
    shown = command("plot", kind, *whom[:1], "--scheme", POLICY.id, "--out", str(file)).output
    assert "reliability as of 2026-06-30" in shown


def test_another_kind_of_file_is_refused_before_anyone_is_read(
    graph: Database, command: Run, one: str, tmp_path: Path
) -> None:
    for out in ("circle.pdf", "nowhere/circle.png"):
        with pytest.raises(ParameterError):
            command("plot", "circle", one, "--scheme", POLICY.id, "--out", str(tmp_path / out))
    assert graph.statement(RECORDS) == []


# The last of this file, since it changes the community -------------------------------------------------


def test_a_new_policy_and_a_change_stand_in_the_history(graph: Database, one: str) -> None:
    text = POLICY.text.replace('version = "2"', 'version = "3"', 1).replace("share = 0.2", "share = 0.4")
    policy = scheme.parse(text, "version 3")
    publishing.publish(graph, policy)
    rate(graph, policy.id, as_of=synthetic.AS_OF)
    found = plots.past(graph, policy.id, one, by=BY)
    assert [each.version for each in found.states][-2:] == ["2", "3"]
    assert "policy 3" in texts(plots.draw_past(found))
    assert found.source.hash == policy.hash
    assert open_rating(graph, one, policy.id).whole_points == found.states[-1].points
