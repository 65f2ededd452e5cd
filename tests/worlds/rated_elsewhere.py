"""Ratings as files, as Spark makes them of a snapshot, but by the reference: for tests where there is no Spark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from graph import __version__, output_files
from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.rating.engines.spark import layout
from tests.strategies import AS_OF

DDL = {"int": pa.int32(), "double": pa.float64()}
SCHEMA = pa.schema(
    {
        "rid": pa.int32(),
        "rates": pa.list_(pa.float64()),
        "evidences": pa.list_(pa.float64()),
        "conduct": pa.float64(),
        "offset": pa.float64(),
        "voice": pa.float64(),
        "aside": pa.list_(pa.int32()),
        "circle": pa.list_(pa.struct([(name, DDL[kind]) for name, kind in layout.CIRCLE.items()])),
        "swept": pa.float64(),
        "swept_veil": pa.float64(),
    }
)
EPOCH_ORDINAL = 719_163
"Of 1970-01-01, as Python counts days."
SWEEPS = 60
"Half of what is left of an error goes with each, at least."


@dataclass(frozen=True)
class Elsewhere:
    """Ratings in a directory, and what a reader of them is told beside it."""

    directory: Path
    made: layout.Ratings
    rows: list[dict[str, Any]]


def write(
    directory: Path,
    facts: Facts,
    scheme: Scheme,
    founders: list[str],
    *,
    offsets: Mapping[int, float] | None = None,
    snapshot: bytes = b"",
) -> Elsewhere:
    """The directory has the ratings of the facts, in two files.

    offsets: of the veil, by rid; none if not given. snapshot: the manifest of the one that they are made from.
    """
    rated = reference.rate(facts, scheme, AS_OF, founders=founders if scheme.voice else ())
    names, laid = list(scheme.factors.named()), offsets or {member.rid: 0.0 for member in rated.members.values()}
    veils = _under_the_veil(rated, scheme.circle.share, laid)
    rows = [_row(member, names, rated, laid[member.rid], veils) for member in rated.members.values()]
    directory.mkdir()
    made = layout.Ratings(
        format=layout.FORMAT,
        snapshot="made up",
        snapshot_sha256=layout.sha256(snapshot),
        engine="spark",
        software=__version__,
        spark="none",
        java="none",
        as_of=AS_OF.isoformat(),
        hash=scheme.hash,
        factors=names,
        sweeps=rated.sweeps,
        bound=rated.bound,
        members=len(rows),
        ties=sum(len(row["circle"]) for row in rows),
        leaning=[0, 0, 0],
        table=layout.Table(rows=len(rows), files=[]),
    )
    return rewrite(Elsewhere(directory, made, rows), rows)


def rewrite(there: Elsewhere, rows: list[dict[str, Any]], **said: Any) -> Elsewhere:
    """The directory has these rows instead, and a manifest with fitting hashes, which says more where it is to."""
    files = []
    for number in range(2):
        path = there.directory / f"part-{number:05}.parquet"
        part = rows[number::2]
        parquet.write_table(pa.Table.from_pylist(part, schema=SCHEMA), path)
        digest = layout.sha256(path.read_bytes())
        files.append({"name": path.name, "rows": len(part), "bytes": path.stat().st_size, "sha256": digest})
    table = {"rows": len(rows), "files": files}
    manifest = json.loads(layout.encoded(there.made)) | {"table": table, "members": len(rows)} | said
    output_files.write_text(there.directory / layout.MANIFEST, json.dumps(manifest))
    place = str(there.directory / layout.MANIFEST)
    return Elsewhere(there.directory, layout.decoded_ratings(json.dumps(manifest).encode(), place), rows)


def _under_the_veil(rated: reference.Ratings, share: float, offsets: Mapping[int, float]) -> dict[int, float]:
    """The score of each rid if everybody's conduct had its offset added."""
    members = rated.members.values()
    own = {member.rid: member.conduct + offsets[member.rid] for member in members}
    found = dict(own)
    for _ in range(SWEEPS):
        company = {
            member.rid: sum(tie.weight * found[tie.rid] for tie in member.circle)
            for member in members
            if member.circle
        }
        found = own | {rid: (1 - share) * own[rid] + share * mean for rid, mean in company.items()}
    return found


def _row(
    member: reference.Rating,
    names: list[str],
    rated: reference.Ratings,
    offset: float,
    veils: Mapping[int, float],
) -> dict[str, Any]:
    circle = [
        {
            "contact": tie.rid,
            "weight": tie.weight,
            "strength": tie.strength,
            "days": tie.days,
            "last": tie.last.toordinal() - EPOCH_ORDINAL,
            "used": used,
            "veil": veils[tie.rid],
            "seen": min(1.0, max(0.0, veils[tie.rid])),
        }
        for tie, used in zip(member.circle, member.used, strict=True)
    ]
    return {
        "rid": member.rid,
        "rates": [member.rates[name].rate for name in names],
        "evidences": [member.rates[name].evidence for name in names],
        "conduct": member.conduct,
        "offset": offset,
        "voice": rated.voices.get(member.entity),
        "aside": [0, 0, 0, 0],
        "circle": circle,
        "swept": member.score,
        "swept_veil": veils[member.rid],
    }
