"""The Java that Spark 4 runs on: 17 or 21, with a module that the Java of the managed Neo4j lacks."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from graph.errors import SetupError

ACCEPTED = (17, 21)
MODULE = "jdk.incubator.vector"
"Spark's own launcher adds it, and a Java without it does not start then."
ADVICE = (
    f"install a Java 17 or 21 with the module {MODULE} (Debian: openjdk-17-jre-headless), or set JAVA_HOME to one"
)


class Found(NamedTuple):
    """What Spark would start."""

    fit: bool
    says: str
    "what was found, or what is wrong with it"


def check() -> None:
    """There is a Java for Spark. Raises SetupError."""
    found = examine()
    if not found.fit:
        raise SetupError(f"{found.says}: {ADVICE}")


def examine() -> Found:
    """The Java of JAVA_HOME, else the one on the path, as Spark looks for it."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        return Found(False, "there is no Java for Spark, in JAVA_HOME or on the path")
    try:
        told = subprocess.run([program, "--list-modules"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Found(False, f"the Java for Spark cannot be run: {error}")
    # java.base@17.0.15; a Java before 9 has no modules, and does not know the option
    version = re.search(r"^java\.base@(\d+)", told.stdout, re.MULTILINE)
    if version is None or int(version[1]) not in ACCEPTED:
        found = f"Java {version[1]}" if version else "no Java with modules"
        return Found(False, f"{program} is {found}, and Spark 4 runs on {' or '.join(map(str, ACCEPTED))}")
    if not re.search(rf"^{re.escape(MODULE)}\b", told.stdout, re.MULTILINE):
        return Found(False, f"{program} is Java {version[1]} without the module {MODULE}")
    return Found(True, f"Java {version[1]}, {program}, with {MODULE}")
