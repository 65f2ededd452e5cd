"""Neo4j serves Browser from the first jar on its class path that has a folder `browser`: a copy with our files."""

import shutil
import zipfile
from pathlib import Path

from graph.server.browser.contents import FILES, prepared

PREFIX, PAGE, SCRIPT = "browser/", "index.html", "innercircle.js"


def add_files(folder: Path, into: Path) -> Path | None:
    """A copy of Browser's jar is in `into`, and has our files beside its own; None where there is no Browser.

    Its page runs our script before its own.
    folder: the server's jars.
    """
    jar = next(iter(sorted(folder.glob("neo4j-browser-*.jar"))), None)
    if jar is None:
        return None
    copy = into / f"innercircle-{jar.name}"
    shutil.copyfile(jar, copy)
    with zipfile.ZipFile(copy, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, made in {**FILES, SCRIPT: prepared}.items():
            archive.writestr(PREFIX + name, made())
        page = archive.read(PREFIX + PAGE).decode()
        _forget(archive, PREFIX + PAGE)
        archive.writestr(PREFIX + PAGE, page.replace("<head>", f'<head><script src="{SCRIPT}"></script>', 1))
    return copy


def _forget(archive: zipfile.ZipFile, name: str) -> None:
    """The file is in the archive's list no more, so that another can have its name; its bytes stay."""
    archive.filelist.remove(archive.NameToInfo.pop(name))
