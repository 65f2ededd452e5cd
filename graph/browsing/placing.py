"""Neo4j serves Browser from the first jar on its class path that has a folder `browser`: a copy with our files."""

import shutil
import zipfile
from pathlib import Path

from graph.browsing.contents import FILES

PREFIX = "browser/"


def add_files(folder: Path, into: Path) -> Path | None:
    """A copy of Browser's jar is in `into`, and has our files beside its own; None where there is no Browser.

    folder: the server's jars.
    """
    jar = next(iter(sorted(folder.glob("neo4j-browser-*.jar"))), None)
    if jar is None:
        return None
    copy = into / f"innercircle-{jar.name}"
    shutil.copyfile(jar, copy)
    with zipfile.ZipFile(copy, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, made in FILES.items():
            archive.writestr(PREFIX + name, made())
    return copy
