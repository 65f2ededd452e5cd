"""The words, kinds and bands that stay in an inspection copy: none that only few members have."""

from collections import Counter, defaultdict

from graph.analysis.anonymised_copy.pseudonyms import kept
from graph.analysis.anonymised_copy.selection import BY_TYPE, ENTITIES, Everyone, Key, parts
from graph.disclosure.band_counts import merged
from graph.policy.scheme import points_of
from graph.rating.runs import policy_of_run
from graph.store.client import Database

PLACES = {type_: stored.word for type_, stored in BY_TYPE.items() if stored.word}
"The property that holds the word of a fact."


def words(source: Database, everyone: Everyone, fewest: int) -> dict[str, frozenset[str]]:
    """The words that stay, by the place where they stand: enough entities have them, on either side of a fact."""
    held: dict[str, dict[str, tuple[set[str], set[str]]]] = defaultdict(
        lambda: defaultdict(lambda: (set(), set()))
    )
    for entities in parts(list(everyone.people), ENTITIES):
        for fact in everyone.facts(source, entities):
            stored, ends = BY_TYPE[fact["type"]], (fact["source"], fact["target"])
            found = {PLACES.get(fact["type"], ""): fact["word"], "currency": fact["currency"]}
            if not stored.of_two:  # a fact with a product or a site is of one side alone
                found[stored.other] = everyone.things[stored.other, fact["target"]]["category"]
                ends = (fact["source"], fact["source"])
            for place, word in found.items():
                if word is not None:
                    for side, entity in zip(held[place][word], ends, strict=True):
                        side.add(entity)
    stay = {
        place: kept({word: min(map(len, sides)) for word, sides in words.items()}, fewest)
        for place, words in held.items()
    }
    naming = source.run("words_that_name", words=sorted(frozenset().union(*stay.values())))
    return {place: words - {row["word"] for row in naming} for place, words in stay.items()}


def kinds(everyone: Everyone, fewest: int) -> dict[str, list[str]]:
    """The labels that entities of each kind get: no kind is told of fewer."""
    counted = Counter(row["kind"] for row in everyone.people.values())
    if min(counted["SoleTrader"], counted["Organisation"]) < fewest:
        counted["Organisation"] += counted.pop("SoleTrader", 0)
    stay = kept({kind: count for kind, count in counted.items() if count}, fewest)
    organisation = ["Organisation"] if "Organisation" in stay else []
    return {
        "Person": ["Entity", *(["Person"] if "Person" in stay else [])],
        "Organisation": ["Entity", *organisation],
        "SoleTrader": ["Entity", *organisation, *(["SoleTrader"] if "SoleTrader" in stay else [])],
    }


def bands(source: Database, everyone: Everyone, fewest: int) -> dict[Key, str]:
    """The band of each rated membership as its contacts are shown it: veiled, and merged with neighbours."""
    found: dict[Key, str] = {}
    for scheme, row in everyone.schemes.items():
        if row["run"] is None:
            continue
        policy = policy_of_run(source, row["run"])
        rated = [
            key for key, each in everyone.memberships.items() if key[0] == scheme and each["veiled"] is not None
        ]
        bands = {}
        for key in rated:
            each = everyone.memberships[key]
            bands[key] = policy.band(points_of(min(1.0, max(0.0, each["veiled"]))), each["evidence"])
        counts = [list(bands.values()).count(band) for band in policy.all_bands]
        cells = merged(policy.all_bands, counts, smallest=fewest)
        if len(rated) >= fewest:
            names = {band: " or ".join(each.name for each in cell.bands) for cell in cells for band in cell.bands}
            found |= {key: names[band] for key, band in bands.items()}
    return found
