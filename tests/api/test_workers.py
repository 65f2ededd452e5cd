"""Two real workers at one address: what one of them does holds in the other, from the next request on.

A worker that is stopped takes no connection, so that the test chooses which of the two answers it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api.http.metrics import FOLDER
from api.workers import MEMORY
from graph.identity import Keyring, Role, verifying
from graph.policy import publishing, scheme
from graph.rights import grants
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import issue, once_only
from tests.api.test_ratings import rating_of
from tests.pages.conftest import link

pytestmark = pytest.mark.slow
PURPOSE = scheme.read("reliability").purpose[0]
LOOKUP = "/v1/schemes/reliability/ratings/lookup"
GRANTED = "/v1/schemes/reliability/ratings/{}/granted"
UNLIMITED = {
    "INNERCIRCLE_API_REQUESTS_PER_SECOND": "100000",
    "INNERCIRCLE_API_BURST": "100000",
    "INNERCIRCLE_API_IDS_PER_SECOND": "100000",
    "INNERCIRCLE_API_IDS_BURST": "100000",
    "INNERCIRCLE_API_QUERY_SECONDS": "120",
}


class Service:
    """`innercircle serve` with two workers."""

    def __init__(self, process: "subprocess.Popen[str]", address: str):
        self.process, self.address = process, address

    def workers(self) -> list[int]:
        """The pids of the two, once there are two."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = [each.pid for each in psutil.Process(self.process.pid).children() if _works(each)]
            if len(found) == 2:
                return sorted(found)
            time.sleep(0.05)
        raise AssertionError("there are not two workers")

    @contextmanager
    def each(self, **headers: str) -> Iterator[tuple[httpx.Client, httpx.Client]]:
        """A client of the one worker, and one of the other, each on a connection that stays."""
        first, second = self.workers()
        for worker in (first, second):  # both are at work: a connection that waits for the other to begin is ended
            with self.only(worker):
                pass
        with self.only(first, **headers) as one, self.only(second, **headers) as other:
            yield one, other

    @contextmanager
    def only(self, worker: int, **headers: str) -> Iterator[httpx.Client]:
        limits = httpx.Limits(max_connections=1, keepalive_expiry=None)
        with httpx.Client(
            base_url=self.address, headers=headers, limits=limits, trust_env=False, timeout=60
        ) as client:
            others = [each for each in self.workers() if each != worker]
            for each in others:
                os.kill(each, signal.SIGSTOP)
            try:
                assert client.get("/livez").status_code == 200
            finally:
                for each in others:
                    os.kill(each, signal.SIGCONT)
            yield client


def _works(process: psutil.Process) -> bool:
    """Whether it is a worker: the parent has another child, which looks after what they share."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


@contextmanager
def started(settings: Settings, **variables: str) -> Iterator[Service]:
    given = {"INNERCIRCLE_HOME": str(settings.home), "INNERCIRCLE_API_WORKERS": "2", **UNLIMITED, **variables}
    with subprocess.Popen(
        [Path(sys.executable).with_name("innercircle"), "serve", "--port", "0", "--json"],
        env=os.environ | given,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Service(process, json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="module")
def service(community: Database, server: Server, settings: Settings, ring: Keyring) -> Iterator[Service]:
    with started(settings) as service:
        yield service


def bearer(ring: Keyring, role: Role, subject: str, entity: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(ring, role, subject, entity).text}"}


def give(database: Database, entity: str) -> grants.Grant:
    now = datetime.now(UTC)
    asked: dict[str, Any] = {"scheme": "reliability", "client": "bank", "purpose": PURPOSE, "now": now}
    return database.write(
        lambda transaction: grants.grant(
            transaction, entity, what="points", until=now + timedelta(days=1), **asked
        )
    )


# The five ways to be answered by what is not so any more -----------------------------------------------


def test_a_token_that_was_revoked_elsewhere_is_refused_by_both(
    community: Database, service: Service, ring: Keyring
) -> None:
    token = issue(ring, Role.MEMBER, "login of p-1", "p-1")
    with service.each(Authorization=f"Bearer {token.text}") as workers:
        paths = [rating_of("p-1"), f"{rating_of('p-1')}/explanation", "/v1/me"]
        assert [each.get(path).status_code for each in workers for path in paths] == [200] * 6
        verifying.revoke(community, token.id, datetime.now(UTC))
        answers = [each.get(path) for each in workers for path in paths]
    assert [answer.status_code for answer in answers] == [401] * 6
    assert {answer.json()["detail"] for answer in answers} == {"the token was revoked: ask for a new one"}


def test_a_key_that_was_revoked_signs_nobody_in_at_either_although_its_tokens_were_seen_before(
    community: Database, service: Service, ring: Keyring
) -> None:
    key = ring.create(datetime.now(UTC))
    headers = bearer(ring, Role.MEMBER, "login of p-2", "p-2")
    with service.each(**headers) as workers:
        assert [each.get(rating_of("p-2")).status_code for each in workers] == [200, 200]
        ring.revoke(key.id, datetime.now(UTC))
        answers = [each.get(rating_of("p-2")) for each in workers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("the key that signed the token was revoked" in answer.text for answer in answers)


def test_a_policy_that_was_replaced_holds_at_both_at_once(
    community: Database, service: Service, ring: Keyring
) -> None:
    give(community, "p-3")
    before = scheme.read("reliability")
    after = scheme.parse(
        before.text.replace(PURPOSE, "another purpose of its own").replace(
            f'version = "{before.version}"', 'version = "9-for-a-test"'
        ),
        "a policy of a test",
    )
    with service.each(**bearer(ring, Role.CLIENT, "bank")) as workers:

        def ask() -> list[int]:
            return [each.get(GRANTED.format("p-3"), params={"purpose": PURPOSE}).status_code for each in workers]

        assert ask() == [200, 200]
        publishing.publish(community, after)
        try:
            assert ask() == [403, 403]
        finally:
            publishing.publish(community, before)
        assert ask() == [200, 200]


def test_a_member_that_left_between_two_reads_is_told_and_tells_nothing_at_either(
    community: Database, service: Service, ring: Keyring
) -> None:
    give(community, "p-4")
    with (
        service.each(**bearer(ring, Role.MEMBER, "login of p-4", "p-4")) as own,
        service.each(**bearer(ring, Role.CLIENT, "bank")) as banks,
    ):
        asked = {"purpose": PURPOSE}
        assert [each.get(rating_of("p-4")).status_code for each in own] == [200, 200]
        assert [each.get(GRANTED.format("p-4"), params=asked).status_code for each in banks] == [200, 200]
        assert own[0].delete("/v1/me", headers=once_only()).status_code in (200, 204)
        assert [each.get(rating_of("p-4")).status_code for each in own] == [404, 404]
        assert [each.get(GRANTED.format("p-4"), params=asked).status_code for each in banks] == [404, 404]
        looked = [each.post(LOOKUP, json={"ids": ["p-4"], **asked}).json() for each in banks]
    assert [each["missing"] for each in looked] == [["p-4"], ["p-4"]]


def test_a_contact_that_hides_its_part_is_hidden_by_both(
    community: Database, service: Service, ring: Keyring
) -> None:
    def shown(shows: bool) -> list[set[str]]:
        community.statement(
            "MATCH (m:Membership {scheme: 'reliability'}) SET m.shares = CASE WHEN $shows THEN true END",
            shows=shows,
        )
        answers = [each.get(rating_of("p-1")).json() for each in workers]
        return [{part["source"] for part in each["parts"]} & {"contact", "contacts"} for each in answers]

    with service.each(**bearer(ring, Role.MEMBER, "login of p-1", "p-1")) as workers:
        assert shown(False) == [{"contacts"}, {"contacts"}]
        assert shown(True) == [{"contact"}, {"contact"}]
        assert shown(False) == [{"contacts"}, {"contacts"}]


# What else holds across workers ------------------------------------------------------------------------


def test_a_request_that_is_repeated_at_the_other_worker_has_its_effect_once(
    community: Database, service: Service, ring: Keyring
) -> None:
    wanted = {
        "scheme": "reliability",
        "client": "a shop",
        "purpose": PURPOSE,
        "what": "band",
        "until": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}",
    }
    once = once_only()
    with service.each(**bearer(ring, Role.MEMBER, "login of p-2", "p-2")) as workers:
        answers = [each.post("/v1/me/grants", json=wanted, headers=once) for each in workers]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        other = workers[1].post("/v1/me/grants", json=wanted | {"what": "points"}, headers=once)
    assert other.status_code == 409


def test_a_link_signs_in_once_a_session_holds_at_both_and_its_end_too(
    community: Database, service: Service, ring: Keyring
) -> None:
    text = link(ring, Role.MEMBER, "login of p-1", "p-1").text
    with service.each(Origin=service.address) as (one, other):
        signed_in = one.post("/sign-in", data={"link": text})
        assert signed_in.status_code == 303, signed_in.text
        assert other.post("/sign-in", data={"link": text}).status_code == 401
        other.cookies.update(one.cookies)
        assert (one.get("/me").status_code, other.get("/me").status_code) == (200, 200)
        kept = dict(one.cookies)
        assert other.post("/sign-out").status_code == 303
        one.cookies.update(kept)
        assert one.get("/me").status_code in (303, 401)


def test_a_limit_is_no_larger_for_two_workers(
    community: Database, server: Server, settings: Settings, ring: Keyring
) -> None:
    give(community, "p-1")
    few = {"INNERCIRCLE_API_BURST": "6", "INNERCIRCLE_API_REQUESTS_PER_SECOND": "0.001"}
    few |= {"INNERCIRCLE_API_IDS_BURST": "3", "INNERCIRCLE_API_IDS_PER_SECOND": "0.001"}
    with started(settings, **few) as service:
        with service.each(**bearer(ring, Role.MEMBER, "login of p-1", "p-1")) as workers:
            codes = [workers[number % 2].get(rating_of("p-1")).status_code for number in range(8)]
        assert codes == [200] * 6 + [429] * 2
        with service.each(**bearer(ring, Role.CLIENT, "bank")) as workers:
            asked = {"ids": ["p-1", "p-2"], "purpose": PURPOSE}
            assert [each.post(LOOKUP, json=asked).status_code for each in workers] == [200, 429]


# Without a database -------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """A home with a key, and without a Neo4j."""
    settings = Settings(home=tmp_path)
    Keyring.of(settings).create(datetime.now(UTC))
    return settings


def test_strangers_are_counted_by_both_together(alone: Settings) -> None:
    few = {"INNERCIRCLE_API_BURST": "5", "INNERCIRCLE_API_REQUESTS_PER_SECOND": "0.001"}
    with started(alone, **few) as service, service.each() as workers:
        codes = [workers[number % 2].get("/v1/me").status_code for number in range(8)]
    assert codes == [401] * 5 + [429] * 3


def test_a_worker_that_is_killed_is_replaced_and_the_service_leaves_nothing(alone: Settings) -> None:
    with started(alone) as service:
        killed, stays = service.workers()
        with service.only(killed), service.only(stays) as client:
            assert len(list(alone.home.glob("workers-*/*.sqlite"))) == 1
            os.kill(killed, signal.SIGSTOP)  # so that the parent waits for its answer, and not in vain
            time.sleep(1)
            os.kill(killed, signal.SIGKILL)
            assert client.get("/livez").status_code == 200
        until = time.monotonic() + 60
        while killed in service.workers():
            assert time.monotonic() < until
            time.sleep(0.05)
        with service.each() as workers:
            assert [each.get("/livez").status_code for each in workers] == [200, 200]
    assert not list(alone.home.glob("workers-*"))
    assert not psutil.pid_exists(stays)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_told_to_end_ends_with_0_and_leaves_nothing_in_the_home(
    alone: Settings, workers: str, told: signal.Signals
) -> None:
    with started(alone, INNERCIRCLE_API_WORKERS=workers) as service:
        assert httpx.get(f"{service.address}/livez", trust_env=False, timeout=60).status_code == 200
        assert (alone.home / "serving.json").exists()
        service.process.send_signal(told)
        assert service.process.wait(60) == 0
    assert not [*alone.home.glob("serving.json"), *alone.home.glob("workers-*")]


def test_a_service_that_is_told_to_end_does_not_wait_for_a_worker_that_says_nothing(alone: Settings) -> None:
    with started(alone) as service:
        hung, _ = service.workers()
        with service.each():
            os.kill(hung, signal.SIGSTOP)
            time.sleep(1)  # the parent waits for its answer
            service.process.terminate()
            time.sleep(0.1)
            os.kill(hung, signal.SIGCONT)
        assert service.process.wait(60) == 0
    assert not list(alone.home.glob("workers-*"))


def test_workers_end_with_a_parent_that_was_killed_and_the_next_service_takes_their_file_away(
    alone: Settings,
) -> None:
    with started(alone) as service:
        first, second = service.workers()
        with service.each():
            service.process.kill()
            service.process.wait(60)
        left = [psutil.Process(each) for each in (first, second) if psutil.pid_exists(each)]
        _, alive = psutil.wait_procs(left, 60)
        assert not alive
    (folder,) = alone.home.glob("workers-*")
    with started(alone) as service, service.each():
        assert not folder.exists()


def test_a_service_whose_file_is_gone_ends_rather_than_count_anew(alone: Settings) -> None:
    with started(alone) as service:
        first, _ = service.workers()
        with service.each():
            (folder,) = alone.home.glob("workers-*")
            shutil.rmtree(folder)
            os.kill(first, signal.SIGKILL)
        assert service.process.wait(60) == 1


def test_metrics_are_those_of_both_whichever_is_asked_and_those_of_a_worker_that_was_killed_stay(
    alone: Settings,
) -> None:
    headers = bearer(Keyring.of(alone), Role.OPERATOR, "olga")
    line = 'innercircle_requests_total{method="GET",route="/problems/{code}",status="200"} '

    def told(client: httpx.Client) -> float:
        found = [each for each in client.get("/metrics").text.splitlines() if each.startswith(line)]
        return float(found[0].removeprefix(line)) if found else 0.0

    inherited = {"PROMETHEUS_MULTIPROC_DIR": str(alone.home / "is not there")}
    with started(alone, **inherited) as service:
        killed, _ = service.workers()
        with service.each(**headers) as (one, other):
            for client, times in ((one, 3), (other, 4)):
                for _ in range(times):
                    assert client.get("/problems/not-found").status_code == 200
            assert (told(one), told(other)) == (7, 7)
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + 60
        while killed in service.workers():
            assert time.monotonic() < until
            time.sleep(0.05)
        with service.each(**headers) as workers:
            assert [told(each) for each in workers] == [7, 7]
        folder = Path(psutil.Process(service.workers()[0]).environ()[FOLDER])
        assert folder.parent == MEMORY
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
