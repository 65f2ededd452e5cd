"""Shipped queries inside one transaction, which the client begins and ends."""

from collections.abc import Mapping
from typing import Any

import neo4j

from graph.store import queries

Rows = list[dict[str, Any]]


class Transaction:
    """Queries inside one transaction."""

    def __init__(self, transaction: neo4j.Transaction | neo4j.ManagedTransaction):
        self._transaction = transaction

    def run(self, name: str, /, **params: Any) -> Rows:
        query = queries.get(name)
        queries.check(query, params)
        return _rows(self._transaction, query.text, params)

    def optional(self, name: str, /, **params: Any) -> dict[str, Any] | None:
        return next(iter(self.run(name, **params)), None)

    def rollback(self) -> None:
        """What was written is gone, and the transaction takes no further query."""
        if isinstance(self._transaction, neo4j.Transaction):
            self._transaction.rollback()


def _rows(transaction: neo4j.ManagedTransaction | neo4j.Transaction, text: str, params: Mapping[str, Any]) -> Rows:
    return transaction.run(text, dict(params)).data()
