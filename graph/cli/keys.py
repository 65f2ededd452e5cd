"""Commands for the keys that sign tokens and reports."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, check_output, print_json, print_table, print_text
from graph.text.days import moment

if TYPE_CHECKING:
    from graph.identity import Key, Keyring

PANEL = "Access"
key_app = typer.Typer(help="Create, list, revoke and export the keys that sign.", no_args_is_help=True)
app.add_typer(key_app, name="key", rich_help_panel=PANEL)


def keyring() -> "Keyring":
    from graph.identity import Keyring
    from graph.settings import Settings

    return Keyring.of(Settings.load())


@key_app.command("create")
def create(json: Json = False) -> None:
    """Create a key. It signs from now on; what older keys signed still holds."""
    ring = keyring()
    key = ring.create(datetime.now(UTC))
    if json:
        print_json(_described(key))
    else:
        print_text(f"{key.id} signs from now on; it is in {ring.directory}, which nobody else may read")


@key_app.command("list")
def list_keys(json: Json = False) -> None:
    """List the keys, the oldest first."""
    ring = keyring()
    keys = ring.all()
    if json:
        print_json({"keys": [_described(key) for key in keys]})
        return
    signing = next((key for key in reversed(keys) if key.private), None)
    print_table(
        ("key", "created", "state"),
        [(key.id, moment(key.created), _state(key, signing)) for key in keys],
        title=str(ring.directory),
    )


def _state(key: "Key", signing: "Key | None") -> str:
    if key.revoked:
        return f"revoked {moment(key.revoked)}"
    return "signs" if key == signing else "what it signed holds"


@key_app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `innercircle key list` shows it.")],
    json: Json = False,
) -> None:
    """Revoke a key: nothing that it ever signed holds any longer, and its private half is destroyed."""
    now = datetime.now(UTC)
    revoked = keyring().revoke(key, now)
    if json:
        print_json(_described(revoked))
    else:
        print_text(f"{revoked.id} is revoked since {moment(revoked.revoked or now)}")


@key_app.command("export")
def export(
    output: Annotated[Path | None, typer.Option(help="Write them to this file, not to stdout.")] = None,
    json: Json = False,
) -> None:
    """Print the public keys as a JWK set, to check tokens and reports without asking the API."""
    import msgspec

    from graph import output_files

    text = msgspec.json.format(msgspec.json.encode(keyring().public()), indent=0 if json else 2).decode()
    if output is None:
        typer.echo(text)
    else:
        check_output(output)
        output_files.write_text(output, text + "\n", mode=output_files.FOR_ALL)


def _described(key: "Key") -> dict[str, object]:
    return {"id": key.id, "created": key.created, "revoked": key.revoked}
