"""The words for facts that a rating lacks because the member, or others, dispute them."""

from graph.model import SetAside
from graph.text.counts import counted


def in_words(aside: SetAside, member: str = "its member") -> str:
    """`7 facts are in dispute and count for nothing here: its member disputes 5, others 2.`; empty for none.

    member: the word for the rated member, such as `you`.
    """
    if not aside.total:
        return ""
    verb = "dispute" if member == "you" else "disputes"
    raised = [f"{member} {verb} {aside.member:,}"] if aside.member else []
    raised += [f"others {'' if raised else 'dispute '}{aside.other:,}"] if aside.other else []
    are = "is in dispute and counts" if aside.total == 1 else "are in dispute and count"
    return f"{counted(aside.total, 'facts')} {are} for nothing here: {', '.join(raised)}."


def caption(band: str, aside: SetAside, *, points: int | None = None) -> str:
    """A rating in one line: `682 sound, 7 facts in dispute`; points: None where they are not told."""
    told = band if points is None else f"{points} {band}"
    return f"{told}, {counted(aside.total, 'facts')} in dispute" if aside.total else told
