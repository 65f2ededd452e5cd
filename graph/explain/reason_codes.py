"""The codes of reasons and what they say in plain words; `{...}` are a member's own numbers.

The codes are stable. What a reason advises is true of everyone whom it names: it asks nobody to owe, to buy or to
change friends, and says what cannot be undone.
"""

from typing import NamedTuple


class Texts(NamedTuple):
    """sentence: what costs points; advice: what there is to do about it."""

    sentence: str
    advice: str


_ASSUMED = "The scheme assumes {prior_weight:g} more, worth {prior:g} of 1 each."
_AT_MOST = (
    "The scheme gives no category more than {best:g}, so that at most {most:.1f} of these points can be gained."
)

CODES = {
    "overdue": Texts(
        "Past due and not settled: {count}. {worst}.",
        "Settle what is open. {growing} The days that have passed stay late; {fading}.",
    ),
    "paid-late": Texts(
        "Settled late: {count}. {worst}.",
        "What is past stays as it was; {fading}. Each obligation that is settled on time makes it count less.",
    ),
    "low-outcome": Texts(
        "Ended with less than the best outcome: {count}. {worst}.",
        "Whoever recorded an outcome can correct one that is wrong. Otherwise it stays; {fading}. Each better "
        "outcome makes it count less.",
    ),
    "few-obligations": Texts(
        "Obligations that count so far: {events}. " + _ASSUMED,
        "One more obligation that is settled on time would add {gain:.1f} points. Nobody should owe for the sake "
        "of a rating: what falls due anyway is enough.",
    ),
    "purchase-categories": Texts(
        "Purchases that count: {count}, worth {mean:.2f} of 1 on average by their categories.",
        "Nothing has to be bought otherwise. The scheme gives no category more than {best:g}; {fading}.",
    ),
    "few-purchases": Texts(
        "Purchases that count so far: {events}. " + _ASSUMED,
        "Nothing has to be bought for this. " + _AT_MOST,
    ),
    "visit-categories": Texts(
        "Visits that count: {count}, worth {mean:.2f} of 1 on average by their categories.",
        "Nothing has to be visited or left out. The scheme gives no category more than {best:g}; {fading}.",
    ),
    "few-visits": Texts(
        "Visits that count so far: {events}. " + _ASSUMED,
        "Nothing has to be visited for this. " + _AT_MOST,
    ),
    "circle-below-you": Texts(
        "Rated below this member's own conduct: {count} of the {circle} in the inner circle. {worst}.",
        "Nobody has to change whom they are in touch with. What these contacts do better will show here too; own "
        "conduct makes {own:.0%} of the rating.",
    ),
    "circle-not-best": Texts(
        "Rated as high as this member's own conduct or higher, and below the best: {count} of the {circle} in the "
        "inner circle.",
        "Nothing has to be done: these contacts do not pull the rating below own conduct. It rises as they do "
        "better.",
    ),
}
