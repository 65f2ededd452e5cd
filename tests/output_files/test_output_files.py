"""What a command writes for its user takes the place of an ordinary file in one step, and of nothing else."""

import errno
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from graph import output_files
from graph.cli.app import app
from graph.errors import ParameterError
from graph.policy import scheme
from graph.store.client import Database
from tests.conftest import Command
from tests.worlds.all_kept_about_one import ENTITY, build

ROWS = """\
id,debtor,creditor,due,settled
o9,bob,mill,2026-05-01T00:00:00Z,2026-05-10T00:00:00Z
o10,bob,mill,yesterday,
"""
PURPOSE = scheme.read("reliability").purpose[0]
OLD = b"what was there before\n"
IN, DIRECTORY = ["--scheme", "reliability"], ("members.csv", "report.html", "about.json")
ONE, MANY = ("--out", "x.png"), ("--out", "folder")

# Every command that writes a file that somebody names: its arguments, and the option and name of the file.
WRITING: dict[str, tuple[list[str], tuple[str, str]]] = {
    "load": (["load", "obligations.csv"], ("--rejects", "rejects.csv")),
    "apply": (["apply", "obligations.csv"], ("--rejects", "rejects.csv")),
    "import": (["import", "obligations.csv"], ("--rejects", "rejects.csv")),
    "import-assistant": (["import-assistant", "obligations.csv"], ("--output", "mapping.toml")),
    "archive": (["archive", ENTITY], ("--out", "archive.zip")),
    "favourites": (["favourites"], ("", "favourites.zip")),
    "key export": (["key", "export"], ("--output", "keys.json")),
    "plot circle": (["plot", "circle", ENTITY, *IN], ONE),
    "plot history": (["plot", "history", ENTITY, *IN], ONE),
    "plot distribution": (["plot", "distribution", *IN], ONE),
    "plot conduct": (["plot", "conduct", *IN], ONE),
    "plot share": (["plot", "share", *IN], ONE),
    "export": (["export", *IN, "--purpose", "a study"], ("--out", "members.csv")),
    "snapshot": (["snapshot", "reliability"], ("--out", "snapshot")),
    "report": (
        ["report", "bob", *IN, "--audience", "bank", "--purpose", PURPOSE],
        ("--out", "report.html"),
    ),
    "verify-access": (["verify-access"], ("--place", "place.json")),
}
INTO_A_DIRECTORY = {"export", "report"}
READS = {
    *(
        "load paths",
        "apply paths",
        "import paths",
        "import-assistant file",
        "publish-run directory",
        "import-assistant members",
        "verify-report file",
        "verify-report key",
        "restore file",
    ),
}
NEW = {"import output"}
"A directory that must not be there yet; tests/facts/first_fill has one in the way."
NAMES_ITS_FILE = {"backup folder", "nightly folder"}
"A directory in which each file has a new name; tests/server/test_backup.py has a file in its place."
TOO_SMALL = {"plot distribution", "plot conduct", "plot share"}
"What needs more members than this community has; tests/analysis draws them."
FILLS = {"import"}
"What needs an empty store; tests/facts/first_fill fills one and has its rejects."
MAKES_A_DIRECTORY = {"snapshot"}
"What replaces nothing, not even an ordinary file; tests/analysis takes them."
GOES_ON_FROM = {"verify-access"}
"What an ordinary file there says is read, and the file is gone at the end; tests/access verifies in pieces."


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes a device")


def _link(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(OLD)
    path.symlink_to("elsewhere")


def _dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def _directory(path: Path) -> None:
    path.mkdir()


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


IN_THE_WAY: dict[str, Callable[[Path], None]] = {
    each.__name__[1:]: each for each in (_pipe, _device, _link, _dangling_link, _directory, _socket)
}


def _state(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Each path below, by kind, inode and content; links are not followed."""
    found = {}
    for path in sorted(directory.rglob("*")):
        is_file = stat.S_ISREG(path.lstat().st_mode)
        found[str(path)] = (path.lstat().st_mode, path.lstat().st_ino, path.read_bytes() if is_file else b"")
    return found


def _target(name: str, directory: Path) -> Path:
    """Where the file comes to stand that the command is told to write."""
    named = WRITING[name][1][1]
    return directory / "folder" / named if name in INTO_A_DIRECTORY else directory / named


def _arguments(name: str, target: Path) -> list[str | Path]:
    words, (option, _) = WRITING[name]
    given: list[str | Path] = [target.parent / word if word == "obligations.csv" else word for word in words]
    place = target.parent if name in INTO_A_DIRECTORY else target
    return [*given, *([option] if option else []), place]


def _paths(group: Any, before: str = "") -> set[str]:
    """Every option and argument of a command that is a path, as `command name`."""
    found = set()
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= _paths(command, f"{before}{name} ")
        found |= {
            f"{before}{name} {each.name}"
            for each in command.params
            if "Path" in str(getattr(each, "type_descriptor", ""))
        }
    return found


def test_every_path_of_a_command_is_one_that_it_reads_or_one_that_is_tried_here() -> None:
    written = {f"{name} {option.lstrip('-') or 'file'}" for name, (_, (option, _)) in WRITING.items()}
    assert _paths(typer.main.get_command(app)) == written | READS | NEW | NAMES_ITS_FILE


@pytest.mark.slow
@pytest.mark.parametrize("what", IN_THE_WAY)
@pytest.mark.parametrize("name", WRITING)
def test_nothing_but_an_ordinary_file_is_ever_replaced(
    innercircle: Command, tmp_path: Path, name: str, what: str
) -> None:
    # No Neo4j runs in this home: a command that asked for it before looking at the path would say so.
    target = _target(name, tmp_path)
    target.parent.mkdir(exist_ok=True)
    (target.parent / "obligations.csv").write_text(ROWS)
    IN_THE_WAY[what](target)
    before = _state(tmp_path)
    told = innercircle(*_arguments(name, target), INNERCIRCLE_HOME=str(tmp_path / "home"))
    assert told.returncode == 1
    assert str(target) in told.stderr
    assert what.split("_")[-1] in told.stderr
    assert _state(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITING)
def test_a_place_that_cannot_be_written_in_is_refused_first(
    innercircle: Command, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "obligations.csv").write_text(ROWS)
    for place in (Path("/proc"), tmp_path / "file"):
        target = (
            place / "folder" / WRITING[name][1][1] if name in INTO_A_DIRECTORY else place / WRITING[name][1][1]
        )
        arguments = _arguments(name, target)
        arguments = [tmp_path / "obligations.csv" if str(x).endswith("obligations.csv") else x for x in arguments]
        told = innercircle(*arguments, INNERCIRCLE_HOME=str(tmp_path / "home"))
        assert (told.returncode, told.stderr.count("\n")) == (1, 1), told.stderr
        assert str(place) in told.stderr
    assert (tmp_path / "file").read_bytes() == OLD


@pytest.mark.parametrize("command", ["load", "apply", "import"])
@pytest.mark.parametrize("how", ["name", "other_name", "hard_link", "of_a_directory", "mapping", "password"])
def test_rejects_never_take_the_place_of_what_the_command_reads(
    innercircle: Command, graph: Database, tmp_path: Path, command: str, how: str
) -> None:
    (tmp_path / "in").mkdir()
    rows = tmp_path / "in" / "obligations.csv"
    rows.write_text(ROWS)
    (tmp_path / "own.toml").write_text('about = "own"\n[obligations]\ndebtor = { column = "debtor" }\n')
    (tmp_path / "linked.csv").hardlink_to(rows)
    (tmp_path / "secret").write_bytes(OLD)
    rejects = {
        "name": rows,
        "other_name": tmp_path / "in" / ".." / "in" / "obligations.csv",
        "hard_link": tmp_path / "linked.csv",
        "of_a_directory": rows,
        "mapping": tmp_path / "own.toml",
        "password": tmp_path / "secret",
    }[how]
    given: list[str | Path] = ["--mapping", tmp_path / "own.toml"] if how == "mapping" else []
    before = _state(tmp_path)
    told = innercircle(
        *(command, rows.parent if how == "of_a_directory" else rows, "--rejects", rejects, *given),
        INNERCIRCLE_NEO4J_PASSWORD_FILE=str(tmp_path / "secret"),
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert "this command reads it" in told.stderr
    assert _state(tmp_path) == before
    assert graph.statement("MATCH (n) WHERE NOT n:Migration RETURN n") == []


@pytest.mark.parametrize("name", ["server.json", "password", "new.csv", "keys/new.csv"])
def test_no_file_is_written_in_the_home_of_a_server(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "server.json").write_bytes(OLD)
    with pytest.raises(ParameterError, match="is the home of a managed Neo4j; name another directory"):
        output_files.check(home / name)
    (tmp_path / "by").symlink_to(home)
    with pytest.raises(ParameterError, match="is the home of a managed Neo4j"):
        output_files.check(tmp_path / "by" / name)
    output_files.check(tmp_path / "beside.csv")
    assert sorted(each.name for each in home.iterdir()) == ["keys", "server.json"]


@pytest.mark.slow
def test_rejects_of_an_earlier_load_are_replaced_where_they_lie_among_the_files(
    innercircle: Command, graph: Database, tmp_path: Path
) -> None:
    rows, rejects = tmp_path / "obligations.csv", tmp_path / "rejects.csv"
    rows.write_text(ROWS)
    for _ in range(2):
        told = innercircle("load", tmp_path, "--rejects", rejects)
        assert told.returncode == 2, told.stderr
        assert "yesterday" in rejects.read_text()


@pytest.fixture(scope="module")
def community(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    build(database, tmp_path_factory.mktemp("community"))
    database.statement("MATCH (n:Access|Ledger) DETACH DELETE n")  # which are there for another test
    return database


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRITING.keys() - TOO_SMALL - FILLS - GOES_ON_FROM - MAKES_A_DIRECTORY))
@pytest.mark.usefixtures("community")
def test_an_ordinary_file_is_replaced_by_another_and_persons_data_are_for_the_owner(
    innercircle: Command, tmp_path: Path, name: str
) -> None:
    target = _target(name, tmp_path)
    target.parent.mkdir(exist_ok=True)
    (target.parent / "obligations.csv").write_text(ROWS)
    target.write_bytes(OLD)
    target.chmod(0o666)
    other_name = tmp_path / "another-name"
    other_name.hardlink_to(target)
    innercircle("key", "create")
    told = innercircle(*_arguments(name, target))
    assert told.returncode == (2 if name in ("load", "apply") else 0), told.stderr
    assert target.read_bytes() != OLD
    assert other_name.read_bytes() == OLD, "written beside it and moved there, not into it"
    mode = stat.S_IMODE(target.stat().st_mode)
    assert mode == (0o644 if name in ("favourites", "key export") else 0o600)
    assert not list(target.parent.glob(".*"))


def _break(path: Path) -> None:
    with output_files.replaced(path) as out:
        out.write(b"half")
        raise InterruptedError


def test_a_command_that_is_broken_off_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(OLD)
    with pytest.raises(InterruptedError):
        _break(path)
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


def test_all_files_of_a_directory_are_new_or_none_is(tmp_path: Path) -> None:
    def fail(out: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a").write_bytes(OLD)
    with pytest.raises(ParameterError, match="No space left"):
        output_files.replace_all(tmp_path, {"a": lambda out: out.write(b"new"), "b": fail})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": OLD}


def test_names_that_no_file_can_have_are_refused(tmp_path: Path) -> None:
    for name in ("a\0b", "n" * 300):
        with pytest.raises(ParameterError, match="no file can be written"):
            output_files.check(tmp_path / name)
    long = tmp_path / ("n" * 255)
    output_files.write_text(long, "a name as long as names can be")
    assert long.stat().st_mode & 0o777 == 0o600


def test_a_file_that_its_owner_protects_from_writing_stays(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    path = tmp_path / "kept.csv"
    path.write_bytes(OLD)
    path.chmod(0o400)
    with pytest.raises(ParameterError, match="write-protected"):
        output_files.check(path)


# A directory that is made as a whole --------------------------------------------------------------------


def test_a_directory_is_there_as_a_whole_or_not_at_all_and_is_for_its_owner(tmp_path: Path) -> None:
    place = tmp_path / "made"
    with output_files.fresh_directory(place) as fresh:
        (fresh / "in").mkdir(mode=0o700)
        output_files.write_text(fresh / "in" / "file", "whole")
        assert not place.exists()
        assert list(tmp_path.iterdir()) == [fresh]
    assert (place / "in" / "file").read_text() == "whole"
    assert {stat.S_IMODE(each.stat().st_mode) for each in (place, place / "in")} == {0o700}
    assert list(tmp_path.iterdir()) == [place]


def _break_a_directory(path: Path, error: Exception) -> None:
    with output_files.fresh_directory(path) as fresh:
        output_files.write_text(fresh / "file", "half")
        raise error


def test_of_a_directory_that_is_broken_off_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InterruptedError):
        _break_a_directory(tmp_path / "made", InterruptedError())
    with pytest.raises(ParameterError, match="No space left"):
        _break_a_directory(tmp_path / "made", OSError(errno.ENOSPC, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_a_directory_takes_the_place_of_nothing_also_of_what_came_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(OLD)
    for name, what in (("empty", "a directory already"), ("file", "a file already")):
        with pytest.raises(ParameterError, match=what):
            output_files.check_fresh(tmp_path / name)
    with pytest.raises(ParameterError, match="a directory already"), output_files.fresh_directory(tmp_path / "a"):
        (tmp_path / "a").mkdir()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "empty", "file"]


UNFINISHED = """
import sys, time
from pathlib import Path
from graph import output_files
with output_files.replaced(Path(sys.argv[1])) as out:
    out.write(b"half")
    out.flush()
    print("written", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_unfinished_is_forgotten_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    for name in ("link", "empty", "whole"):
        (tmp_path / name).touch()
    (tmp_path / ".writing-link").symlink_to(tmp_path / "whole")
    (tmp_path / ".writing-directory").mkdir()
    os.mkfifo(tmp_path / ".writing-pipe")
    others = {each.name for each in tmp_path.iterdir()}
    program = [sys.executable, "-c", UNFINISHED, str(tmp_path / "file")]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        output_files.write_text(tmp_path / "whole", "another")
        [being_written] = {each.name for each in tmp_path.iterdir()} - others
        assert being_written.startswith(output_files.UNFINISHED)
        writer.kill()
    (tmp_path / f"{output_files.UNFINISHED}0123456789abcdef").touch()  # killed before it had written anything
    with output_files.replaced(tmp_path / "rejects", wanted=lambda: False):
        """Nothing is to be kept of it."""
    assert {each.name for each in tmp_path.iterdir()} == others
    output_files.write_text(tmp_path / "file", "whole")
    assert (tmp_path / "file").read_text() == "whole"
