"""Which tests one worker of pytest-xdist runs, and in what order it takes them."""

import os
from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Rooms of one side ask for much the same queries, and each worker begins with a side of its own: first what needs
# no server, while that starts, then the longest, so that at the end there are short ones to share.
SIDES = (
    ("facts", "rating", "explain", "promises", "standing"),
    ("docs", "policy", "api", "rights", "analysis", "pages", "audit", "disclosure"),
)
UNPLANS = "store"
"The room whose tests make constraints: the server then plans all queries anew."


class ByPlace(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """The tests of one directory are for one worker, whose Neo4j plans the queries of that part only.

    With the slow ones they are so by file: a directory of many would keep one worker long after the other.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file.split("/")[1] if "QUICK_SAMPLES" in os.environ else file

    def _assign_work_unit(self, node: Any) -> None:
        """The next directory for a worker: of its side, of none, and then what is left of the other's."""
        number = self.nodes.index(node) % len(SIDES)
        mine, others = SIDES[number], SIDES[1 - number]

        def turn(scope: str) -> tuple[int, int]:
            if scope in mine:
                return 0, mine.index(scope)
            if scope in others:
                return 2, -others.index(scope)
            return (3 if scope == UNPLANS else 1), 0

        self.workqueue.move_to_end(min(self.workqueue, key=turn), last=False)
        super()._assign_work_unit(node)
