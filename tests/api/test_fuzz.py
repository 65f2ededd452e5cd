"""The whole API, asked what its description allows: no failure of ours, and no undocumented answer.

schemathesis makes requests from /openapi.json and checks the answers against it: statuses, content types, schemas.
Each is sent to a real server with a token of a role that the route takes, and with one of a role that it does not.
It runs under `make test-all`; the requests are the same each time.
"""

from copy import deepcopy
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graph.store.client import Database
from tests.api.conftest import As
from tests.api.document import DOCUMENT

LABELS = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]
ROLES = {"member": "p-1", "client": "a bank", "operator": "an operator", "reviewer": "a reviewer", "auditor": "x"}


@pytest.fixture(scope="module")
def tokens(as_role: dict[str, As]) -> dict[str, str]:
    """An Authorization header of each role."""
    return {role: as_role[role](name).headers["Authorization"] for role, name in ROLES.items()}


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """What the description allows to ask of each route. The library is imported here: it takes two seconds."""
    import schemathesis

    found: list[Any] = list(schemathesis.openapi.from_dict(deepcopy(DOCUMENT)).get_all_operations())
    operations = {each.label: each for each in (result.ok() for result in found)}
    assert sorted(operations) == sorted(LABELS)
    return operations


@pytest.fixture(scope="module")
def checks() -> list[Any]:
    """What an answer must be."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]


def ask(operation: Any, api: httpx.Client, tokens: dict[str, str], checks: list[Any]) -> None:
    security = operation.definition.raw.get("security", [])
    takes = [role for each in security for role in each["token"]]
    refused = next((role for role in ROLES if role not in takes), None)
    askers = [*takes[:1], *([refused] if refused else [])]

    @settings(
        max_examples=50,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        for role in askers:
            case.call_and_validate(
                base_url=str(api.base_url).rstrip("/"),
                headers={"Authorization": tokens[role]},
                checks=checks,
                timeout=60,
            )

    asked()


@pytest.mark.slow
@pytest.mark.parametrize("label", LABELS)
def test_no_request_makes_the_service_fail_or_answer_what_it_does_not_document(
    community: Database,
    api: httpx.Client,
    tokens: dict[str, str],
    operations: dict[str, Any],
    checks: list[Any],
    label: str,
) -> None:
    ask(operations[label], api, tokens, checks)
