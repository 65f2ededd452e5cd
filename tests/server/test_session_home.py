"""The home of a session is in memory where there is room, and nothing of it is left there."""

from pathlib import Path

from tests.session_home import HELD, session_home


def test_what_a_killed_session_has_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    with session_home(tmp_path, memory) as living:
        assert living.parent.parent == memory
        living.mkdir()
        mine = living.parent.name.rpartition("-")[0]
        left = memory / f"{mine}-killed"
        (left / "home" / "data").mkdir(parents=True)
        (left / HELD).touch()
        (memory / "of another program").mkdir()
        with session_home(tmp_path, memory) as second:
            second.mkdir()
            assert living.exists()
            assert not left.exists()
        assert not second.parent.exists()
        assert living.exists()
    assert sorted(each.name for each in memory.iterdir()) == [f"{mine}-lock", "of another program"]


def test_where_there_is_no_such_memory_it_is_on_the_disk_and_is_removed_as_well(tmp_path: Path) -> None:
    with session_home(tmp_path, tmp_path / "nowhere") as home:
        assert home.parent == tmp_path
        home.mkdir()
        (home / "data").touch()
    assert not home.exists()
