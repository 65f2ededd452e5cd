"""docs/reliability.md says what each drill does, and its table is what drills gave."""

import re

import pytest

from tests.drills import __main__ as command
from tests.drills import page
from tests.drills.outcome import Outcome, together
from tests.drills.suite import SUITE, Drill

TEXT = page.PAGE.read_text(encoding="utf-8")
GOOD = Outcome(8, 8, 0, 0, 0, 1.4, ("it took its time",))


def drill(outcome: Outcome = GOOD, name: str = "api-killed") -> Drill:
    return Drill(name, "something is killed", 20, lambda _times: outcome)


def test_each_drill_has_a_row_and_is_explained() -> None:
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE) == [each.name for each in SUITE]
    told = "\n".join(re.findall(r"^### .*$", TEXT, re.MULTILINE))
    for each in SUITE:
        name = "load-killed" if "`innercircle " in each.does else each.name
        assert re.search(rf"^### .*`{name}`.*, {each.times} {each.unit}", told, re.MULTILINE), each.name


def test_nothing_is_lost_doubled_or_leaked_in_the_table() -> None:
    for each in page.entries(TEXT).values():
        assert each.cells[4:7] == ("0", "0", "0"), each
        assert each.cells[2] == each.cells[3] != "0"


def test_a_fresh_row_takes_the_place_of_the_one_before_and_the_others_stay() -> None:
    one, two = drill(), drill(name="network")
    suite = [one, two]
    empty = f"# A page\n{page.FIRST}\n{page.LAST}\nand more\n"
    first = page.written(empty, {each.name: page.entry(each, 2, GOOD) for each in suite}, suite)
    again = page.written(first, {two.name: page.entry(two, 3, GOOD)}, suite)
    assert first.startswith("# A page\n")
    assert first.endswith("and more\n")
    assert page.entries(again)[one.name] == page.entries(first)[one.name] == page.entry(one, 2, GOOD)
    assert page.entries(again)[two.name] == page.entry(two, 3, GOOD)
    assert page.written(first, {}, suite) == first


@pytest.mark.parametrize(
    "outcome", [Outcome(8, 7, 1, 0, 0, 1.0), Outcome(8, 8, 0, 0, 1, 1.0), Outcome(0, 0, 0, 0, 0, 1.0)]
)
def test_the_command_ends_with_1_where_a_drill_did_not_survive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcome: Outcome
) -> None:
    for found, ends in ((GOOD, 0), (outcome, 1)):
        monkeypatch.setattr(command, "SUITE", (drill(), drill(found, name="network")))
        assert command.main([]) == ends
        told = capsys.readouterr().out
        assert "tried  survived  lost  doubled  leaked" in re.sub(r" +", "  ", told)


def test_a_drill_that_breaks_off_stops_no_other_and_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_times: int) -> Outcome:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(command, "SUITE", (Drill("one", "", 1, broken), drill(name="two")))
    assert command.main([]) == 1
    said = capsys.readouterr()
    assert "two: tried 8, survived 8" in said.out
    assert "the disk is gone" in said.err


def test_what_was_lost_doubled_and_leaked_adds_up() -> None:
    parts = [Outcome(3, 2, 1, 0, 0, 1.0, ("a",)), Outcome(2, 1, 0, 1, 4, 2.0, ("b",))]
    assert together(*parts) == Outcome(5, 3, 1, 1, 4, 3.0, ("a", "b"))
