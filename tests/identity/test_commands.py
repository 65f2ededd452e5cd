"""Keys and tokens on the command line."""

import json
from pathlib import Path

from graph.database import Database
from graph.identity import Role, Verifier
from graph.settings import Settings
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
    said = innercircle("token", "issue", "--role", "member", "--subject", "me", "--entity", "p-1", "--json")
    token = json.loads(said.stdout)
    done = json.loads(innercircle("token", "revoke", token["token"], "--json").stdout)
    assert done["id"] == token["id"]
    assert graph.optional("revoked", id=token["id"]) is not None
    assert token["token"] not in innercircle("token", "revoke", token["id"]).stdout
