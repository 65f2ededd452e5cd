"""Commands about reports: made and signed here, checked by whoever was given one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.grants import PANEL
from graph.cli.output import Json, print_json
from graph.cli.reading import open_database
from graph.cli.recording import record_reads

if TYPE_CHECKING:
    from graph.reports import Checked


@app.command(rich_help_panel=PANEL)
def report(
    entity: Annotated[str, typer.Argument(help="A member's id.")],
    scheme: Annotated[str, typer.Option(help="The scheme.")],
    audience: Annotated[str, typer.Option(help="Whom the report is for: for nobody else does it hold.")],
    purpose: Annotated[str, typer.Option(help="What for: one of the purposes of the scheme's policy.")],
    out: Annotated[Path, typer.Option(help="The directory for report.jws and report.html.")] = Path(),
    json: Json = False,
) -> None:
    """Make a signed report on a member's rating, and its page to print. It is valid for 30 days."""
    from graph import reports
    from graph.identity import Keyring
    from graph.settings import Settings

    settings = Settings.load()
    key = Keyring.of(settings).signing()
    with open_database() as database:
        made = reports.make(
            database,
            entity,
            scheme,
            audience=audience,
            purpose=purpose,
            issuer=settings.issuer,
            now=datetime.now(UTC),
        )
        record_reads(database, scheme, [entity], what=f"report for {made.audience}", purpose=purpose)
    signed = reports.sign(made, key)
    out.mkdir(parents=True, exist_ok=True)
    files = {"jws": out / "report.jws", "page": out / "report.html"}
    files["jws"].write_text(signed + "\n", encoding="ascii")
    files["page"].write_text(reports.render(made, signed), encoding="utf-8")
    if json:
        print_json({"id": made.id, "until": made.until, "contested": bool(made.contested), "key": key.id} | files)
        return
    typer.echo(f"{files['jws']} and {files['page']}: report {made.id}, valid until {made.until:%Y-%m-%d}")
    if made.contested:
        typer.echo("the rating is contested: the report says so, and gives no points and no band")


@app.command(rich_help_panel=PANEL)
def verify_report(
    file: Annotated[Path, typer.Argument(help="A report as it was signed: report.jws.")],
    key: Annotated[Path, typer.Option(help="The public keys of who made it: a JWK, or a set of them.")],
    audience: Annotated[
        str | None, typer.Option(help="Who you are: a report for anybody else does not hold.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a report with the public keys of who made it, asking nobody. Ends with 1 when it does not hold."""
    from graph import reports
    from graph.errors import ParameterError

    try:
        text = file.read_bytes().decode("ascii", errors="replace")
    except OSError as error:
        raise ParameterError(f"{file} cannot be read: {error.strerror}") from error
    found = reports.check(text, reports.read_keys(key), now=datetime.now(UTC), audience=audience)
    if json:
        print_json(found)
    else:
        _print_checked(found, audience)
    raise typer.Exit(0 if found.holds else 1)


def _print_checked(found: "Checked", audience: str | None) -> None:
    if found.why is not None:
        typer.echo(f"DOES NOT HOLD ({found.why}): {found.message}")
    if (made := found.report) is None:
        return
    if made.contested:
        typer.echo(f"CONTESTED: {made.contested}")
    if made.rating:
        typer.echo(f"{made.rating.points} {made.rating.band}, within {made.within_points:.3g} points")
    typer.echo(f"  of {made.subject} in {made.title} ({made.scheme} {made.policy_version}), by {made.operator}")
    typer.echo(f"  for {made.audience}" + ("" if audience else ": make sure that this is you"))
    typer.echo(f"  purpose: {made.purpose}")
    typer.echo(f"  as of {made.as_of:%Y-%m-%d}, valid until {made.until:%Y-%m-%dT%H:%M:%SZ}")
