"""The Java that innercircle-spark needs: what is found is said, and what to install."""

from pathlib import Path

import pytest

from graph.errors import SetupError
from graph.server import doctor, java_for_spark

WHOLE = "java.base@17.0.15\njava.logging@17.0.15\njdk.incubator.vector@17.0.15\n"


def java(home: Path, says: str, status: int = 0) -> None:
    """A program that answers as a Java of these modules."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{says}END\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (WHOLE, None),
        (WHOLE.replace("@17.0.15", "@21"), None),
        ("java.base@17.0.15\njdk.incubator.vectors@17\n", "is Java 17 without the module jdk.incubator.vector"),
        (WHOLE.replace("@17.0.15", "@11.0.2"), "is Java 11, and Spark 4 runs on 17 or 21"),
        ("Unrecognized option: --list-modules\n", "is no Java with modules"),
    ],
)
def test_a_java_of_17_or_21_with_the_module_is_one_for_spark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, why: str | None
) -> None:
    java(tmp_path / "home", says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    found = java_for_spark.examine()
    assert found.fit is (why is None)
    if why is None:
        java_for_spark.check()
        return
    assert why in found.says
    with pytest.raises(SetupError, match="Debian: openjdk-17-jre-headless"):
        java_for_spark.check()


def test_without_a_java_it_is_said_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java_for_spark.examine().says == "there is no Java for Spark, in JAVA_HOME or on the path"
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "cannot be run" in java_for_spark.examine().says


@pytest.mark.parametrize("installed", [True, False])
def test_the_doctor_takes_it_for_a_fault_only_where_spark_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if installed:
        (tmp_path / "pyspark.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("INNERCIRCLE_HOME", str(tmp_path / "home"))
    found = {check.name: check for check in doctor.examine()}["Spark"]
    assert found.ok is not installed
    assert "openjdk-17-jre-headless" in found.advice
