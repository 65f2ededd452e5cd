"""Keys, as those meet them who type their ids."""

from graph.identity.keys import Key
from tests.clock import now


def test_no_id_of_a_key_looks_like_an_option() -> None:
    first = {Key.drawn(now()).id[0] for _ in range(2_000)}
    assert "-" not in first
    assert len(first) > 32
