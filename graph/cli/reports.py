"""Commands about reports: they are made and signed here, and checked by their readers."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.grants import PANEL
from graph.cli.output import Json, print_json, print_text
from graph.cli.reading import open_database
from graph.cli.recording import record_reads
from graph.text.counts import counted
from graph.text.days import last_day, until

OF_PAGE = "this is what was signed; the page around it was not, and may show anything: go by what is said here"

if TYPE_CHECKING:
    from graph.disclosure.report import Checked

FILES = {"jws": "report.jws", "page": "report.html"}
"The files of a report, by what --json calls them."


@app.command(rich_help_panel=PANEL)
def report(
    entity: Annotated[str, typer.Argument(help="A member's id.", callback=as_kept)],
    scheme: Annotated[str, typer.Option(help="The scheme.")],
    audience: Annotated[str, typer.Option(help="The only reader for whom the report holds.")],
    purpose: Annotated[str, typer.Option(help="What for: one of the purposes of the scheme's policy.")],
    out: Annotated[Path, typer.Option(help="The directory for report.jws and report.html.")] = Path(),
    json: Json = False,
) -> None:
    """Make a signed report on a member's rating, and its page to print. It is valid for 30 days."""
    from graph import output_files
    from graph.disclosure.report import make, render, sign
    from graph.disclosure.set_aside import in_words
    from graph.identity import Keyring
    from graph.settings import Settings

    settings = Settings.load()
    output_files.check_directory(out, FILES.values())
    key = Keyring.of(settings).signing()
    with open_database() as database:
        made = make(
            database,
            entity,
            scheme,
            audience=audience,
            purpose=purpose,
            issuer=settings.issuer,
            now=datetime.now(UTC),
        )
        record_reads(database, scheme, [entity], what=f"report for {made.audience}", purpose=purpose)
    signed = sign(made, key)
    texts = {"jws": signed + "\n", "page": render(made, signed)}
    output_files.write_texts(out, {FILES[form]: text for form, text in texts.items()})
    files = {form: out / name for form, name in FILES.items()}
    if json:
        print_json(
            {
                "id": made.id,
                "until": made.until,
                "contested": bool(made.contested),
                "set_aside": made.set_aside,
                "key": key.id,
            }
            | files
        )
        return
    print_text(f"{files['jws']} and {files['page']}: report {made.id}, valid until {until(made.until)}")
    if made.set_aside and made.set_aside.total:
        print_text(in_words(made.set_aside))
    if made.contested:
        print_text("the rating is contested: the report says so, and gives no points and no band")
    elif made.rating and made.rating.points is None:
        print_text(f"the rating is {made.rating.band}: the report says so, and gives no points")


@app.command(rich_help_panel=PANEL)
def verify_report(
    file: Annotated[Path, typer.Argument(help="A report as it was signed, report.jws, or the page that has it.")],
    key: Annotated[Path, typer.Option(help="The public keys of its signer: a JWK, or a set of them.")],
    audience: Annotated[
        str | None, typer.Option(help="Who you are: a report for anybody else does not hold.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a report with the public keys of its signer, asking nobody. Ends with 1 when it does not hold."""
    from graph.disclosure.report import check, read_keys

    text, of_page = _signed(file)
    found = check(text, read_keys(key), now=datetime.now(UTC), audience=audience)
    if of_page and found.holds:
        found = replace(found, message=f"{found.message}: {OF_PAGE}")
    if json:
        print_json(found)
    else:
        _print_checked(found, audience)
        if of_page and found.holds:
            print_text(f"  {OF_PAGE}")
    raise typer.Exit(0 if found.holds else 1)


def _signed(file: Path) -> tuple[str, bool]:
    """(the signed document of the file, whether it was in a page). Raises ParameterError."""
    from graph.disclosure.report import documents
    from graph.errors import ParameterError

    try:
        text = file.read_bytes().decode("ascii", errors="replace")
    except OSError as error:
        raise ParameterError(f"{file} cannot be read: {error.strerror}") from error
    if not text.lstrip("\ufffd \r\n\t").startswith("<"):
        return text, False
    found = documents(text)
    if len(found) != 1:
        raise ParameterError(
            f"{file} is a page with {len(found)} signed documents in it, and one is checked at a time: give the "
            "document that belongs to the page, report.jws (the page has a link that saves it)"
        )
    return found[0], True


def _print_checked(found: "Checked", audience: str | None) -> None:
    from graph.disclosure.set_aside import in_words

    if found.why is not None:
        print_text(f"DOES NOT HOLD ({found.why}): {found.message}")
    if (made := found.report) is None:
        return
    if made.contested:
        print_text(f"CONTESTED: {made.contested}")
    if made.rating and made.rating.points is None:
        print_text(f"{made.rating.band}: too little is known for points")
    elif made.rating:
        print_text(
            f"{made.rating.points} {made.rating.band}, within {counted(f'{made.within_points:.3g}', 'points')}"
        )
    if made.set_aside and made.set_aside.total:
        print_text(f"IN DISPUTE: {in_words(made.set_aside)}")
    print_text(f"  of {made.subject} in {made.title} ({made.scheme} {made.policy_version}), by {made.operator}")
    print_text(f"  for {made.audience}" + ("" if audience else ": make sure that this is you"))
    print_text(f"  purpose: {made.purpose}")
    print_text(f"  as of {last_day(made.as_of)}, valid until {until(made.until)}")
