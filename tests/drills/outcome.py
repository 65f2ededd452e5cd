"""What a drill found: how many things were tried, and what became of each."""

from dataclasses import dataclass, field


class CannotBeDoneHere(Exception):
    """This machine lacks what the drill needs."""


COLUMNS = ("tried", "survived", "lost", "doubled", "leaked")


@dataclass(frozen=True)
class Outcome:
    """What was tried either survived, or was lost or doubled. What else is lost is counted there as well."""

    tried: int
    survived: int
    lost: int
    "what was acknowledged and is not there, was done and denied, or was never answered clearly or in time"
    doubled: int
    "what had its effect more than once"
    leaked: int
    "what is left over afterwards, and belongs to nobody"
    seconds: float
    seen: tuple[str, ...] = field(default=())
    "what stands behind the three columns, and what else is worth telling"

    @property
    def whole(self) -> bool:
        """Nothing was lost, doubled or leaked, and something was tried."""
        return self.tried == self.survived > 0 and not (self.lost or self.doubled or self.leaked)


def together(*found: Outcome) -> Outcome:
    """The sums of several."""
    return Outcome(
        sum(each.tried for each in found),
        sum(each.survived for each in found),
        sum(each.lost for each in found),
        sum(each.doubled for each in found),
        sum(each.leaked for each in found),
        sum(each.seconds for each in found),
        tuple(said for each in found for said in each.seen),
    )
