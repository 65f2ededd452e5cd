"""Run by test_bombs.py, in a process of its own: reads a file with little memory, and says what became of that.

    python tests/facts/files/bombs.py FILE MAPPING

Prints a line of JSON: what was said, the seconds of a processor, and the largest memory in use, in bytes.
"""

import json
import resource
import sys
import time
from pathlib import Path

from graph.errors import RecordError
from graph.facts.files import read

ROOM = 512 << 20
"What reading may take, on top of the program and its libraries."


def main() -> None:
    path, mapping = sys.argv[1:]
    # The libraries are loaded before the limit holds.
    list(read(Path(path).parent / "sites.csv"))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    began, said = time.process_time(), ""
    try:
        for _ in read(path, mapping=mapping):
            """Rows are thrown away."""
    except RecordError as error:
        said = str(error)
    seconds = time.process_time() - began
    print(json.dumps({"said": said, "seconds": seconds, "bytes": _most_memory()}))


def _most_memory() -> int:
    """Of this program alone: what getrusage says has the memory of the one that started it, too."""
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
