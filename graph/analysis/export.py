"""One scheme's members, facts, circles and ratings as files: CSV, Parquet or GraphML.

Each file replaces an older one as a whole, and only the user who runs innercircle may read it. Texts
that a spreadsheet would take for a formula begin with an apostrophe in CSV, as everywhere.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import networkx as nx
import pandas as pd

from graph import output_files
from graph.analysis import frames
from graph.analysis.frames import Reader
from graph.analysis.frames.circle_graph import circle_graph
from graph.analysis.frames.read import read, read_facts
from graph.errors import ParameterError
from graph.output_files import Write
from graph.rating.runs import recorded
from graph.store.client import Database
from graph.text.plain import no_formula

WHAT = "export"
ABOUT = "about.json"
TABULAR = ("members", "facts", "circles", "ratings")
INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True)
class Exported:
    """What was written: how many rows, or nodes, each file has."""

    scheme: str
    files: dict[str, int]


def export(database: Database, scheme_id: str, directory: Path, form: str, *, by: Reader) -> Exported:
    """`directory` has the scheme's files, and `about.json`, which names their run and the purpose.

    form: csv or parquet, for members, facts, circles and ratings; or graphml, for the circles with ratings at the
          nodes. All of it is in order of id, and names members only.
    Everyone is on record as read before the first file is there.
    Raises NotFound, NotRecorded, StoreConflict, ParameterError (another form; the directory cannot be written to).
    """
    check(directory, form)
    community = read(database, scheme_id)
    everyone = set(community.members["entity"])
    if form == GRAPHML:
        graph = circle_graph(community)
        everyone &= set(graph)
        counts = {"circles.graphml": graph.number_of_nodes()}
        writes: dict[str, Write] = {"circles.graphml": partial(_write_graphml, graph)}
    else:
        facts = read_facts(database, scheme_id)
        everyone |= set(facts["entity"])
        found = (community.members, facts, community.circles, community.ratings)
        tables = dict(zip(TABULAR, found, strict=True))
        counts = {f"{name}.{form}": len(table) for name, table in tables.items()}
        writes = {f"{name}.{form}": partial(TABLES[form], table) for name, table in tables.items()}
    runs = [recorded(database, run) for run in sorted(set(community.ratings["run"]))]
    about = {
        "scheme": scheme_id,
        "runs": [
            {"id": run.id, "as_of": run.as_of.isoformat(), "version": run.version, "policy_hash": run.hash}
            for run in runs
        ],
        "read_by": by.who,
        "purpose": by.purpose,
        "rows": counts,
    }
    writes[ABOUT] = partial(_write_text, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    frames.record(database, scheme_id, everyone, by=by, what=WHAT)
    output_files.replace_all(directory, writes)
    return Exported(scheme_id, counts)


def check(directory: Path, form: str) -> None:
    """The files of this form can be written there. Raises ParameterError."""
    if form not in FORMATS:
        raise ParameterError(f"{form!r} is none of {', '.join(FORMATS)}")
    names = ("circles.graphml",) if form == GRAPHML else (f"{name}.{form}" for name in TABULAR)
    output_files.check_directory(directory, [*names, ABOUT])


def write_csv(table: pd.DataFrame, out: BinaryIO) -> None:
    """The table as UTF-8 below its column names: instants as ISO 8601 in UTC, what is missing as nothing."""
    plain = table.copy()
    for name in plain.columns:
        column = plain[name]
        if isinstance(column.dtype, pd.StringDtype):
            plain[name] = column.map(no_formula, na_action="ignore")
        elif isinstance(column.dtype, pd.DatetimeTZDtype):
            plain[name] = column.dt.strftime(INSTANT)
        elif pd.api.types.is_datetime64_dtype(column.dtype):
            plain[name] = column.dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_bool_dtype(column.dtype):
            plain[name] = column.map({True: "true", False: "false"})
    plain.to_csv(out, index=False, lineterminator="\n", encoding="utf-8")


def write_parquet(table: pd.DataFrame, out: BinaryIO) -> None:
    """The table as one file of Parquet."""
    table.to_parquet(out, index=False)


TABLES: dict[str, Callable[[pd.DataFrame, BinaryIO], None]] = {"csv": write_csv, "parquet": write_parquet}
GRAPHML = "graphml"
FORMATS = (*TABLES, GRAPHML)


def _write_graphml(graph: "nx.DiGraph[str]", out: BinaryIO) -> None:
    nx.write_graphml_xml(graph, out)


def _write_text(text: str, out: BinaryIO) -> None:
    out.write(text.encode())
