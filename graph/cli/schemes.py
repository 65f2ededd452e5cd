"""Commands for schemes: what ships, what is published, what a policy file says."""

from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text

PANEL = "Schemes"
scheme_app = typer.Typer(help="List, check, show and publish the policies of schemes.", no_args_is_help=True)
app.add_typer(scheme_app, name="scheme", rich_help_panel=PANEL)

PolicyFile = Annotated[str, typer.Argument(help="A policy file (.toml), or the id of a shipped scheme.")]


@scheme_app.command("list")
def list_schemes(json: Json = False) -> None:
    """List the schemes that are published, and those that ship with innercircle."""
    from graph.policy import scheme
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations
    from graph.store.client import utc
    from graph.text.days import last_day

    with connect(Settings.load()) as database:
        migrations.require(database)
        published = database.run("schemes")
    if json:
        print_json({"published": published, "shipped": scheme.shipped()})
        return
    print_table(
        ("scheme", "version", "title", "last run as of"),
        [
            (
                row["id"],
                row["version"],
                row["title"],
                last_day(utc(row["as_of"])) if row["as_of"] else "not run yet",
            )
            for row in published
        ],
        title="published",
    )
    print_text(f"shipped: {', '.join(scheme.shipped())}")


@scheme_app.command("check")
def check(policy: PolicyFile, json: Json = False) -> None:
    """Check a policy file without a database; an error names the file and the key."""
    from graph.policy import categories, scheme
    from graph.settings import Settings

    checked = scheme.read(policy, categories.read(Settings.load().categories))
    if json:
        print_json({"id": checked.id, "version": checked.version, "hash": checked.hash})
    else:
        print_text(f"{checked.id} {checked.version} holds, hash {checked.hash}")


@scheme_app.command("publish")
def publish(
    policy: PolicyFile,
    operator: Annotated[
        str | None, typer.Option(help="The operator of the scheme: put in where the policy names it.")
    ] = None,
    json: Json = False,
) -> None:
    """Publish a policy: the scheme's next run uses it. A changed policy needs a new version.

    A text that is still to be written, such as the operator's name in the policies that ship, is refused.
    """
    from graph.policy import categories, publishing, scheme
    from graph.rating import offsets
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    checked = scheme.read(policy, categories.read(settings.categories))
    with connect(settings) as database:
        migrations.require(database)
        checked = publishing.named(database, checked, operator)
        changed = publishing.publish(database, checked)
        cost = offsets.cost(database, checked)
    if json:
        done = {"id": checked.id, "version": checked.version, "hash": checked.hash, "changed": changed}
        print_json(done | ({"cost": cost} if cost else {}))
    else:
        word = "published" if changed else "was published already"
        print_text(f"{checked.id} {checked.version} {word}, hash {checked.hash}")
        if cost:
            print_text(f"what it costs: {cost}.")


@scheme_app.command("show")
def show(scheme_id: Annotated[str, typer.Argument(metavar="SCHEME")], json: Json = False) -> None:
    """Print the whole policy of a published scheme, as it was published."""
    from graph.policy import publishing
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    with connect(Settings.load()) as database:
        migrations.require(database)
        found = publishing.published(database, scheme_id)
    if json:
        policy = found.scheme
        print_json(
            {
                "id": policy.id,
                "version": policy.version,
                "hash": policy.hash,
                "versions": found.versions,
                "run": found.run,
                "as_of": found.as_of,
                "founders": found.founders,
                "policy": policy.text,
            }
        )
    else:
        typer.echo(found.scheme.text, nl=False)
