"""Why a fact weighs less than its age alone would have it, in words.

Of a reporter nothing finer is said than the quarter that its report counts.
"""

from graph.policy.numbers import percent
from graph.text.counts import counted

PARTS = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
"One in two, in three, ... in ten."
NEAR = 0.005
"How far a share may be from such a part, as a share of it."


def in_words(month: float, in_month: int, year: float, in_year: int) -> str | None:
    """`weighs a fifth: five with the same partner in that month`; None where no cap bites.

    month, year: the share of its weight that each cap leaves; in_month, in_year: facts of the partner that count.
    """
    said = []
    if month < 1:
        said.append(f"weighs {share(month)}: {_many(in_month)} with the same partner in that month")
    if year < 1:
        further = "and of that " if said else "weighs "
        said.append(f"{further}{share(year)}: {_many(in_year)} with the same partner in that year")
    return ", ".join(said) or None


NO_VOICE = "no voice"
"Why a report does not count at all."
HEARD = {0.25: "counts a quarter", 0.5: "counts half", 0.75: "counts three quarters"}
FEW = "few kept promises lead from the founders to its reporter"


def heard(voice: float) -> str | None:
    """`this report counts a quarter: few kept promises lead from the founders to its reporter`; None: in full."""
    return f"this report {HEARD[voice]}: {FEW}" if voice in HEARD else None


def share(part: float) -> str:
    """`half`, `a fifth`; `37.5 %` where it is near none of these."""
    for number, name in enumerate(PARTS, start=2):
        if abs(part * number - 1) < NEAR:
            return name if number == 2 else f"an {name}" if name == "eighth" else f"a {name}"
    return percent(part)


def _many(count: int) -> str:
    """`five`, `12`; one old fact alone can be too much for a small cap."""
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else counted(count, "facts")
