"""Settings come from INNERCIRCLE_* variables, and one that does not hold is named with its value."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from graph.errors import SettingInvalid
from graph.settings import Settings

SECRET = "correct horse battery"
URI = "bolt://127.0.0.1:7687"

# (variable, value, words of the message)
BAD = [
    ("BOLT_PORT", "99999", "less than or equal to 65535"),
    ("HTTP_PORT", "-1", "greater than or equal to 0"),
    ("API_PORT", "http", "valid integer"),
    ("HEAP_MEGABYTES", "100", "greater than or equal to 256"),
    ("PAGECACHE_MEGABYTES", "1g", "valid integer"),
    ("OFFLINE", "perhaps", "valid boolean"),
    ("BATCH_ROWS", "0", "greater than or equal to 1"),
    ("BATCH_MEMBERS", "1.5", "valid integer"),
]


@pytest.mark.parametrize(("variable", "value", "message"), BAD)
def test_a_setting_that_does_not_hold_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"INNERCIRCLE_{variable}", value)
    with pytest.raises(SettingInvalid) as caught:
        Settings.load()
    assert str(caught.value).startswith(f"INNERCIRCLE_{variable}={value!r}: ")
    assert message in str(caught.value)


def test_all_settings_that_do_not_hold_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value, _ in BAD:
        monkeypatch.setenv(f"INNERCIRCLE_{variable}", value)
    with pytest.raises(SettingInvalid) as caught:
        Settings.load()
    assert [variable for variable, _, _ in BAD if f"INNERCIRCLE_{variable}=" not in str(caught.value)] == []


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(tmp_path))
    monkeypatch.setenv("INNERCIRCLE_BOLT_PORT", "7000")
    monkeypatch.setenv("INNERCIRCLE_OFFLINE", "true")
    monkeypatch.setenv("INNERCIRCLE_OF_A_LATER_VERSION", "is ignored")
    settings = Settings.load()
    assert (settings.home, settings.bolt_port, settings.offline) == (tmp_path, 7000, True)
    with pytest.raises(ValidationError, match="frozen"):
        settings.bolt_port = 7001


def test_a_server_without_a_password_is_refused_saying_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNERCIRCLE_NEO4J_URI", URI)
    with pytest.raises(SettingInvalid, match=r"INNERCIRCLE_NEO4J_PASSWORD or INNERCIRCLE_NEO4J_PASSWORD_FILE"):
        Settings.load()


@pytest.mark.parametrize("variable", ["PASSWORD", "PASSWORD_FILE"])
def test_a_server_has_its_password_from_either_variable(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("INNERCIRCLE_NEO4J_URI", URI)
    monkeypatch.setenv(f"INNERCIRCLE_NEO4J_{variable}", SECRET)
    assert Settings.load().neo4j_uri == URI


def test_the_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNERCIRCLE_NEO4J_PASSWORD", SECRET)
    settings = Settings.load()
    assert settings.neo4j_password is not None
    assert settings.neo4j_password.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert SECRET not in shown
    monkeypatch.setenv("INNERCIRCLE_BOLT_PORT", "none")
    with pytest.raises(SettingInvalid) as caught:
        Settings.load()
    assert SECRET not in str(caught.value)
