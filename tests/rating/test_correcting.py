"""Corrections of what facts name: whom a category concerns is rated by the new one, and names change no rating."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph.errors import RecordError, Refused
from graph.facts.kinds import IN_PLACE, KINDS
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating import published
from graph.rating.apply import apply
from graph.rating.run import rate
from graph.rights import disputes, erasure
from graph.rights.disputes import dispute
from graph.standing import organisations
from graph.store.client import Database
from tests.facts.looking import content, whole, written
from tests.kept import kept
from tests.strategies import AS_OF

ENTITIES, PRODUCTS, SITES = "id,kind,name,born,uscc,lei", "id,category", "id,category"
LEI, OTHER_LEI = "213800KUD8LAJWSQ9D15", "5493001KJTIIGC8Y1R12"
FILES = {
    "entities": (
        ENTITIES,
        "ann,person,Ann,1990-01-01,,",
        "bob,person,,,,",
        "cat,person,,,,",
        f"mill,organisation,The mill,,91110000600037341L,{LEI}",
        "stall,sole-trader,Stall,1980-05-05,,",
    ),
    "products": (PRODUCTS, "bread,groceries", "novel,books"),
    "sites": (SITES, "gazette,news"),
    "purchases": (
        "id,entity,product,at",
        "p1,ann,bread,2026-06-01T09:00:00Z",
        "p2,ann,novel,2026-06-01T09:00:00Z",
        "p3,bob,novel,2026-06-02T09:00:00Z",
        "p4,stall,bread,2026-06-02T09:00:00Z",
    ),
    "visits": ("id,entity,site,at", "v1,cat,gazette,2026-06-01T09:00:00Z"),
    "contacts": (
        "id,source,target,at",
        "c1,ann,cat,2026-06-01T09:00:00Z",
        "c2,cat,ann,2026-06-02T09:00:00Z",
    ),
    "memberships": (
        "entity,scheme,at,notice",
        *(f"{each},reliability,2026-01-01T00:00:00Z,1" for each in ("ann", "bob", "cat")),
    ),
}

Corrected = Callable[..., tuple[tuple[int, int, int], list[int]]]


@pytest.fixture
def town(graph: Database, tmp_path: Path) -> Database:
    """ann and cat in each other's circle, and bob; rated at AS_OF. stall has joined nothing."""
    folder = tmp_path / "town"
    folder.mkdir()
    for kind, lines in FILES.items():
        written(folder, f"{kind}.csv", *lines)

    def make() -> None:
        publishing.publish(graph, scheme.read("reliability"))
        assert not any(each.rejected for each in load(graph, [folder]))
        rate(graph, "reliability", as_of=AS_OF)

    return kept(graph, make)


@pytest.fixture
def corrected(town: Database, tmp_path: Path) -> Corrected:
    """Applies rows; returns (corrected, known, rejected) and how many members each re-rating touched."""

    def work(kind: str, *lines: str, by: str | None = None) -> tuple[tuple[int, int, int], list[int]]:
        file = written(tmp_path, f"{kind}.csv", FILES[kind][0], *lines)
        [loaded], rerated = apply(town, [file], rejects=tmp_path / "rejects.csv", by=by)
        return (loaded.corrected, loaded.known, loaded.rejected), [each.touched for each in rerated]

    return work


def points(database: Database, *entities: str) -> list[float]:
    return [published.open_rating(database, entity, "reliability").points for entity in entities]


def fresh(database: Database, *entities: str) -> list[float]:
    """The points that a run from the start gives at the same instant."""
    rate(database, "reliability", as_of=AS_OF)
    return points(database, *entities)


def test_whoever_bought_a_thing_is_rated_by_its_new_category(town: Database, corrected: Corrected) -> None:
    before = points(town, "ann", "bob", "cat")
    assert corrected("products", "bread,groceries", "novel,tools") == ((1, 1, 0), [2])
    after = points(town, "ann", "bob", "cat")
    assert after[0] > before[0] + 0.1
    assert after[1] > before[1] + 0.1
    assert after == pytest.approx(fresh(town, "ann", "bob", "cat"), abs=0.1)
    assert corrected("products", "novel,tools") == ((0, 1, 0), [])


def test_whoever_visited_a_site_is_rated_by_its_new_category(town: Database, corrected: Corrected) -> None:
    [before] = points(town, "cat")
    assert corrected("sites", "gazette,education") == ((1, 0, 0), [1])
    [after] = points(town, "cat")
    assert after > before
    assert [after] == pytest.approx(fresh(town, "cat"), abs=0.1)


def test_a_name_and_numbers_are_corrected_and_no_rating_changes(town: Database, corrected: Corrected) -> None:
    before = points(town, "ann", "bob", "cat")
    rows = ("ann,person,Anna,,,", f"mill,organisation,,,,{OTHER_LEI}", "stall,sole-trader,Stand,1980-05-05,,")
    assert corrected("entities", *rows) == ((3, 0, 0), [])
    said = town.statement(
        "MATCH (e:Entity) WHERE e.name IS NOT NULL "
        "RETURN e.id AS id, e.name AS name, e.uscc AS uscc, e.lei AS lei, toString(e.born) AS born ORDER BY id"
    )
    assert said == [
        {"id": "ann", "name": "Anna", "uscc": None, "lei": None, "born": "1990-01-01"},
        {"id": "mill", "name": "The mill", "uscc": "91110000600037341L", "lei": OTHER_LEI, "born": None},
        {"id": "stall", "name": "Stand", "uscc": None, "lei": None, "born": "1980-05-05"},
    ]
    assert points(town, "ann", "bob", "cat") == before
    assert organisations.find(town, OTHER_LEI).id == "mill"
    assert corrected("entities", *rows) == ((0, 3, 0), [])


def test_what_an_entity_is_and_when_it_was_born_is_not_corrected(
    town: Database, corrected: Corrected, tmp_path: Path
) -> None:
    before = whole(town)
    rows = (
        "ann,organisation,Other,,,",
        "stall,person,Other,1980-05-05,,",
        "bob,sole-trader,,,,",
        "ann,person,,1999-01-01,,",
    )
    for row in rows:
        assert corrected("entities", row) == ((0, 0, 1), [])
        assert "the id is known with another" in (tmp_path / "rejects.csv").read_text()
    assert whole(town) == before


def test_loading_still_refuses_what_is_known_otherwise_and_says_what_corrects_it(
    town: Database, tmp_path: Path
) -> None:
    file = written(tmp_path, "products.csv", PRODUCTS, "novel,tools")
    with pytest.raises(RecordError, match="use `innercircle apply`"):
        load(town, [file], most_clashes=0)
    [loaded] = load(town, [file])
    assert (loaded.corrected, loaded.rejected) == (0, 1)


def test_a_correction_is_on_record_with_the_person_who_made_it(town: Database, corrected: Corrected) -> None:
    corrected("products", "novel,tools", by="max")
    corrected("entities", "ann,person,Anna,,,", by="lena")
    loads = town.statement("MATCH (l:Load) WHERE l.by IS NOT NULL RETURN l.by AS by, l.rows AS rows ORDER BY l.at")
    assert loads == [{"by": "max", "rows": 1}, {"by": "lena", "rows": 1}]
    [product] = town.statement(
        "MATCH (p:Product {id: 'novel'}) MATCH (l:Load {id: p.load}) RETURN p.category AS category, l.by AS by"
    )
    assert product == {"category": "tools", "by": "max"}


def test_what_a_dispute_left_can_be_disputed_again_once_the_category_is_corrected(
    town: Database, corrected: Corrected
) -> None:
    def opened() -> str:
        return town.write(
            lambda tx: dispute(tx, "ann", kind="purchases", fact="p2", statement="It was no novel.", now=AS_OF)
        )[0]

    def decided(id_: str, reviewer: str) -> None:
        town.write(
            lambda tx: disputes.decide(tx, id_, upheld=False, reviewer=reviewer, reason="It was.", now=AS_OF)
        )

    decided(opened(), "ruth")
    with pytest.raises(Refused):
        opened()
    corrected("products", "novel,tools", by="max")
    again = opened()
    with pytest.raises(Refused, match="loaded the disputed fact"):
        decided(again, "max")
    corrected("products", "novel,books", by="lena")
    [fact] = town.statement("MATCH ()-[b:BOUGHT {id: 'p2'}]->() RETURN b.disputed AS disputed")
    assert fact == {"disputed": again}, "while it is disputed it counts for nothing, whatever its category"
    decided(again, "ruth")


def test_an_erased_entity_is_not_corrected_but_loaded_anew(town: Database, corrected: Corrected) -> None:
    town.write(lambda tx: erasure.erase(tx, "bob", now=AS_OF))
    assert corrected("products", "novel,tools") == ((1, 0, 0), [1]), "its purchases are gone"
    outcome, _ = corrected("entities", "bob,person,Bob,,,")
    assert outcome == (0, 0, 0)
    assert town.statement("MATCH (e:Entity {id: 'bob'}) RETURN e.name AS name, COUNT { (e)--() } AS facts") == [
        {"name": "Bob", "facts": 0}
    ]


def test_one_line_of_another_programs_file_corrects_each_entity_that_it_names(
    town: Database, tmp_path: Path
) -> None:
    mapping = written(
        tmp_path,
        "m.toml",
        'about = "x"',
        "[entities]",
        'id = { columns = ["one", "two"] }',
        'kind = { value = "person" }',
        'name = { column = "name" }',
    )
    file = written(tmp_path, "pairs.csv", "one,two,name", "ann,bob,Same")
    [loaded], _ = apply(town, [file], mapping=str(mapping))
    # bob had no name, which loading fills in; ann had another.
    assert (loaded.completed, loaded.corrected, loaded.rejected) == (1, 1, 0)
    assert town.statement("MATCH (e:Entity) WHERE e.name = 'Same' RETURN e.id AS id ORDER BY id") == [
        {"id": "ann"},
        {"id": "bob"},
    ]


def test_two_corrections_at_the_same_moment_leave_one_of_the_two(town: Database, tmp_path: Path) -> None:
    def work(category: str) -> int:
        folder = tmp_path / category
        folder.mkdir()
        file = written(folder, "products.csv", PRODUCTS, f"novel,{category}", f"bread,{category}")
        return load(town, [file], correct=True)[0].corrected

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, ["tools", "household", "children", "clothing"]))
    found = content(town)
    assert len(found) == len(set(found))


def test_every_kind_that_others_name_is_corrected_by_a_query_of_its_own() -> None:
    assert set(IN_PLACE) == {"entities", "products", "sites"}
    for kind in IN_PLACE:
        assert set(KINDS[kind].corrected) <= {column.name for column in KINDS[kind].columns}
