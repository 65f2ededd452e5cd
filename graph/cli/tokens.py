"""Commands for the tokens that say who asks."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.keys import PANEL, keyring
from graph.cli.output import Json, print_json, print_text
from graph.cli.reading import open_database
from graph.text.days import moment

token_app = typer.Typer(help="Issue and revoke the tokens that say who asks.", no_args_is_help=True)
app.add_typer(token_app, name="token", rich_help_panel=PANEL)


class RoleName(StrEnum):
    """As graph.identity.Role has them, which takes too long to import for --help."""

    MEMBER = "member"
    CLIENT = "client"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"


ActsFor = Annotated[
    list[str] | None,
    typer.Option(
        "--acts-for",
        help="An entity that a reviewer acts for or belongs to; again for each. It never decides on them.",
    ),
]


def known_holder(role: str, subject: str, entity: str | None, acts_for: list[str] | None) -> None:
    """The entities exist, and the record of a member's entity has this subject. Raises NotFound."""
    from graph.errors import NotFound
    from graph.identity import verifying
    from graph.text.plain import identifier

    if entity is None and not acts_for:
        return
    with open_database() as database:
        for each in acts_for or ():
            if database.optional("entity", id=identifier(each, "acts-for")) is None:
                raise NotFound(f"there is no entity {each!r}")
        if entity is not None and role == RoleName.MEMBER and not verifying.act_for(database, entity, subject):
            raise NotFound(f"there is no entity {entity!r}: its facts are loaded first (`innercircle load`)")


@token_app.command("issue")
def issue(
    role: Annotated[RoleName, typer.Option(help="What its holder may be.")],
    subject: Annotated[str, typer.Option(help="The name of its holder; it stays the same.")],
    entity: Annotated[str | None, typer.Option(help="A member's entity; needed for a member.")] = None,
    acts_for: ActsFor = None,
    days: Annotated[float, typer.Option(help="How long it holds; up to 366.")] = 30,
    json: Json = False,
) -> None:
    """Print a new token, signed with the newest key. Anyone who has it is taken for the subject."""
    from graph.identity import Role, tokens
    from graph.settings import Settings

    settings = Settings.load()
    issued = tokens.issue(
        keyring(),
        Role(role),
        subject,
        entity=entity,
        acts_for=acts_for or (),
        days=days,
        issuer=settings.issuer,
        audience=settings.audience,
        now=datetime.now(UTC),
    )
    known_holder(role, issued.subject, issued.entity, acts_for)
    if json:
        print_json({"token": issued.text, "id": issued.id, "key": issued.key, "until": issued.until})
    else:
        typer.echo(issued.text)
        print_text(f"id {issued.id}, holds until {moment(issued.until)}", err=True)


@token_app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="The token's id, or the token itself.")], json: Json = False
) -> None:
    """Revoke a token: from the next request on it does not hold."""
    from graph.identity import verifying
    from graph.settings import Settings

    token_id, until = verifying.identified(token, Settings.load()) if token.count(".") == 2 else (token, None)
    with open_database() as database:
        since = verifying.revoke(database, token_id, datetime.now(UTC), until=until)
    if json:
        print_json({"id": token_id, "revoked": since})
    else:
        print_text(f"{token_id} is revoked since {moment(since)}")
