"""Which of our columns a column may be, by its name and by what it looks like, and so what rows there are."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from graph.facts.assistant.looks import Look
from graph.facts.kinds import KINDS

# English, German, French and Spanish, without accents.
WORDS: dict[str, tuple[str, ...]] = {
    "due": (
        "due",
        "duedate",
        "deadline",
        "fallig",
        "faellig",
        "falligkeit",
        "echeance",
        "vencimiento",
        "maturity",
    ),
    "settled": ("paid", "settled", "repaid", "bezahlt", "gezahlt", "paye", "regle", "pagado", "met", "cleared"),
    "debtor": (
        "debtor",
        "customer",
        "client",
        "borrower",
        "buyer",
        "kunde",
        "schuldner",
        "payer",
        "deudor",
        "cliente",
    ),
    "creditor": (
        "creditor",
        "supplier",
        "lender",
        "seller",
        "glaubiger",
        "lieferant",
        "vendor",
        "acreedor",
        "payee",
    ),
    "amount": (
        "amount",
        "total",
        "sum",
        "price",
        "betrag",
        "summe",
        "preis",
        "montant",
        "prix",
        "importe",
        "value",
    ),
    "currency": ("currency", "wahrung", "waehrung", "devise", "moneda", "currencyid"),
    "at": ("at", "date", "time", "datetime", "timestamp", "datum", "zeit", "when", "created", "fecha", "bookgdt"),
    "source": ("from", "sender", "source", "caller", "author", "rater", "von", "absender", "expediteur", "de"),
    "target": (
        "to",
        "recipient",
        "receiver",
        "target",
        "callee",
        "ratee",
        "an",
        "empfanger",
        "destinataire",
        "para",
    ),
    "product": ("product", "item", "sku", "article", "artikel", "stockcode", "produkt", "produit", "producto"),
    "site": ("site", "page", "place", "ort", "lieu", "lugar", "visited", "domain"),
    "kind": ("kind", "type", "art", "typ", "sort"),
    "channel": ("channel", "kanal", "canal"),
    "category": ("category", "kategorie", "categorie", "categoria"),
    "entity": (
        "member",
        "mitglied",
        "person",
        "user",
        "entity",
        "membre",
        "miembro",
        "account",
        "customer",
        "client",
    ),
    "name": ("name", "nom", "nombre", "vorname", "nachname"),
    "born": ("born", "birth", "birthday", "geboren", "geburtsdatum", "naissance", "nacimiento"),
    "uscc": ("uscc",),
    "lei": ("lei",),
    "outcome": ("outcome", "rating", "score", "ergebnis"),
    "id": (
        "id",
        "no",
        "nr",
        "number",
        "nummer",
        "numero",
        "invoice",
        "rechnung",
        "facture",
        "order",
        "loan",
        "ref",
    ),
}
TIMES = ("due", "settled", "at", "issued")
# What makes rows of a kind: without these columns a file hardly is of it.
_SIGNS: dict[str, tuple[tuple[str, ...], int]] = {
    "obligations": (("due",), 4),
    "purchases": (("product", "at"), 3),
    "visits": (("site", "at"), 3),
    "contacts": (("source", "target", "at"), 3),
    "products": (("product", "category"), 2),
    "sites": (("site", "category"), 2),
    "entities": (("id", "name"), 1),
}


@dataclass(frozen=True)
class Guess:
    """What rows a file may have, and by column of ours, the column of the file; empty where nothing is likely."""

    kind: str
    columns: Mapping[str, str]


def guess(looks: Mapping[str, Look]) -> Guess:
    """The kind whose columns are found; of several, the one that needs more of them."""
    roles = {role: found for role in WORDS if (found := _likely(role, looks))}
    fitting = [(worth, kind) for kind, (signs, worth) in _SIGNS.items() if all(sign in roles for sign in signs)]
    if not fitting:
        return Guess("", {})
    kind = max(fitting)[1]
    taken: dict[str, str] = {}
    for column in KINDS[kind].columns:
        role = {"products": "product", "sites": "site"}.get(kind, "id") if column.name == "id" else column.name
        for name in roles.get(role, ()):
            if name not in taken.values():
                taken[column.name] = name
                break
    return Guess(kind, taken)


def _likely(role: str, looks: Mapping[str, Look]) -> list[str]:
    """The columns that may have this role, the likeliest first."""
    found = []
    for name, look in looks.items():
        words = _words(name)
        hits = [at for at, word in enumerate(reversed(words)) if word in WORDS[role]]
        if hits and _fits(role, look):
            # The last word of a path says most, and a short name says it alone.
            found.append((hits[0], len(words), name))
    return [name for *_, name in sorted(found)]


def _fits(role: str, look: Look) -> bool:
    if not look.cells:
        return role in ("settled", "born", "name")
    if role in TIMES:
        return look.is_time
    if role in ("amount", "outcome"):
        return look.number and not look.is_time
    if role == "born":
        return look.is_time and not look.clock
    if role == "currency":
        return look.currency
    return not look.is_time


def _words(name: str) -> list[str]:
    """The words of a name or path in small letters: dueDate, DUE_DATE and Due Date have the same two."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", plain)]
