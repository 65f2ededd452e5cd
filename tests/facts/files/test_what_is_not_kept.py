"""What no row may bring in: refused subjects, ways to reach someone, hosts and paths, free text."""

import csv
from pathlib import Path

import pytest

from graph.facts.files import read
from graph.facts.kinds import KINDS
from graph.model import Reject, Row
from graph.policy.categories import Categories
from tests.facts.files.test_reading import EXAMPLES

SLUGS = [("products", "category"), ("sites", "category"), ("contacts", "channel"), ("obligations", "kind")]
OPAQUE = [("products", "id"), ("sites", "id")]
NAMES = [
    ("entities", "id"),
    ("entities", "name"),
    ("contacts", "id"),
    ("obligations", "id"),
    ("purchases", "id"),
    ("visits", "id"),
    ("payments", "id"),
    ("judgments", "id"),
    ("judgments", "court"),
]
IDS = [column for column in NAMES if column[1] == "id"]
Column = tuple[str, str]


def outcomes(
    directory: Path, column: Column, values: list[str], known: Categories | None = None
) -> list[Row | Reject]:
    """What becomes of the row of EXAMPLES with each of these values in this column."""
    kind, name = column
    header, row = list(csv.reader(EXAMPLES[kind][0].splitlines()))
    rows = [dict(zip(header, row, strict=True)) | {"id": f"x{n}"} | {name: each} for n, each in enumerate(values)]
    with (directory / f"{kind}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *([row[each] for each in header] for row in rows)])
    [chunk] = read(directory / f"{kind}.csv", categories=known)
    found: dict[int, Row | Reject] = dict(zip(chunk.lines, chunk.rows, strict=True))
    found |= {reject.line: reject for reject in chunk.rejects}
    return [found[line] for line in range(2, len(values) + 2)]


def refused(directory: Path, column: Column, values: list[str], because: str) -> None:
    """Each of the values is refused, for a reason that begins with this."""
    for value, result in zip(values, outcomes(directory, column, values), strict=True):
        assert isinstance(result, Reject), result
        assert (result.column, result.value) == (column[1], value)
        assert result.reason.startswith(because), result


def kept(directory: Path, column: Column, values: list[str]) -> None:
    """Each of the values is kept as it is."""
    for value, result in zip(values, outcomes(directory, column, values), strict=True):
        assert isinstance(result, dict), result
        assert result[column[1]] == value


@pytest.mark.parametrize("column", SLUGS + OPAQUE, ids="-".join)
def test_a_refused_subject_comes_in_under_no_heading(column: Column, tmp_path: Path) -> None:
    names = ["hiv-tests", "Kirchenbedarf", "gonghui", "wybory", "Santé", "宗教"]
    refused(tmp_path, column, names, "refused: it says something of")


@pytest.mark.parametrize("kind", ["products", "sites"])
def test_a_category_that_is_not_on_the_list_is_refused(kind: str, tmp_path: Path) -> None:
    column = (kind, "category")
    refused(tmp_path, column, ["boats"], "not a neutral category")
    boats, books = outcomes(tmp_path, column, ["boats", "books"], Categories({"boats": "boats"}))
    assert isinstance(boats, dict)
    assert isinstance(books, Reject)


@pytest.mark.parametrize("column", SLUGS, ids="-".join)
def test_kinds_channels_and_categories_are_slugs(column: Column, tmp_path: Path) -> None:
    texts = ["Call", "a call", "call_back", "-call", "call--back", "call-", "appel-é", "a/b", "x.org", "c" * 41]
    refused(tmp_path, column, texts, "not a slug: small letters")


@pytest.mark.parametrize("column", SLUGS[2:], ids="-".join)
def test_a_slug_is_kept_as_it_is(column: Column, tmp_path: Path) -> None:
    kept(tmp_path, column, ["call", "call-back", "2g", "c" * 40])


@pytest.mark.parametrize("column", OPAQUE, ids="-".join)
def test_products_and_sites_have_opaque_ids_no_host_path_or_text(column: Column, tmp_path: Path) -> None:
    hosts = [
        "example.org",
        "www.example.org",
        "localhost:8080",
        "192.0.2.7",
        "2001:db8::7",
        "xn--e1afmkfd.example",
    ]
    paths = ["https://example.org/a?b", "//example", "shop/shoes", "~ann", "?q=ann"]
    texts = ["ann@example.org", "+4512345678", "a book that ann lent to bob", "给小王的书", "-7", "p" * 61]
    refused(tmp_path, column, hosts + paths + texts, "not an opaque id")


@pytest.mark.parametrize("column", OPAQUE, ids="-".join)
def test_an_opaque_id_is_kept_as_it_is(column: Column, tmp_path: Path) -> None:
    kept(tmp_path, column, ["p1", "7", "made-up-product-groceries-1", "B00_7", "f" * 60])


@pytest.mark.parametrize("column", NAMES, ids="-".join)
def test_an_id_or_a_name_is_no_way_to_reach_someone(column: Column, tmp_path: Path) -> None:
    mail = ["ann@example.org", "Ann <ann@example.org>", "ann＠example.org", "mailto:ann"]
    mail += ["a%40b.dk"]
    web = ["https://example.org/ann", "www.example.org/ann", "tel:12345678"]
    web += ["example.com", "ftp.x.org", "x.co.uk/abc", "x.co.uk", "ann.dk/me", "192.168.1.1", "192.168.1.1:80/x"]
    refused(tmp_path, column, mail + web, "looks like an address")
    numbers = ["+4512345678", "+45 12 34 56 78", "(030) 123-4567", "030 1234567", "12 34 56 78"]
    numbers += ["138-1234-5678", "Tlf. 20123456", "tél 12345678", "mob 12345678", "電話12345678", "тел. 1234567"]
    numbers += ["2 0 1 2 3 4 5 6", "Handy 0171/2345678"]
    refused(tmp_path, column, numbers, "looks like a telephone number")


@pytest.mark.parametrize("column", NAMES, ids="-".join)
def test_an_id_or_a_name_that_only_looks_like_one_is_kept(column: Column, tmp_path: Path) -> None:
    numbers = [
        "12345678",
        "0012345678",
        "2026-01-31",
        "No. 5",
        "24 7",
        "+1",
        "01-2024-00017",
        "1.2.3",
        "300.1.2.3",
    ]
    names = [
        "o/5 Nord",
        "a|b",
        "@home",
        "Ann + Bob",
        "hotel 12345",
        "J.R. Ward",
        "St.Mary",
        "v1.2.b",
        "100%25",
        "A/S 4.de",
    ]
    kept(tmp_path, column, [*numbers, *names])


@pytest.mark.parametrize("column", [*NAMES, ("contacts", "source"), ("memberships", "entity")], ids="-".join)
def test_what_cannot_be_seen_is_refused_by_its_code_point(column: Column, tmp_path: Path) -> None:
    hidden = {
        "\u200d": "U+200D ZERO WIDTH JOINER",
        "\u00ad": "U+00AD SOFT HYPHEN",
        "\u3164": "U+3164 HANGUL FILLER",
    }
    hidden |= {
        "\u034f": "U+034F COMBINING GRAPHEME JOINER",
        "\ue000": "U+E000 private use",
        "\x1b": "U+001B a control",
    }
    for character, name in hidden.items():
        [reject] = outcomes(tmp_path, column, [f"a{character}b"])
        assert isinstance(reject, Reject), character
        assert (reject.column, name in reject.reason) == (column[1], True), reject


@pytest.mark.parametrize("column", [*NAMES, ("contacts", "source"), ("memberships", "entity")], ids="-".join)
def test_an_id_is_kept_in_one_form_however_it_was_typed(column: Column, tmp_path: Path) -> None:
    for written in ("Zoe\u0308", "Zo\u00eb"):
        [row] = outcomes(tmp_path, column, [written])
        assert isinstance(row, dict)
        assert row[column[1]] == "Zo\u00eb"


@pytest.mark.parametrize("column", [*IDS, ("contacts", "source"), ("memberships", "entity")], ids="-".join)
def test_blanks_that_look_like_one_are_no_part_of_an_id(column: Column, tmp_path: Path) -> None:
    refused(tmp_path, column, ["a\u00a0b", "a\u3000b"], "contains a blank that looks like")
    refused(tmp_path, column, ["a  b"], "contains several blanks")


def test_two_ways_of_typing_one_id_are_one_row(tmp_path: Path) -> None:
    path = tmp_path / "entities.csv"
    path.write_text("id,kind\nZoe\u0308,person\nZo\u00eb,person\n", encoding="utf-8")
    [chunk] = read(path)
    assert [row["id"] for row in chunk.rows] == ["Zo\u00eb"]
    assert chunk.rejects == []


def test_every_column_that_holds_text_is_one_of_those_above() -> None:
    """Or it has a form of its own, or names what another row brought in."""
    codes_and_times = {
        "kind",
        "born",
        "uscc",
        "lei",
        "at",
        "due",
        "settled",
        "amount",
        "currency",
        "outcome",
        "scheme",
        "case_number",
        "issued",
        "zone",
    }
    names_another = {"obligation", "source", "target", "debtor", "creditor", "entity", "product", "site", "notice"}
    looked_at = {*SLUGS, *OPAQUE, *NAMES}
    for kind in KINDS:
        for column in set(EXAMPLES[kind][1]) - codes_and_times - names_another:
            assert (kind, column) in looked_at, (kind, column)
