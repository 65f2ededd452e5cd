"""Commands for the managed Neo4j, and the check of everything that innercircle needs."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress

if TYPE_CHECKING:
    from graph.server.local import Server
    from graph.settings import Settings

PANEL = "Server"


@app.command(rich_help_panel=PANEL)
def up(json: Json = False) -> None:
    """Start the managed Neo4j, or find the one that runs. It goes on running until `innercircle down`."""
    from graph.errors import LocalServerFailed
    from graph.server import local
    from graph.settings import Settings

    settings = Settings.load()
    if settings.neo4j_uri:
        raise LocalServerFailed(
            f"INNERCIRCLE_NEO4J_URI={settings.neo4j_uri} is set, so that commands use that Neo4j: "
            "unset it to start and use a managed one"
        )
    with progress(lines=True) as tell:
        server = local.start(settings, progress=tell)
    print_server(described(server), json=json)


@app.command(rich_help_panel=PANEL)
def down(json: Json = False) -> None:
    """Stop the managed Neo4j; its data stay. Takes about 10 seconds."""
    from graph.server import local
    from graph.settings import Settings

    with progress() as tell:
        tell("stopping Neo4j")
        stopped = local.stop(Settings.load())
    if json:
        print_json({"stopped": stopped})
    else:
        print_text("stopped" if stopped else "no managed Neo4j was running")


@app.command(rich_help_panel=PANEL)
def status(json: Json = False) -> None:
    """Show the Neo4j that commands use, and the API.

    Ends with 1 when it is a managed Neo4j that does not run, or whose database is not online.
    """
    from api import address
    from graph.server import database_status, local
    from graph.server.connect import connect
    from graph.settings import Settings

    settings = Settings.load()
    if settings.neo4j_uri:
        with connect(settings) as database:
            found: dict[str, object] = {"managed": False, "uri": database.uri, **asdict(database.server())}
    elif server := local.status(settings):
        online = local.database(settings)
        found = described(server) | {"online": online.online, "database": online.says}
        if online.online:
            connect(settings).close()  # says so where the settings name another database
            found["database_name"] = database_status.NAME
    else:
        if json:
            print_json({"managed": True, "running": False})
        else:
            print_text("the managed Neo4j does not run: `innercircle up` starts it")
        raise typer.Exit(1)
    found |= how_old(settings)
    if url := address.address(settings):
        lives = address.lives(url)
        known = url if json or lives else f"{url} when `innercircle serve` runs"
        found |= {"api_url": known, "api_running": lives}
    print_server(found, json=json)
    if found.get("online") is False:
        if not json:
            print_text("the database takes no queries: `innercircle up` opens it again")
        raise typer.Exit(1)


@app.command(rich_help_panel=PANEL)
def doctor(json: Json = False) -> None:
    """Check settings, Java, jars, disk, ports, server, login and migrations. Ends with 1 when one fails."""
    from graph.server import doctor

    with progress() as tell:
        checks = doctor.examine(progress=tell)
    good = all(check.ok for check in checks)
    if json:
        print_json({"ok": good, "checks": checks})
    else:
        print_table(
            ("", "check", "what is true", "what to do"),
            [("ok" if check.ok else "FAIL", check.name, check.found, check.advice) for check in checks],
        )
    raise typer.Exit(0 if good else 1)


def how_old(settings: "Settings") -> dict[str, object]:
    """How old ratings, loads, backups and disputes are; nothing where the database does not answer."""
    from datetime import UTC, datetime

    from graph.analysis import monitoring
    from graph.errors import StoreError
    from graph.server.connect import connect

    try:
        with connect(settings) as database:
            return {
                "ages": [
                    asdict(each)
                    for each in monitoring.ages(
                        database, now=datetime.now(UTC), allowed=monitoring.Allowed.by(settings)
                    )
                ]
            }
    except StoreError:
        return {}


def described(server: "Server") -> dict[str, object]:
    """What may be shown of a managed server: where its password is, not what it is."""
    return {
        "managed": True,
        "running": True,
        "version": server.version,
        "uri": server.uri,
        "browser_url": server.browser_url,
        "user": server.user,
        "password_file": str(server.home / "password"),
        "pid": server.pid,
        "home": str(server.home),
    }


def print_server(found: dict[str, object], *, json: bool) -> None:
    if json:
        print_json(found)
        return
    for name, value in found.items():
        if not isinstance(value, bool | list):
            print_text(f"{name.replace('_', ' '):14} {value}", indent=15)
    for age in found.get("ages", ()):  # type: ignore[attr-defined]
        print_text(f"{'late' if age['late'] else 'age':14} {age['says']}", indent=15)
