"""Keys and tokens on the command line."""

import json
from pathlib import Path

from graph.identity import Role, Verifier
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import Command


def test_a_key_is_created_signs_is_exported_and_revoked(innercircle: Command, tmp_path: Path) -> None:
    home = {"INNERCIRCLE_HOME": str(tmp_path)}
    created = json.loads(innercircle("key", "create", "--json", **home).stdout)
    token = json.loads(
        innercircle("token", "issue", "--role", "client", "--subject", "a bank", "--json", **home).stdout
    )
    assert token["key"] == created["id"]
    principal = Verifier(Settings(home=tmp_path)).check(token["token"])
    assert (principal.role, principal.subject) == (Role.CLIENT, "a bank")
    exported = json.loads(innercircle("key", "export", **home).stdout)
    assert [key["kid"] for key in exported["keys"]] == [created["id"]]
    assert innercircle("key", "revoke", created["id"], **home).returncode == 0
    (listed,) = json.loads(innercircle("key", "list", "--json", **home).stdout)["keys"]
    assert listed["revoked"] is not None
    refused = innercircle("token", "issue", "--role", "client", "--subject", "a bank", **home)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: ")


def test_a_token_is_revoked_by_its_id_or_by_itself(
    graph: Database, innercircle: Command, settings: Settings
) -> None:
    innercircle("key", "create")
    graph.statement("CREATE (:Entity:Person {id: 'p-1'})")
    said = innercircle("token", "issue", "--role", "member", "--subject", "me", "--entity", "p-1", "--json")
    token = json.loads(said.stdout)
    done = json.loads(innercircle("token", "revoke", token["token"], "--json").stdout)
    assert done["id"] == token["id"]
    [known] = graph.statement("MATCH (e:Entity {id: 'p-1'}) RETURN e.subjects AS subjects")
    assert known["subjects"] == ["me"], "who acts for the entity is on record"
    assert graph.one("admitted", id=token["id"], subject="me", entity="p-1") == {"revoked": True, "acts": True}
    assert token["token"] not in innercircle("token", "revoke", token["id"]).stdout


def test_nobody_is_named_for_an_entity_that_there_is_not(graph: Database, innercircle: Command) -> None:
    innercircle("key", "create")
    member = ("--role", "member", "--subject", "me", "--entity", "nobody at all")
    reviewer = ("--role", "reviewer", "--subject", "ruth", "--acts-for", "nobody at all")
    for words in (
        ("token", "issue", *member),
        ("link", "issue", *member),
        ("link", "issue", "--entity", "nobody at all"),
        ("token", "issue", *reviewer),
    ):
        refused = innercircle(*words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "there is no entity 'nobody at all'" in refused.stderr


def test_a_link_is_for_roles_that_have_pages(innercircle: Command) -> None:
    innercircle("key", "create")
    for role in ("client", "reviewer", "auditor"):
        refused = innercircle("link", "issue", "--role", role, "--subject", "somebody")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "innercircle token issue" in refused.stderr
