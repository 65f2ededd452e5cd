"""Makes the files of a made-up cooperative, which docs/tours/spreadsheets.md loads: no one in them is real.

They look like what a treasurer keeps by hand: headings above the tables, blank lines, totals, merged cells, names
in place of numbers, and four typing faults, which FAULTS lists. Run it anew after a change of it.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
WORKBOOK, LOANS = "cooperative.xlsx", "darlehen.csv"
NAME, TODAY = "Genossenschaft Morgentau eG", date(2026, 6, 30)
PERSONS = """
Anna Ahrens, Annelise Voß, Björn Bäcker, Bärbel Claußen, Dörte Dirks, Emil Eßer, Frauke Frühling, Gönül Öztürk,
Günther Groß, Hanne Hinrichs, Ilse Iken, Jörg Bäcker, Jürgen Köhler, Käthe Lüders, Lars Meißner, Lütje Müller,
Marie Neumann, Matthäus Onken, Nils Peters, Okka Quast, Peer Rüther, Ragna Schäfer, Rüdiger Straßburger, Silke
Thießen, Sören Uhlig, Tjark Vöge, Ulrike Weiß, Volker Ziegler, Wübke Brückner, Yusuf Yildirim
"""
FIRMS = (
    "Bäckerei Morgenrot",
    "Mühle am Süderfleth",
    "Hofladen Grün & Söhne",
    "Imkerei Blütenstaub",
    "Käserei Weiße Kuh",
    "Tischlerei Nordlicht",
    "Fahrradwerkstatt Speiche",
    NAME,
)
# Of the cooperative's days: how many late somebody pays, for each sort of payer.
SORTS = {"punctual": (-9, 0), "usual": (-5, 6), "slow": (-2, 38)}


class Member(NamedTuple):
    number: str
    name: str
    sort: str


PEOPLE = [
    Member(f"M-{at:02}", " ".join(name.split()), ("punctual", "usual", "usual", "slow")[at % 4])
    for at, name in enumerate(PERSONS.split(","), start=1)
]
COMPANIES = [Member(f"F-{at:02}", name, ("punctual", "usual")[at % 2]) for at, name in enumerate(FIRMS, start=1)]
SHOPS, FUND = COMPANIES[:-1], COMPANIES[-1]
NOT_SIGNED = {"M-07", "M-16", "M-22", "M-29", "F-04"}

Row = list[Any]
# (sheet or file, what the row begins with, the column from 0, what is typed there)
FAULTS = (
    ("Invoices", "R-2025-012", 2, "Annelise  Voß"),
    ("Invoices", "R-2026-031", 2, "Jörg Bäker"),
    (LOANS, "D03-07", 3, "31.04.2026"),
    (LOANS, "D05-06", 4, "85,00 EUR"),
)


def members(chance: random.Random) -> Iterator[Row]:
    yield [NAME]
    yield ["List of members, kept by the treasurer. As of:", None, None, TODAY]
    yield []
    yield ["No.", "Name", "Kind", "Member since", "Telephone", "Form signed", "Remarks"]
    for kind, group in (("person", PEOPLE), ("firm", COMPANIES)):
        for at, member in enumerate(group):
            since = date(2014, 3, 1) + timedelta(chance.randrange(3_600))
            signed = None if member.number in NOT_SIGNED else date(2025, 11, 10) + timedelta(chance.randrange(60))
            phone = f"0555 010{chance.randrange(100):02}"
            note = chance.choice(
                ["", "", "", "", "pays by standing order", "on the board until 2027", "moved in 2024"]
            )
            yield [member.number, member.name, None if at else kind, since, phone, signed, note or None]
        yield []
    yield ["Total", f"{len(PEOPLE) + len(COMPANIES)} members"]


def invoices(chance: random.Random) -> Iterator[Row]:
    yield [NAME, None, None, None, None, None, None]
    yield ["Invoices between members"]
    yield []
    yield ["Invoice", "Month", "Customer", "Supplier", "Due", "Paid on", "Amount in EUR", "Remarks"]
    total, number = 0.0, 0
    for month in (date(2025 + at // 12, at % 12 + 1, 1) for at in range(18)):
        number = 0 if month.month == 1 else number
        customers = sorted(chance.sample(PEOPLE + SHOPS[:3], 13))
        for at, customer in enumerate(customers):
            number += 1
            supplier = chance.choice([shop for shop in SHOPS if shop is not customer])
            due = month + timedelta(chance.randrange(8, 28))
            amount = round(chance.uniform(9, 240) * (8 if customer in SHOPS else 1), 2)
            total += amount
            yield [
                f"R-{month.year}-{number:03}",
                None if at else month.strftime("%B %Y"),
                customer.name,
                supplier.name,
                due,
                paid(chance, customer, due),
                amount,
                chance.choice(["", "", "", "", "", "cash", "partly in kind", "reminder sent"]) or None,
            ]
        yield []
    yield ["Total", None, None, None, None, None, round(total, 2)]


def paid(chance: random.Random, member: Member, due: date) -> date | None:
    """When a member of this sort pays; nothing where that would be in the future, and where a slow one forgets."""
    day = due + timedelta(chance.randint(*SORTS[member.sort]))
    return None if day > TODAY or (member.sort == "slow" and chance.random() < 0.2) else day


def deliveries(chance: random.Random) -> Iterator[Row]:
    yield ["Who brought whom something, or helped out"]
    yield []
    yield ["Date", "From", "To", "What"]
    found = []
    for person in PEOPLE:
        for other in chance.sample(SHOPS, 2) + chance.sample([each for each in PEOPLE if each is not person], 1):
            for _ in range(chance.choice([1, 2])):
                day = date(2025, 9, 1) + timedelta(chance.randrange(300))
                found.append(
                    [day, other.name, person.name, chance.choice(["bread", "flour", "honey", "a repair"])]
                )
                back = day + timedelta(chance.randrange(1, 20))
                if chance.random() < 0.8 and back <= TODAY:
                    found.append([back, person.name, other.name, chance.choice(["help", "empty crates"])])
    yield from sorted(found, key=lambda row: row[0])
    yield []
    yield ["Total", None, None, f"{len(found)} times"]


def loans(chance: random.Random) -> Iterator[Row]:
    yield [f"Darlehenskasse der {NAME}"]
    yield ["Raten, Beträge in €", "", "", "", "", ""]
    yield []
    yield ["Rate", "Schuldner", "Fällig am", "Bezahlt am", "Betrag", "Bemerkung"]
    total = 0.0
    for loan, debtor in enumerate(chance.sample(PEOPLE, 6) + SHOPS[:2], start=1):
        rate = round(chance.choice([85, 110, 140.5, 1_250.5]), 2)
        for at in range(1, 13):
            due = date(2025 + (5 + at) // 12, (5 + at) % 12 + 1, 15)
            done, total = paid(chance, debtor, due), total + rate
            late = done is None or done > due + timedelta(20)
            note = chance.choice(
                ["Stundung erbeten; siehe Protokoll", "", ""] if late else ["", "", "Dauerauftrag", "bar"]
            )
            yield [
                f"D{loan:02}-{at:02}",
                debtor.name,
                german(due),
                german(done) if done else "offen",
                euros(rate),
                note,
            ]
        yield []
    yield ["Summe", "", "", "", euros(total), ""]


def german(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def euros(amount: float) -> str:
    """Such as 1.250,50."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def misspelt(where: str, rows: Iterator[Row]) -> list[Row]:
    """The rows with the typing faults of this sheet or file."""
    found = list(rows)
    for _, key, column, typed in (fault for fault in FAULTS if fault[0] == where):
        next(row for row in found if row and row[0] == key)[column] = typed
    return found


def tables(seed: int = 16) -> dict[str, list[Row]]:
    """The rows of each sheet, and of the CSV file under its name."""
    made = {"Members": members, "Invoices": invoices, "Deliveries": deliveries, LOANS: loans}
    return {name: misspelt(name, rows(random.Random(f"{seed} {name}"))) for name, rows in made.items()}


def write(folder: Path) -> None:
    """Both files, in this folder."""
    found = tables()
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in ("Members", "Invoices", "Deliveries"):
        fill(book.create_sheet(name), found[name])
    book["Members"].merge_cells("C5:C34")
    book["Members"].merge_cells("C36:C43")
    book.properties.created = book.properties.modified = datetime(2026, 6, 30)
    book.save(folder / WORKBOOK)
    lines = [";".join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in found[LOANS]]
    (folder / LOANS).write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def fill(sheet: Worksheet, rows: list[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, date):
                cell.number_format = "DD.MM.YYYY"
            elif isinstance(value, float):
                cell.number_format = "#,##0.00"
            if number == 1 or row[0] in ("No.", "Invoice", "Date", "Total"):
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGH", (12, 28, 28, 28, 16, 14, 14, 28), strict=True):
        sheet.column_dimensions[letter].width = width


if __name__ == "__main__":
    write(HERE)
