"""The command for links that sign somebody in on the pages."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

import typer

from graph.cli.app import app
from graph.cli.keys import PANEL, keyring
from graph.cli.output import Json, print_json, print_text
from graph.cli.tokens import RoleName, known_holder
from graph.text.days import moment

link_app = typer.Typer(help="Links that sign somebody in on the pages.", no_args_is_help=True)
app.add_typer(link_app, name="link", rich_help_panel=PANEL)

WITH_PAGES = (RoleName.MEMBER, RoleName.OPERATOR)
"The roles that have pages of their own."


@link_app.command("issue")
def issue(
    role: Annotated[RoleName, typer.Option(help="What its holder may be.")] = RoleName.MEMBER,
    entity: Annotated[str | None, typer.Option(help="A member's entity; needed for a member.")] = None,
    subject: Annotated[
        str | None, typer.Option(help="The name of its holder; for a member, the entity if not given.")
    ] = None,
    minutes: Annotated[float, typer.Option(help="How long it works; up to 1,440.")] = 15,
    json: Json = False,
) -> None:
    """Print a link that signs its holder in on the pages, once."""
    from api import address
    from graph.errors import ParameterError
    from graph.identity import Role, sessions
    from graph.settings import Settings

    settings = Settings.load()
    if role not in WITH_PAGES:
        raise ParameterError(
            f"the pages have nothing for a {role}: it asks the API, with a token of `innercircle token issue`"
        )
    origin = settings.pages_url or address.address(settings)
    if origin is None:
        raise ParameterError(
            "INNERCIRCLE_API_PORT=0 leaves the port open, and no service runs: start `innercircle serve` first"
        )
    if settings.api_prefix and not settings.pages_url:
        raise ParameterError(
            f"INNERCIRCLE_API_PREFIX={settings.api_prefix}: set INNERCIRCLE_PAGES_URL to the host of the proxy, "
            "for a link to the service itself leads past it"
        )
    named = subject or entity
    if named is None:
        raise ParameterError("who the link is for: --entity of a member, or --role and --subject")
    link = sessions.issue_link(
        keyring(),
        Role(role),
        named,
        entity=entity,
        minutes=minutes,
        issuer=settings.issuer,
        audience=settings.audience,
        now=datetime.now(UTC),
    )
    known_holder(role, link.subject, link.entity, None)
    url = f"{origin}{settings.api_prefix or ''}/sign-in?{urlencode({'link': link.text})}"
    if json:
        print_json({"url": url, "id": link.id, "until": link.until})
    else:
        typer.echo(url)
        print_text(f"id {link.id}, works once, until {moment(link.until)}", err=True)
        if not settings.pages_url and not address.lives(origin):
            print_text("nothing answers there yet: `innercircle serve` does, with the same settings", err=True)
