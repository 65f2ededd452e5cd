"""Sessions on the pages, without a browser."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from graph.identity import Keyring, Role, sessions, tokens
from tests.api import conftest

ring, api, community = conftest.ring, conftest.api, conftest.community


def link(ring: Keyring, role: Role, subject: str, entity: str | None = None, **more: Any) -> tokens.Issued:
    """A sign-in link of the session's service."""
    wanted: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": datetime.now(UTC)} | more
    return sessions.issue_link(ring, role, subject, entity=entity, **wanted)


Fresh = Callable[[], httpx.Client]


@pytest.fixture(scope="module")
def fresh(api: httpx.Client) -> Iterator[Fresh]:
    """Clients that keep cookies and say where their forms come from, as a browser does; nobody is signed in."""
    made: list[httpx.Client] = []
    headers = {"Origin": str(api.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}

    def client() -> httpx.Client:
        verify = conftest.TLS
        made.append(
            httpx.Client(
                base_url=api.base_url, headers=headers, verify=verify, trust_env=False, timeout=conftest.PATIENCE
            )
        )
        return made[-1]

    yield client
    for each in made:
        each.close()


SignIn = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def sign_in(fresh: Fresh, ring: Keyring) -> SignIn:
    """A client that is signed in, by role and by entity or subject."""
    made: dict[tuple[Role, str], httpx.Client] = {}

    def signed_in(role: Role, name: str, *, anew: bool = False) -> httpx.Client:
        if anew or (role, name) not in made:
            entity = name if role is Role.MEMBER else None
            issued = link(ring, role, f"login of {name}" if entity else name, entity)
            client = made[role, name] = fresh()
            answer = client.post("/sign-in", data={"link": issued.text})
            assert answer.status_code == 303, answer.text
        return made[role, name]

    return signed_in
