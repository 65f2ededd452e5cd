"""Whatever a setting says, a command ends with an answer or one line that says what is wrong: no traceback."""

import os
import socket
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr

from graph.errors import ParameterError, SettingInvalid
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import Command

TEXTS = ["", "  ", "\t", "é漢🦊", "\x1b[31m", "a\nb", "\udce9", "x" * 300, "x" * 20_000, "~nobody-of-this-name/x"]
NUMBERS = ["0", "-1", "1e300", "9" * 400, "nan", "inf", "0x10", "1_0", "٣", "1.5"]
PLACES = ["/", "/dev/null", "/dev/zero", "/proc/self/mem", "/dev/null/x", ".", "..", "a/" * 2000]
HOSTS = ["::", "[::1]", "a..b", "-", "x" * 70, "a b", "*", "0", "256.1.1.1"]
ADDRESSES = [
    *("http://localhost:7474", "https://", "bolt://", "bolt://:@", "bolt://h:0", "bolt://h:70000", "bolt://h:-1"),
    *("bolt://h:abc", "bolt://h:", "bolt://[::1", "bolt://[::1]x", "bolt://u:p@h", "bolt://a..b", "bolt:h"),
    *("bolt+x://h", "://", "x", "file:///etc", "neo4j://?x=1", "http://[", "http://localhost:99999"),
]
ADDRESSES += [f"bolt://{'a' * 70}", "https://localhost x"]
ODD = {
    int: NUMBERS,
    float: NUMBERS,
    bool: ["perhaps", "2"],
    Path: PLACES,
    str: [*HOSTS, *ADDRESSES],
    SecretStr: PLACES,
}


def odd(name: str) -> list[str]:
    """What is tried for this setting: what is odd for every kind of it, and for its own."""
    annotation = Settings.model_fields[name].annotation
    kind: Any = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    return [*TEXTS, *ODD[kind]]


@pytest.fixture(scope="module")
def taken() -> Any:
    """A port of this machine on which nothing more can listen, so that `serve` ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_value_of_a_setting_ends_in_a_traceback(
    innercircle: Command, tmp_path: Path, name: str, taken: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    given = {
        "INNERCIRCLE_HOME": str(tmp_path / "home"),
        "INNERCIRCLE_CACHE": str(tmp_path / "cache"),
        "INNERCIRCLE_OFFLINE": "true",
        **({"INNERCIRCLE_NEO4J_URI": "bolt://127.0.0.1:1"} if name.startswith("neo4j_") else {}),
        **({"INNERCIRCLE_NEO4J_PASSWORD": "x"} if name in ("neo4j_uri", "neo4j_user") else {}),
        **({"INNERCIRCLE_OIDC_AUDIENCE": "x"} if name == "oidc_issuer" else {}),
    }
    variable = f"INNERCIRCLE_{name.upper()}"
    places = [tmp_path / "loop", tmp_path / "file", tmp_path]
    values = [*odd(name), *map(str, places)]
    held = [value for value in values if not _is_refused(given | {variable: value})]
    for value in held[:3]:
        for words in (["doctor"], ["serve", "--host", "127.0.0.1", "--port", taken]):
            told = innercircle(*words, **given | {variable: value})
            assert told.returncode in ((1,) if "serve" in words else (0, 1)), (value, words)
            assert told.stderr.count("\n") <= 1, (value, words, told.stderr)
            assert "\x1b" not in told.stderr + told.stdout, (value, words)


def _is_refused(variables: dict[str, str]) -> bool:
    """Whether it is refused as settings, in one line and without what does harm on a terminal."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        try:
            Settings.load()
        except SettingInvalid as error:
            said = str(error)
        else:
            return False
    assert said.isprintable(), said
    assert len(said) < 1_000
    return True


@pytest.mark.slow
@pytest.mark.parametrize("uri", ADDRESSES)
def test_an_address_that_is_none_of_a_neo4j_is_said_by_every_command(innercircle: Command, uri: str) -> None:
    given = {"INNERCIRCLE_NEO4J_URI": uri, "INNERCIRCLE_NEO4J_PASSWORD": "x"}
    for words in (["up"], ["status"], ["serve"]):
        told = innercircle(*words, **given)
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.startswith(f"error: INNERCIRCLE_NEO4J_URI={uri!r}: not an address of a Neo4j such as")
    checked = innercircle("doctor", **given)
    assert checked.returncode == 1
    assert "INNERCIRCLE_NEO4J_URI" in checked.stdout


def test_what_the_driver_chokes_on_is_a_bad_address() -> None:
    for uri in ("http://localhost:7474", "https://localhost", "x", "bolt://[::1"):
        with pytest.raises(ParameterError, match="not a Neo4j address"):
            Database(uri, "neo4j", "x")


def test_a_host_that_is_no_name_is_refused_by_serve(innercircle: Command, taken: str) -> None:
    for host in ("\x1b", "a b", "x" * 70, "::::", "[::1]", "é" * 100):
        told = innercircle("serve", "--host", host, "--port", taken)
        assert (told.returncode, told.stderr.count("\n")) == (1, 1), told.stderr


def test_a_secret_that_does_not_hold_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNERCIRCLE_NEO4J_PASSWORD", "hunter\x07two")
    with pytest.raises(
        SettingInvalid, match=r"INNERCIRCLE_NEO4J_PASSWORD: .*control character, U\+0007"
    ) as caught:
        Settings.load()
    assert "hunter" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no numbers of users")
def test_a_user_without_a_name_is_the_operator_by_number(
    monkeypatch: pytest.MonkeyPatch, process: Command
) -> None:
    if os.geteuid():
        pytest.skip("only root becomes somebody else")
    import subprocess
    import sys

    # All is imported first: what is installed for root need not be readable by others.
    code = (
        "import os; from graph.settings import Settings as S; S.load(); os.setuid(54321); print(S.load().operator)"
    )
    clean = {
        name: value for name, value in os.environ.items() if name not in ("LOGNAME", "USER", "LNAME", "USERNAME")
    }
    clean |= {"INNERCIRCLE_HOME": "/nowhere", "INNERCIRCLE_CACHE": "/nowhere"}  # root's own are not looked into
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=False)
    assert done.stdout == "54321\n", done.stderr
