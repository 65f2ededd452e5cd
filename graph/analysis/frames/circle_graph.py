"""The circles of one scheme as a graph of networkx."""

from collections.abc import Hashable
from typing import Any

import networkx as nx
import pandas as pd

from graph.analysis.frames.read import Community

NODE = ("kind", "conduct", "score", "points", "band", "contested")
EDGE = ("weight", "used", "strength", "days", "last")


def circle_graph(community: Community) -> "nx.DiGraph[str]":
    """The rated members, in order of id, with an edge to each contact in the circle; missing values are left out.

    `last` is ISO 8601 text, since no format for graphs has days.
    """
    ratings = community.ratings.merge(community.members[["entity", "kind"]], on="entity")
    circles = community.circles.assign(last=community.circles["last"].dt.strftime("%Y-%m-%d"))
    graph: nx.DiGraph[str] = nx.DiGraph(scheme=community.scheme)
    graph.add_nodes_from((row["entity"], _there(row, NODE)) for row in ratings.to_dict("records"))
    graph.add_edges_from(
        (row["entity"], row["contact"], _there(row, EDGE))
        for row in circles.to_dict("records")
        if row["contact"] in graph
    )
    return graph


def _there(row: dict[Hashable, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if not pd.isna(row[name])}
