"""Each command is killed once or twice at a random moment and repeated; what is not repeated is counted."""

import pytest

from graph.server import local
from tests.drills import killed_commands

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("name", killed_commands.COMMANDS)
def test_a_command_that_is_killed_and_repeated_leaves_what_it_leaves_undisturbed(name: str) -> None:
    found = killed_commands.run(name, 1)
    assert found.whole, "\n".join(found.seen)


@pytest.mark.parametrize("name", ["load", "import", "rate-cypher", "rate-arrays", "nightly", "backup"])
def test_a_command_that_is_not_repeated_is_counted_as_lost(name: str) -> None:
    found = killed_commands.run(name, 1, repeated=False, moments=(0.2, 0.5))
    assert found.lost == 1


def test_what_a_killed_compaction_leaves_is_counted_where_nobody_settles_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "_settle", lambda _home: None)
    found = killed_commands.run("compact", 1, repeated=False, moments=(0.5, 0.8))
    assert found.leaked > 0
    assert not found.whole
