"""The codes of reasons and what they say in plain words; `{...}` are a member's own numbers.

The codes are stable. The advice of a reason is true for everyone that it names. It asks nobody to owe, to buy or
to change friends, and says what cannot be undone.
"""

from typing import NamedTuple

from graph.facts.kinds import FACTORS, STORED, WORDS, Words


class Texts(NamedTuple):
    """title: what a page calls it; sentence: what costs points; advice: what there is to do about it."""

    title: str
    sentence: str
    advice: str


_ASSUMED = "The scheme assumes {prior_weight:g} more, worth {prior:g} of 1 each."
_AT_MOST = (
    "The scheme gives no category more than {best:g}, so that at most {most:.1f} of these points can be gained."
)


def by_category(kind: str) -> tuple[str, str]:
    """The codes of a kind that is rated by category: for the categories, and for how few facts there are."""
    return f"{WORDS[kind].one}-categories", f"few-{kind}"


def _texts(kind: str, words: Words) -> tuple[Texts, Texts]:
    facts = f"{kind.capitalize()} that count"
    return (
        Texts(
            f"Kinds of {words.things}",
            facts + ": {count}, worth {mean:.2f} of 1 on average by their categories.",
            f"Nothing has to be {words.no_need}. The scheme gives no category more than {{best:g}}; {{fading}}.",
        ),
        Texts(
            f"Few {words.things} so far",
            facts + " so far: {events}. " + _ASSUMED,
            f"Nothing has to be {words.did} for this. " + _AT_MOST,
        ),
    )


CODES = {
    "overdue": Texts(
        "Debts past their day",
        "Past due and not settled: {count}. {worst}.",
        "Settle what is open. {growing} The days that have passed stay late; {fading}.",
    ),
    "paid-late": Texts(
        "Debts paid late",
        "Settled late: {count}. {worst}.",
        "What is past stays as it was; {fading}. Each obligation that is settled on time makes it count less.",
    ),
    "low-outcome": Texts(
        "Debts that ended badly",
        "Ended with less than the best outcome: {count}. {worst}.",
        "The person who recorded an outcome can correct one that is wrong. Otherwise it stays; {fading}. Each "
        "better outcome makes it count less.",
    ),
    "few-obligations": Texts(
        "Few debts so far",
        "Obligations that count so far: {events}{unheard}. " + _ASSUMED,
        "One more obligation that is settled on time would add {up_to}{gain:.1f} points. Nobody should owe for "
        "the sake of a rating: what falls due anyway is enough.",
    ),
    **{
        code: texts
        for kind in FACTORS
        if not STORED[kind].of_two
        for code, texts in zip(by_category(kind), _texts(kind, WORDS[kind]), strict=True)
    },
    "circle-below-you": Texts(
        "People in your circle who are below you",
        "Rated below this member's own conduct: {count} of the {circle} in the inner circle. {worst}.",
        "Nobody has to change whom they are in touch with. What these contacts do better will show here too; own "
        "conduct makes {own:.0%} of the rating.",
    ),
    "circle-not-best": Texts(
        "People in your circle who are not at the top",
        "Rated as high as this member's own conduct or higher, and below the best: {count} of the {circle} in the "
        "inner circle.",
        "Nothing has to be done: these contacts do not pull the rating below own conduct. It rises as they do "
        "better.",
    ),
}
