"""Shipped queries inside one transaction, which the client begins and ends."""

from collections.abc import Mapping
from typing import Any

import neo4j

from graph.store import queries, watching
from graph.store.journal import Journal
from graph.store.queries import Query

Rows = list[dict[str, Any]]


class Transaction:
    """Queries inside one transaction."""

    def __init__(self, transaction: neo4j.Transaction | neo4j.ManagedTransaction, journal: Journal | None = None):
        """journal: where what ends in it is remembered; None: nowhere."""
        self._transaction = transaction
        self.journal = journal
        self.noted = False
        "whether something ends with it that has to be in the journal"

    def run(self, name: str, /, **params: Any) -> Rows:
        query = queries.get(name)
        queries.check(query, params)
        with watching.asked(name):
            return self.ask(query, params)

    def ask(self, query: Query, params: Mapping[str, Any]) -> Rows:
        """The rows of a query whose parameters were checked."""
        return rows_of(self._transaction.run(query.text, dict(params)), drawn=query.drawn)

    def many(self, name: str, /, **params: Any) -> Rows:
        """The same of a query with many rows, in one list: the driver takes each row from the line by itself."""
        query = queries.get(name)
        queries.check(query, params)
        given = {queries.parameter(each, 0): value for each, value in params.items()}
        with watching.asked(name):
            [row] = rows_of(self._transaction.run(query.listed, given), drawn=query.drawn)
        rows: Rows = row["rows_0"]
        return rows

    def optional(self, name: str, /, **params: Any) -> dict[str, Any] | None:
        return next(iter(self.run(name, **params)), None)

    def rollback(self) -> None:
        """What was written is gone, and the transaction takes no further query."""
        if isinstance(self._transaction, neo4j.Transaction):
            self._transaction.rollback()


def rows_of(result: neo4j.Result, *, drawn: bool) -> Rows:
    """The rows of a query.

    drawn: whether there may be nodes, relationships or paths in them. The driver looks for these in every value of
    every list, to give them as maps and tuples, which takes longer than reading the values.
    """
    if drawn:
        return result.data()
    names = result.keys()
    return [dict(zip(names, record, strict=True)) for record in result]
