import re
from pathlib import Path

import msgspec
import pytest

from graph.errors import NotFound, SchemeInvalid
from graph.policy import scheme

GOOD = '''\
id = "market"
version = "1"
title = "A market"
purpose = ["credit", "deposits"]
operator = "Its operator"
[notice]
version = "1"
text = """What is read, and why."""
[factors.obligations]
weight = 0.6
prior = 0.5
prior_weight = 4.0
half_life_days = 365.0
late_days = 30
[factors.purchases]
weight = 0.4
prior = 0.5
prior_weight = 4
[factors.purchases.values]
groceries = 0.6
[circle]
size = 15
share = 0.2
[solver]
tolerance = 1e-9
max_sweeps = 100
[[bands]]
name = "poor"
from = 350
[[bands]]
name = "very good"
from = 650
'''

# (what is replaced, by what, the key that is named, words of the message)
BAD = [
    ('id = "market"', 'id = "Market"', "id", "small letters"),
    ('id = "market"', f'id = "{"m" * 61}"', "id", "length <= 60"),
    ('id = "market"', 'id = "market\\n"', "id", "small letters"),
    ('id = "market"', 'id = "market"\nowner = "x"', "owner", "unknown key"),
    ('id = "market"\n', "", "id", "missing key"),
    ('version = "1"\ntitle', 'version = "one two"\ntitle', "version", "one word"),
    ('version = "1"\ntitle', "version = 1\ntitle", "version", "got `int`"),
    ('purpose = ["credit", "deposits"]', "purpose = []", "purpose", "length >= 1"),
    ('purpose = ["credit", "deposits"]', 'purpose = ["credit", " "]', "purpose[1]", "not blank"),
    ('purpose = ["credit", "deposits"]', 'purpose = ["credit", "credit"]', "purpose", "twice"),
    ('"""What is read, and why."""', '""', "notice.text", "not blank"),
    ('text = """What is read, and why."""\n', "", "notice.text", "missing key"),
    ('[notice]\nversion = "1"', "[notice]", "notice.version", "missing key"),
    ("weight = 0.6", "weight = 0.7", "factors", "sum to 1, not 1.1"),
    ("weight = 0.6", "weight = 0.600000002", "factors", "sum to 1"),
    ("weight = 0.6", "weight = -0.6", "factors.obligations.weight", ">= 0.0, got -0.6"),
    ("weight = 0.6", 'weight = "0.6"', "factors.obligations.weight", "got `str`"),
    ("weight = 0.6", "weight = true", "factors.obligations.weight", "got `bool`"),
    ("weight = 0.6", "weight = nan", "factors.obligations.weight", "got nan"),
    ("weight = 0.6", "wieght = 0.6", "factors.obligations.wieght", "unknown key"),
    ("prior = 0.5", "prior = 1.5", "factors.obligations.prior", "<= 1.0, got 1.5"),
    ("prior_weight = 4.0", "prior_weight = 0", "factors.obligations.prior_weight", "> 0.0"),
    ("prior_weight = 4.0", "prior_weight = inf", "factors.obligations.prior_weight", "got inf"),
    ("half_life_days = 365.0", "half_life_days = 0.5", "factors.obligations.half_life_days", ">= 1.0"),
    ("half_life_days = 365.0", "half_life_days = inf", "factors.obligations.half_life_days", "got inf"),
    ("late_days = 30", "late_days = 0", "factors.obligations.late_days", ">= 1"),
    ("late_days = 30", "late_days = 1.5", "factors.obligations.late_days", "got `float`"),
    ("late_days = 30\n", "", "factors.obligations.late_days", "missing key"),
    ("[factors.purchases]", "[factors.gossip]", "factors.gossip", "unknown key"),
    ("prior_weight = 4\n", "prior_weight = 4\nlate_days = 3\n", "factors.purchases.late_days", "unknown key"),
    ("groceries = 0.6", "groceries = 0.6\nbooks = 1.2", "factors.purchases.values.books", "<= 1.0, got 1.2"),
    ("groceries = 0.6", 'groceries = "much"', "factors.purchases.values.groceries", "got `str`"),
    ("groceries = 0.6", "groceries = {much = 1}", "factors.purchases.values.groceries", "got `object`"),
    ("groceries = 0.6", '" " = 0.6', "factors.purchases.values", "not blank"),
    ("groceries = 0.6", "", "factors.purchases.values", "length >= 1"),
    ("[factors.purchases.values]\ngroceries = 0.6\n", "", "factors.purchases.values", "missing key"),
    ("size = 15", "size = 101", "circle.size", "<= 100, got 101"),
    ("size = 15", "size = -1", "circle.size", ">= 0"),
    ("share = 0.2", "share = 0.51", "circle.share", "<= 0.5, got 0.51"),
    ("share = 0.2", "share = 0.2\nhalf_life_days = 0", "circle.half_life_days", ">= 1.0"),
    ("tolerance = 1e-9", "tolerance = 0.0", "solver.tolerance", "> 0.0"),
    ("max_sweeps = 100", "max_sweeps = 0", "solver.max_sweeps", ">= 1"),
    ("from = 350", "from = 351", "bands[0].from", "350"),
    ("from = 650", "from = 350", "bands[1].from", "ascending"),
    ("from = 650", "from = nan", "bands[1].from", "ascending"),
    ("from = 650", "from = 950", "bands[1].from", "below 950"),
    ("from = 650", "form = 650", "bands[1].form", "unknown key"),
    ('name = "very good"', 'name = "poor"', "bands[1].name", "twice"),
    ('name = "very good"', 'name = "Very good"', "bands[1].name", "small letters and single spaces"),
    ('name = "very good"', 'name = "very  good"', "bands[1].name", "small letters and single spaces"),
    ('id = "market"', "id = ", "", "not TOML"),
    ("[notice]", "[access]\nminimum_age = 0\n[notice]", "access.minimum_age", ">= 1, got 0"),
    ("[notice]", "[access]\nminimum_age = 17.5\n[notice]", "access.minimum_age", "got `float`"),
    ("[notice]", '[access]\nopen_organisations = "yes"\n[notice]', "access.open_organisations", "got `str`"),
    ("[notice]", "[access]\nage = 18\n[notice]", "access.age", "unknown key"),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), BAD, ids=[f"{bad[2]}: {bad[1][:30]}" for bad in BAD])
def test_a_bad_policy_is_refused_by_file_and_key(old: str, new: str, key: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(SchemeInvalid) as refused:
        scheme.parse(GOOD.replace(old, new, 1), "market.toml")
    assert (refused.value.file, refused.value.key) == ("market.toml", key)
    assert str(refused.value).startswith(f"market.toml: {key}: " if key else "market.toml: ")
    assert words in str(refused.value)


def test_a_policy_without_factors_is_refused() -> None:
    text = GOOD[: GOOD.index("[factors.obligations]")] + "[factors]\n" + GOOD[GOOD.index("[circle]") :]
    with pytest.raises(SchemeInvalid, match=r"market.toml: factors: at least one"):
        scheme.parse(text, "market.toml")


def test_a_policy_without_bands_is_refused() -> None:
    with pytest.raises(SchemeInvalid, match=r"market.toml: bands: missing key"):
        scheme.parse(GOOD[: GOOD.index("[[bands]]")], "market.toml")


def test_a_scheme_has_what_the_policy_says() -> None:
    market = scheme.parse(GOOD, "market.toml")
    assert market.text == GOOD
    assert market.factors.obligations is not None
    assert market.factors.obligations.late_days == 30
    assert market.factors.purchases is not None
    assert market.factors.purchases.half_life_days is None
    assert market.factors.purchases.values == {"groceries": 0.6}
    assert market.factors.visits is None
    assert list(market.factors.named()) == ["obligations", "purchases"]
    assert market.circle.share == 0.2
    assert market.purpose == ("credit", "deposits")
    assert market.labels == ("BandPoor", "BandVeryGood")
    assert re.fullmatch(r"1 [0-9a-f]{16}", market.notice_id)


def test_the_hash_ignores_comments_layout_and_order_of_keys() -> None:
    assert (
        scheme.parse(GOOD, "a").hash
        == scheme.parse(
            "# why\n\n" + GOOD.replace("size = 15\nshare = 0.2", "share  = 0.20 # at most\nsize = 15"), "b"
        ).hash
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("share = 0.2", "share = 0.25"),
        ("and why", "and how"),
        ("groceries", "food"),
        ("half_life_days = 365.0\n", ""),
        ('version = "1"\ntitle', 'version = "2"\ntitle'),
    ],
)
def test_the_hash_changes_with_every_value(old: str, new: str) -> None:
    assert scheme.parse(GOOD, "a").hash != scheme.parse(GOOD.replace(old, new), "a").hash


ACCESS = "[access]\nminimum_age = 18\nopen_organisations = true\n"


def test_who_may_join_and_what_is_open_is_part_of_the_policy() -> None:
    closed, limited = scheme.parse(GOOD, "a"), scheme.parse(GOOD + ACCESS, "a")
    assert (closed.access.minimum_age, closed.access.open_organisations) == (None, False)
    assert (limited.access.minimum_age, limited.access.open_organisations) == (18, True)
    assert len({closed.hash, limited.hash, scheme.parse(GOOD + ACCESS.replace("18", "16"), "a").hash}) == 3


def test_a_hash_from_before_there_was_a_table_of_access_holds() -> None:
    """Made by the software of before, of the same text."""
    known = "e914325991adddcc9b98e225add88a714e1ee12de4a3fbdf8af9969af6406231"
    assert scheme.parse(GOOD, "a").hash == known
    for table in ("[access]\n", "[access]\nopen_organisations = false\n"):
        assert scheme.parse(GOOD + table, "a").hash == known, "what is the default says nothing new"


def test_the_notice_id_changes_with_its_text() -> None:
    other = scheme.parse(GOOD.replace("and why", "and how"), "a")
    assert other.notice_id != scheme.parse(GOOD, "a").notice_id


@pytest.mark.parametrize(
    ("points", "shown", "name"),
    [
        (350.0, 350, "poor"),
        (649.4, 649, "poor"),
        (649.5 - 1e-10, 650, "very good"),
        (650.0, 650, "very good"),
        (950.0, 950, "very good"),
    ],
)
def test_the_band_is_the_highest_that_starts_at_or_below_the_points_shown(
    points: float, shown: int, name: str
) -> None:
    assert scheme.whole(points) == shown
    assert scheme.parse(GOOD, "a").band_of_points(points).name == name


def test_points_run_from_350_to_950() -> None:
    assert (scheme.points_of(0.0), scheme.points_of(0.5), scheme.points_of(1.0)) == (350, 650, 950)


def test_four_schemes_are_shipped() -> None:
    assert scheme.shipped() == ["own-conduct", "reliability", "sesame-2018", "trading"]


@pytest.mark.parametrize("name", scheme.shipped())
def test_a_shipped_scheme_holds_and_is_named_after_its_file(name: str) -> None:
    assert scheme.read(name).id == name
    assert scheme.read(name) == scheme.read(scheme.SHIPPED / f"{name}.toml")


@pytest.mark.parametrize("name", scheme.shipped())
def test_a_shipped_notice_says_what_the_policy_does_in_plain_words(name: str) -> None:
    shipped = scheme.read(name)
    text = " ".join(shipped.notice.text.split())
    share = {0.0: "add nothing to your rating", 0.05: "one twentieth", 0.2: "one fifth"}[shipped.circle.share]
    assert share in text
    ages = any(factor.half_life_days for factor in shipped.factors.named().values())
    assert ("Newer facts count more" in text) == ages
    assert ("what you bought" in text) == (shipped.factors.purchases is not None)
    assert ("sites you visited" in text) == (shipped.factors.visits is not None)
    assert _reading_grade(text) <= 9


def _reading_grade(text: str) -> float:
    """Flesch-Kincaid grade, with vowel groups for syllables."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = len(re.findall(r"[.!?](?:\s|$)", text))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", word.lower())))) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_a_policy_file_is_read_from_its_path_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "market.toml"
    file.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert scheme.read(file).text == GOOD.replace("\n", "\r\n")
    assert scheme.read(str(file)).hash == scheme.parse(GOOD, "a").hash


def test_an_unknown_scheme_or_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"'nowhere'.*reliability"):
        scheme.read("nowhere")
    with pytest.raises(NotFound, match=r"nowhere\.toml"):
        scheme.read(tmp_path / "nowhere.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "market.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SchemeInvalid, match="UTF-8"):
        scheme.read(file)


DOCS = Path(__file__).parents[2] / "docs" / "schemes.md"


def test_the_policy_in_the_docs_holds() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert scheme.parse(text, "docs").id == "market"


def test_every_key_and_every_shipped_scheme_is_documented() -> None:
    documented = set(re.findall(r"`([^`\n]+)`", DOCS.read_text(encoding="utf-8")))
    factor_keys = {f"factors.*.{name}" for name in _keys(scheme.Factor)}
    expected = (
        set(_keys(scheme.Policy))
        | factor_keys
        | {f"factors.{name}" for name in _keys(scheme.Factors)}
        | {f"factors.obligations.{name}" for name in ("late_days", "partner_month", "partner_year")}
        | {"factors.purchases.values", "factors.visits.values"}
        | {f"notice.{name}" for name in _keys(scheme.Notice)}
        | {f"circle.{name}" for name in _keys(scheme.Circle)}
        | {f"solver.{name}" for name in _keys(scheme.Solver)}
        | {f"bands.{name}" for name in _keys(scheme.Band)}
        | {f"access.{name}" for name in _keys(scheme.Access)}
        | {f"retention.{name}" for name in _keys(scheme.Retention)}
    )
    assert (expected | set(scheme.shipped())) - {"notice", "circle", "solver", "access", "retention"} <= documented


def _keys(table: type[msgspec.Struct]) -> list[str]:
    return [each.encode_name for each in msgspec.structs.fields(table)]
