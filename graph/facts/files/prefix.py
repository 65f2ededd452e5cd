"""A prefix for the ids of one source: what it is put before, and what a value was before that."""

from typing import NamedTuple

from graph.facts.kinds import KINDS, NAMING
from graph.facts.registered_numbers import LEI, USCC, standard_form


class Prefix(NamedTuple):
    """What is put before ids; nothing where it is empty."""

    text: str = ""
    all_ids: bool = False
    "whether it is also put before ids of entities, products and sites; else before those of facts alone"

    def columns(self, kind: str) -> tuple[str, ...]:
        """The columns of a kind whose ids get it."""
        if not self.text:
            return ()
        own = tuple(filter(None, ("id", KINDS[kind].belongs_to))) if KINDS[kind].prefix else ()
        return (*own, *(NAMING[kind] if self.all_ids else ()))

    def before(self, kind: str, column: str, value: str) -> str:
        """The id with the prefix. A registered number of an organisation is the same in every source."""
        return value if self._is_shared(kind, column, value) else self.text + value

    def without(self, kind: str, column: str, value: str) -> str:
        """The id as the file has it."""
        if column not in self.columns(kind) or self._is_shared(kind, column, value):
            return value
        return value.removeprefix(self.text)

    @staticmethod
    def _is_shared(kind: str, column: str, value: str) -> bool:
        if column not in NAMING[kind] or column in ("product", "site") or kind in ("products", "sites"):
            return False
        return any(standard_form(standard, value) == value for standard in (USCC, LEI))


NO_PREFIX = Prefix()
