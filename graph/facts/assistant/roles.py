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
GUESSED = tuple(name for name, kind in KINDS.items() if kind.signs)
"The kinds that are guessed, in the order in which they are loaded: what names others comes behind them."
_SAYS_MOST = "due"
"Nothing but an obligation has it."


@dataclass(frozen=True)
class Guess:
    """What rows a file may have, and by column of ours, the column of the file; empty where nothing is likely."""

    kind: str
    columns: Mapping[str, str]


def guess(looks: Mapping[str, Look]) -> Guess:
    """The kind whose signs are found; of several, the one that says most, or names things of the others."""
    roles = {role: found for role in WORDS if (found := _likely(role, looks))}
    fitting = [kind for kind in GUESSED if all(sign in roles for sign in KINDS[kind].signs)]
    if not fitting:
        return Guess("", {})
    kind = next((each for each in fitting if _SAYS_MOST in KINDS[each].signs), fitting[-1])
    of_id = KINDS[kind].signs[0] if KINDS[kind].corrected else "id"
    taken: dict[str, str] = {}
    for column in KINDS[kind].columns:
        role = of_id if column.name == "id" else column.name
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
