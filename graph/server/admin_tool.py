"""Neo4j's own admin tool, run on the files of a home whose server does not run."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server import jars, java, process
from graph.settings import Settings

TOOL = "org.neo4j.cli.AdminTool"
PID = "admin-tool.pid"
NOTED = ("/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"')
"Notes its pid in the first argument and becomes the others: no tool runs whose pid nobody knows."


def run(settings: Settings, home: Path, *words: str, pid: Path) -> None:
    """The tool has done what the words say, such as `database dump neo4j`. Raises LocalServerFailed.

    pid: a file that says which process it is, for `end`.
    """
    command = [
        *(*NOTED, str(pid)),
        str(java.find(settings)),
        "-XX:TieredStopAtLevel=1",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in process.OPENED),
        "-cp",
        f"{jars.library(settings)}/*",
        TOOL,
        *words,
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        told = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise LocalServerFailed(
            f"Neo4j's `{' '.join(words[:2])}` ended with {done.returncode}: {' '.join(told)[-600:]}"
        )


def end(pid: Path, folder: Path) -> None:
    """The tool that this file tells of, at work on this folder, runs no longer: whoever started it was killed."""
    with suppress(OSError, ValueError):
        number = int(pid.read_text())
        while all(word in process.command_line(number) for word in (TOOL, str(folder))):
            os.kill(number, signal.SIGKILL)
            time.sleep(0.02)
