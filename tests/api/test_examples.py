"""The examples in the API's description and the commands in docs/api.md, run again.

`REWRITE=1 pytest tests/api/test_examples.py` writes down what is answered now, for when that was meant to change.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.openapi import INSTANCE
from api.schemas.base import FOLDER
from graph.store.client import Database
from tests.api.conftest import As

ROOT = Path(__file__).parents[2]
EXAMPLES = FOLDER / "ratings.json"
DOCS = ROOT / "docs" / "api.md"
REWRITE = "REWRITE" in os.environ
QUESTIONS = {
    "AskWithoutContact": {"kind": "without-contact", "contact": "p-2"},
    "AskSettled": {"kind": "settled", "obligation": "o-2", "day": "2026-06-01"},
    "AskRemoved": {"kind": "removed", "fact": "o-2", "of": "obligations"},
    "AskNewContactDay": {"kind": "new-contact-day", "contact": "p-2", "day": "2026-06-30", "began": "both"},
    "AskUnderPolicy": {"kind": "under-policy", "share": 0},
    "AskLift": {"kind": "lift"},
}
ADDRESS = "http://127.0.0.1:8000"
COMMAND = re.compile(r"```console\n\$ (?P<command>curl .*?[^\\])\n(?P<output>.*?)```", re.DOTALL)


def lasting(text: str, api: httpx.Client) -> str:
    """An answer without what differs from one run to the next: names of runs, of occurrences and the server's."""
    for scheme in api.get("/v1/schemes").json()["schemes"]:
        if scheme["run"]:
            text = text.replace(scheme["run"], f"{scheme['hash'][:8]}-0000-4000-8000-000000000000")
    text = re.sub(r"urn:uuid:[0-9a-f-]{36}", INSTANCE.urn, text)
    text = re.sub(r"(?im)^(x-request-id: )[0-9a-f-]{36}", rf"\g<1>{INSTANCE}", text)
    text = re.sub(r'("run": ?")(?!\w{8}-0000-)[0-9a-f-]{36}', r"\g<1>00000000-0000-4000-8000-000000000000", text)
    text = text.replace(api.get("/readyz").json()["neo4j"], "5.26.31 community")
    text = text.replace(str(api.base_url).rstrip("/"), ADDRESS).replace("\r\n", "\n")
    text = re.sub(r'("last_day": ?")[0-9-]+', r"\g<1>2026-06-30", text)
    text = re.sub(r'("days_ago": ?)\d+', r"\g<1>1", text)
    text = re.sub(r'("days_ago": ?1, ?"late": ?)true', r"\1false", text)
    text = re.sub(r'(up to|loaded on) \d{4}-\d\d-\d\d, [^"]*', r"\1 2026-06-30, yesterday", text)
    text = re.sub(r'(?<="since":")[^"]+', "2026-06-30T08:00:00Z", text)
    return re.sub(r"(?im)^date: .*$", "date: Wed, 01 Jul 2026 08:00:00 GMT", text)


def rounded(text: str) -> str:
    """The last digits of a sum may differ from one server to another, and 1.0 or 1e-9 from one jq to another."""
    text = re.sub(r"(?<=\d)\.0\b", "", text).replace("e-0", "e-")
    text = re.sub(r"(?<=[ :])-?\d(?:\.\d+)?e-1[2-9]\b", "0", text)
    # of what is left of a difference, such as 2.1e-08, only the first digits are sure
    text = re.sub(r"\d+\.\d{5,}e-\d+", lambda number: f"{float(number[0]):.2g}", text)
    return re.sub(r"\d+\.\d{9,}", lambda number: f"{float(number[0]):.9g}", text)


@pytest.mark.slow
def test_the_examples_are_what_the_service_answers(community: Database, api: httpx.Client, as_member: As) -> None:
    mine = as_member("p-1")
    answers = {
        "Schemes": api.get("/v1/schemes"),
        "SchemeDocument": api.get("/v1/schemes/reliability"),
        "ShownRating": mine.get("/v1/schemes/reliability/ratings/p-1"),
        "RatingHistory": mine.get("/v1/schemes/reliability/ratings/p-1/history"),
        "Explanation": mine.get("/v1/schemes/reliability/ratings/p-1/explanation?facts=1"),
        "WhatIf": mine.post("/v1/schemes/reliability/ratings/p-1/what-if", json=QUESTIONS["AskWithoutContact"]),
        "Lift": as_member("p-4").post("/v1/schemes/reliability/ratings/p-4/what-if", json=QUESTIONS["AskLift"]),
        "SideBySide": mine.get("/v1/entities/p-1/ratings"),
        "Alive": api.get("/livez"),
        "Ready": api.get("/readyz"),
        "ProblemKind": api.get("/problems/not-found"),
    }
    examples = QUESTIONS | {name: json.loads(lasting(each.text, api)) for name, each in answers.items()}
    if REWRITE:
        EXAMPLES.write_text(json.dumps(examples, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        known = json.loads(EXAMPLES.read_text(encoding="utf-8"))
        assert rounded(json.dumps(examples, indent=1)) == rounded(json.dumps(known, indent=1))


@pytest.mark.slow
def test_the_commands_in_the_documentation_print_what_it_says(
    community: Database, api: httpx.Client, as_member: As, as_client: As, tmp_path: Path
) -> None:
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("the commands need curl and jq")

    asking = {"P1": as_member("p-1"), "P3": as_member("p-3"), "P4": as_member("p-4"), "BANK": as_client("a bank")}
    tokens = {name: f"Authorization: {client.headers['Authorization']}" for name, client in asking.items()}

    def run(block: re.Match[str]) -> str:
        line = block["command"].replace(ADDRESS, str(api.base_url).rstrip("/"))
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env=os.environ | tokens | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stderr == "", line
        return f"```console\n$ {block['command']}\n{lasting(done.stdout, api).rstrip()}\n```"

    written = DOCS.read_text(encoding="utf-8")
    found = COMMAND.sub(run, written)
    assert len(COMMAND.findall(written)) >= 10
    if REWRITE:
        DOCS.write_text(found, encoding="utf-8")
    else:
        assert rounded(found) == rounded(written)
