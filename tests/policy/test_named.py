"""A scheme is published with its operator's name, and not with a placeholder."""

import json
from pathlib import Path

import pytest

from graph.errors import ParameterError, SchemeInvalid
from graph.policy import publishing, scheme
from graph.store.client import Database
from tests.conftest import Command


def test_a_shipped_policy_is_published_with_a_name_and_keeps_it(graph: Database) -> None:
    shipped = scheme.read("own-conduct")
    with pytest.raises(SchemeInvalid, match=r"own-conduct: operator: .*--operator"):
        publishing.named(graph, shipped)
    named = publishing.named(graph, shipped, "The Mill")
    assert publishing.publish(graph, named)
    again = publishing.named(graph, shipped)
    assert (again.operator, again.hash) == ("The Mill", named.hash)
    assert not publishing.publish(graph, again), "it was published already"
    with pytest.raises(SchemeInvalid, match="version"):
        publishing.publish(graph, publishing.named(graph, shipped, "The Kiln"))
    with pytest.raises(SchemeInvalid, match="still to be written"):
        publishing.named(graph, shipped, "TODO")
    with pytest.raises(ParameterError, match="operator"):
        publishing.named(graph, shipped, "The\nMill")


def test_the_command_refuses_a_placeholder_and_takes_a_name(
    graph: Database, innercircle: Command, tmp_path: Path
) -> None:
    refused = innercircle("scheme", "publish", "trading", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "scheme-invalid"
    copied = tmp_path / "mine.toml"
    copied.write_text(scheme.read("trading").text, encoding="utf-8")
    assert innercircle("scheme", "publish", str(copied)).returncode == 1
    assert graph.optional("scheme", id="trading") is None
    assert innercircle("scheme", "publish", str(copied), "--operator", "The Mill").returncode == 0
    assert publishing.published(graph, "trading").scheme.operator == "The Mill"
