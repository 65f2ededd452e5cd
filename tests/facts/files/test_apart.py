"""Files that are read by a process of its own: the same chunks, the same errors, and no process that stays."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from graph.errors import RecordError
from graph.facts.files.apart import read_apart
from graph.facts.files.reader import read
from tests.facts.looking import written


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    people = written(tmp_path, "entities.csv", "id,kind", *(f"p{n},person" for n in range(25)), "bob,robot")
    at = "2026-01-01T00:00:00Z"
    return [
        people,
        written(tmp_path, "contacts.csv", "source,target,at", f"p1,p2,{at}", f"p1,p1,{at}", "p1,p2,now"),
    ]


def test_the_chunks_are_those_that_are_read_here_and_an_error_is_the_same(
    files: list[Path], tmp_path: Path
) -> None:
    how = {"chunk_rows": 10, "prefix": "x-", "zone": "Europe/Berlin"}
    found = list(read_apart(files, **how))
    assert found == [chunk for file in files for chunk in read(file, **how)]
    assert sum(len(chunk.rejects) for chunk in found) == 3
    assert not active_children()

    broken = written(tmp_path, "visits.csv", "entity,when", "p1,2026")
    with pytest.raises(RecordError) as here:
        list(read(broken))
    with pytest.raises(RecordError) as apart:
        list(read_apart([files[1], broken]))
    assert (str(apart.value), apart.value.file) == (str(here.value), here.value.file)
    assert not active_children()


def test_a_process_that_is_ended_is_told_of_and_one_that_is_not_wanted_any_more_ends(files: list[Path]) -> None:
    chunks = read_apart(files, chunk_rows=1)
    next(chunks)
    for child in active_children():
        child.kill()
    with pytest.raises(RecordError, match="was ended from outside"):
        list(chunks)

    chunks = read_apart(files, chunk_rows=1)
    next(chunks)
    chunks.close()
    assert not active_children()


LEFT = """
import multiprocessing, sys, time
from pathlib import Path
from graph.facts.files.apart import read_apart
if __name__ == "__main__":
    chunks = read_apart([Path(sys.argv[1])], chunk_rows=1)
    next(chunks)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    time.sleep(600)
"""


def test_where_the_command_is_killed_the_process_that_reads_ends_as_well(
    files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "left.py").write_text(LEFT)
    command = [sys.executable, str(tmp_path / "left.py"), str(files[0])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as left:
        assert left.stdout
        [reader] = map(int, left.stdout.readline().split())
        os.kill(reader, 0)
        left.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{reader}/cmdline").exists() and Path(f"/proc/{reader}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)
