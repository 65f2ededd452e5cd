"""Standing and organisations over HTTP: who is told what, and what is the same answer."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from graph.errors import NOTHING_OPEN
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rights import grants
from graph.store.client import Database
from tests.api.conftest import As
from tests.conftest import WIPE
from tests.facts.looking import written

POLICY = scheme.read("reliability")
PURPOSE = {"purpose": POLICY.purpose[0]}
LEI, TRADERS = "5493001KJTIIGC8Y1R12", "91350100M000100Y43"
JUDGED = "id,entity,court,case_number,amount,currency,issued,due,settled"


@pytest.fixture(scope="module")
def town(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("town")
    database.statement(WIPE)
    publishing.publish(database, POLICY)
    entities = ("ann,person,,", f"tom,sole-trader,{TRADERS},", f"mill,organisation,,{LEI}")
    written(folder, "entities.csv", "id,kind,uscc,lei", *entities)
    judgments = [
        f"j-{each},{each},Court,1,5,CNY,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z," for each in ("ann", "mill")
    ]
    written(folder, "judgments.csv", JUDGED, *judgments)
    members = [f"{each},reliability,2026-01-01T00:00:00Z,1" for each in ("ann", "tom")]
    written(folder, "memberships.csv", "entity,scheme,at,notice", *members)
    assert not any(each.rejected for each in load(database, [folder]))
    return database


def standing(client: httpx.Client, entity: str, **params: str) -> httpx.Response:
    return client.get(f"/v1/entities/{entity}/standing", params=params)


def text(answer: httpx.Response) -> Any:
    """A problem without the name of its occurrence."""
    assert answer.status_code >= 400
    return {name: value for name, value in answer.json().items() if name != "instance"}


@pytest.mark.slow
def test_a_member_is_told_its_own_standing_and_no_others(town: Database, as_member: As) -> None:
    own = standing(as_member("ann"), "ann").json()
    assert own == {
        "entity": "ann",
        "restricted": True,
        "judgments": [
            {
                "id": "j-ann",
                "court": "Court",
                "case_number": "1",
                "amount": 5.0,
                "currency": "CNY",
                "issued": "2026-01-01T00:00:00Z",
                "due": "2026-02-01T00:00:00Z",
            }
        ],
    }
    for entity in ("tom", "mill", "nobody"):
        assert text(standing(as_member("ann"), entity))["detail"] == NOTHING_OPEN
    assert text(standing(as_member("nobody"), "nobody"))["detail"] == NOTHING_OPEN


def test_a_client_is_told_of_organisations_and_of_persons_who_granted_it(town: Database, as_client: As) -> None:
    bank = as_client("bank")
    assert standing(bank, "mill", **PURPOSE).json()["restricted"]
    assert text(standing(bank, "mill"))["code"] == "parameter"
    assert text(standing(bank, "mill", purpose="hiring"))["code"] == "purpose-mismatch"
    refused = [text(standing(bank, each, **PURPOSE)) for each in ("ann", "tom", "nobody")]
    assert refused[0] == refused[1] == refused[2]
    assert refused[0]["detail"] == NOTHING_OPEN
    now = datetime.now(UTC)
    give = partial(grants.grant, scheme=POLICY.id, client="bank", what="band", now=now, purpose=PURPOSE["purpose"])
    town.write(partial(give, entity="ann", until=now + timedelta(days=1)))
    assert standing(bank, "ann", **PURPOSE).json()["restricted"]
    assert standing(as_client("another"), "ann", **PURPOSE).status_code == 404


def test_nobody_else_is_told_a_standing(town: Database, as_role: dict[str, As]) -> None:
    for role in ("reviewer", "operator", "auditor"):
        assert text(standing(as_role[role]("x"), "mill", **PURPOSE))["code"] == "forbidden"


def test_an_organisation_is_found_by_its_number_in_any_role_and_a_sole_trader_in_none(
    town: Database, as_role: dict[str, As], api: httpx.Client
) -> None:
    for client in as_role.values():
        found = client("ann").get(f"/v1/organisations/{LEI.lower()}").json()
        assert found == {"id": "mill", "kind": "organisation", "name": None, "uscc": None, "lei": LEI}
        absent = [
            text(client("ann").get(f"/v1/organisations/{each}")) for each in (TRADERS, "529900T8BM49AURSDO55")
        ]
        assert absent[0] == absent[1]
        assert (absent[0]["status"], absent[0]["detail"]) == (404, NOTHING_OPEN)
        assert text(client("ann").get(f"/v1/organisations/{LEI[:-1]}3"))["code"] == "parameter"
    assert api.get(f"/v1/organisations/{LEI}").status_code == 401
