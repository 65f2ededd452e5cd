"""Each command is killed once at a random moment and repeated; what is not repeated is counted."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from graph.server import local
from tests.drills import killed_commands
from tests.drills.killed_commands import Place, own_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
EARLY = (0.05, 0.2)
"The time undisturbed may be that of a Neo4j that had just been started; the command that is killed takes less."


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with own_place() as place:
        yield place


@pytest.mark.parametrize("name", killed_commands.COMMANDS)
def test_a_command_that_is_killed_and_repeated_leaves_what_it_leaves_undisturbed(place: Place, name: str) -> None:
    found = killed_commands.run(name, 1, where=lambda: nullcontext(place))
    assert found.whole, "\n".join(found.seen)


@pytest.mark.parametrize("name", ["load", "import", "rate-cypher", "rate-arrays", "nightly", "backup"])
def test_a_command_that_is_not_repeated_is_counted_as_lost(place: Place, name: str) -> None:
    found = killed_commands.run(name, 1, repeated=False, moments=EARLY, where=lambda: nullcontext(place))
    assert found.lost == 1


def test_what_a_killed_compaction_leaves_is_counted_where_nobody_settles_it(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setattr(local, "_settle", lambda _home: None)
    found = killed_commands.run(
        "compact",
        1,
        repeated=False,
        when=lambda home: (home / "compacting").exists(),
        where=lambda: nullcontext(place),
    )
    assert found.leaked > 0
    assert not found.whole
