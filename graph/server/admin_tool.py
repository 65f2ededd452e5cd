"""Neo4j's own admin tool, run on the files of a home whose server does not run."""

import os
import subprocess
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server import jars, java, process
from graph.settings import Settings

TOOL = "org.neo4j.cli.AdminTool"


def run(settings: Settings, home: Path, *words: str) -> None:
    """The tool has done what the words say, such as `database dump neo4j`. Raises LocalServerFailed."""
    command = [
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
