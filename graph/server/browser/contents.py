"""The style, the guide and the favourites of Neo4j Browser, made of the files here and of cypher/browser."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from graph.errors import NotFound
from graph.store import queries
from graph.store.queries import Query

HERE = Path(__file__).parent
ROOM = "browser"
_STEP = re.compile(r"^\{\{ *(\w+) *\}\}$", re.MULTILINE)
_DATE = (2026, 1, 1, 0, 0, 0)


def inspecting() -> list[Query]:
    """The queries for Browser, by name."""
    return [query for query in queries.catalogue().values() if query.room == ROOM]


def style() -> str:
    """Browser's style: rules by label and by type, of which the later win."""
    return (HERE / "innercircle.grass").read_text(encoding="utf-8")


def guide() -> str:
    """The guide in Markdown: its slides are parted by `---`, and each block of code is run by a click.

    start.md names a query of cypher/browser in two pairs of braces where it is to stand. Raises NotFound.
    """
    text = (HERE / "start.md").read_text(encoding="utf-8")
    return _STEP.sub(lambda found: f"```cypher\n{step(queries.get(found[1]))}```", text)


def step(query: Query) -> str:
    """The query as it stands in the guide: its title, and its text without the header."""
    if query.room != ROOM:
        raise NotFound(f"{query.file} is not among the queries for Browser, which are in cypher/{ROOM}")
    lines = query.text.splitlines()
    body = next(number for number, line in enumerate(lines) if not line.startswith("//"))
    return "\n".join([f"// {query.title}", *lines[body:]]) + "\n"


def prepared() -> str:
    """A script that runs before Browser does: style and two settings are where Browser looks at its start.

    So they need no command, which would leave a frame. The settings: Browser draws only what a query returned, and
    not all other relationships between the same nodes; and it begins without a frame of its own.
    """
    return (HERE / "prepared.js").read_text(encoding="utf-8").replace("STYLE", json.dumps(rules()))


def rules() -> dict[str, dict[str, str]]:
    """The style as Browser keeps it."""
    found = re.findall(r"^([\w.]+) \{\n(.*?)^\}$", style(), re.MULTILINE | re.DOTALL)
    return {
        selector: {
            name: value.strip('"') for name, value in re.findall(r"^  ([a-z-]+): (.*);$", body, re.MULTILINE)
        }
        for selector, body in found
    }


FILES: dict[str, Callable[[], str]] = {"innercircle.grass": style, "start.md": guide}
"What Browser fetches, by name."


def opening(address: str) -> str:
    """The value of `browser.post_connect_cmd` where Browser is `prepared`: after a login, the guide opens.

    address: as in `post_connect`.
    """
    return f"guide {address}/start.md"


def post_connect(address: str) -> str:
    """The same for a Browser that is not ours: style and settings are commands, and each leaves a frame.

    address: where FILES are, such as http://localhost:7474/browser.
    """
    return f"config autoComplete: false; style {address}/innercircle.grass; guide {address}/start.md"


def favourites(out: BinaryIO) -> int:
    """`out` has an archive of the queries, to be dropped into Browser; returns how many. It never varies."""
    found = inspecting()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for query in found:
            entry = zipfile.ZipInfo(f"innercircle/{query.path.name}", _DATE)
            archive.writestr(entry, query.text, zipfile.ZIP_DEFLATED)
    return len(found)
