"""The Java that Spark 4 runs on: 17 or 21, with a module that the Java of the managed Neo4j lacks."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from graph.errors import SetupError

ACCEPTED = (17, 21)
MODULE = "jdk.incubator.vector"
"Spark's own launcher adds it, and a Java without it does not start then."
ADVICE = f"install a whole Java 17 (Debian: openjdk-17-jre-headless) or 21, with the module {MODULE}, and set JAVA_HOME to it"


@dataclass(frozen=True)
class Java:
    program: str
    version: int


def check() -> Java:
    """The Java that Spark will start: that of JAVA_HOME, else the one on the path. Raises SetupError."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        raise SetupError(f"there is no Java for Spark, on the path or in JAVA_HOME: {ADVICE}")
    version = re.search(r'version "(?:1\.)?(\d+)', _said(program, "-version"))
    if version is None or int(version[1]) not in ACCEPTED:
        found = "no Java" if version is None else f"Java {version[1]}"
        raise SetupError(f"{program} is {found}, and Spark 4 runs on {' or '.join(map(str, ACCEPTED))}: {ADVICE}")
    if not re.search(rf"^{re.escape(MODULE)}\b", _said(program, "--list-modules"), re.MULTILINE):
        raise SetupError(f"{program} is Java {version[1]} without the module {MODULE}: {ADVICE}")
    return Java(program, int(version[1]))


def _said(program: str, option: str) -> str:
    try:
        told = subprocess.run([program, option], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"the Java for Spark cannot be run: {error}; {ADVICE}") from error
    return told.stdout + told.stderr
