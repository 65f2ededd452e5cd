"""docs/errors.md has every code, with the status and the way a command ends."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.problems import KINDS, WEB
from graph import errors
from graph.errors import InnerCircleError
from tests.api.test_problems import an_error, leaves

TEXT = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = {
    code: (means, advice, ending, int(status))
    for code, means, advice, ending, status in re.findall(
        r"^\| `([a-z-]+)` \| (.+) \| (.+) \|(?: (\d) )?\s*\| (\d{3}) \|$", TEXT, re.MULTILINE
    )
}


def families(kind: type[InnerCircleError] = InnerCircleError) -> dict[str, set[str]]:
    """The codes of the leaves below each class that has some."""
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    found = {kind.code: {leaf.code for leaf in leaves(kind)}} if below else {}
    for each in below:
        found |= families(each)
    return found


def test_every_code_is_documented_with_its_status_and_no_other_is() -> None:
    tree = {kind.code: ("1", known.status) for kind, known in KINDS.items()}
    web = {code: ("", known.status) for code, known in WEB.items()}
    assert {code: row[2:] for code, row in ROWS.items()} == tree | web


def test_every_family_is_documented_with_the_codes_in_it() -> None:
    for family, codes in families().items():
        assert f"`{family}`" in TEXT
        if family not in ("error", "setup"):
            said = re.search(rf"`{family}`\s+holds([^;]+);", TEXT)
            assert said, family
            assert set(re.findall(r"`([a-z-]+)`", said[1])) == codes


@pytest.mark.parametrize("kind", [*KINDS])
def test_the_message_of_a_failure_is_all_of_it(kind: type[InnerCircleError]) -> None:
    assert "the secret" in str(an_error(kind))


def test_a_command_that_fails_ends_as_documented() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("innercircle"), "scheme", "check", "no-such-scheme", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert str(done.returncode) == ROWS["not-found"][2]
    assert '"code":"not-found"' in done.stdout
