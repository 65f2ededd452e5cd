"""All files of the importer in one directory, and the arguments with which it reads them."""

import os
from dataclasses import dataclass
from pathlib import Path

from graph.facts.first_fill import kept
from graph.facts.first_fill.forms import ARRAY_DELIMITER
from graph.facts.first_fill.resolving import Resolver
from graph.model import Row

ARGUMENTS = (
    "--array-delimiter=U+001F",
    "--multiline-fields=true",  # texts of policies have lines; no other field does
    "--bad-tolerance=0",
    "--overwrite-destination=true",
)
assert ord(ARRAY_DELIMITER) == 0x1F  # noqa: S101, what the first argument says


@dataclass(frozen=True)
class Files:
    """What the importer is given, and what the store has to hold afterwards."""

    arguments: list[str]
    "of `neo4j-admin database import full`; names of files are relative to their directory"
    nodes: int
    relationships: int


def complete(directory: Path, resolver: Resolver, nodes: list[Row], ties: list[Row]) -> Files:
    """The files are complete.

    nodes, ties: what the store has all the same.
    """
    resolver.end()
    stays = kept.changed(nodes, resolver.next_rids)
    if resolver.load:
        number = max((node["number"] for node in nodes), default=-1) + 1
        stays.append(kept.node_of_load(resolver.load, number))
    arguments, counts = kept.write(directory, stays, ties), {"--nodes": len(stays), "--relationships": 0}
    numbers = {node["number"] for node in stays}
    counts["--relationships"] += sum({tie["source"], tie["target"]} <= numbers for tie in ties)
    for kind, form in resolver.forms.items():
        for place, part in enumerate(form.parts):
            header = f"{kind}-header{place or ''}.csv"
            with os.fdopen(os.open(directory / header, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(",".join(part.header) + "\n")
            arguments.append(f"{part.argument}={header},{kind}.csv")
            counts[part.argument.partition("=")[0]] += len(resolver.staged[kind])
    # The others last: right behind a list of files, the name of the database would be taken for one.
    return Files([*arguments, *ARGUMENTS], counts["--nodes"], counts["--relationships"])
