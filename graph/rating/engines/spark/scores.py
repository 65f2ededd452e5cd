"""Scores on Spark: sweeps over all circles; docs/formulas.md and graph/rating/engines/arrays/scores.py.

Each score has one under the veil beside it: as if everybody's conduct had its offset added. A few sweeps are one
plan; then the scores are written and read back, so that the plan of the fortieth sweep is that of the first.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from graph.policy.scheme import Scheme
from graph.rating.engines.spark.conduct import Keep
from graph.rating.engines.spark.folds import summed
from graph.rating.engines.sweeps import Propagated, propagate

AT_ONCE = 4
"Sweeps in one plan."
VEILED = "offset_conduct"
NAMES = ("score", "veil")


class Sweeping:
    """Sweeps that are made so many at once, and asked for one after the other."""

    def __init__(self, ties: DataFrame, share: float, keep: Keep, start: DataFrame):
        """ties: member, contact, weight. start: rid, conduct, offset_conduct, score, veil."""
        self._ties, self._share, self._keep = ties, share, keep
        self._make(1, start)

    def change(self, number: int) -> float:
        """The largest change of a score in the sweep of this number, from 1 on, one after the other."""
        if number >= self._first + AT_ONCE:
            self._make(number, self.after(number - 1))
        return self._changes[number - self._first]

    def after(self, number: int) -> DataFrame:
        """rid, conduct, offset_conduct, score, veil after the sweep of this number, which is of the last plan."""
        place = number - self._first + 1
        scores = (F.col(f"{name}_{place}").alias(name) for name in NAMES)
        return self._made.select("rid", "conduct", VEILED, *scores)

    def _make(self, first: int, start: DataFrame) -> None:
        """The sweeps from this number on, and how far each changed a score at most."""
        found = start.withColumnsRenamed({name: f"{name}_0" for name in NAMES})
        held: list[DataFrame] = []
        for place in range(1, AT_ONCE + 1):
            before = {name: f"{name}_{place - 1}" for name in NAMES}
            company = mean_of(self._ties, found.select("rid", *before.values()), list(before.values()))
            found = found.join(
                company.withColumnsRenamed({each: f"{each}_of" for each in before.values()}), "rid", "left"
            )
            for name, own in zip(NAMES, ("conduct", VEILED), strict=True):
                of_contacts = F.col(f"{before[name]}_of")
                found = found.withColumn(f"{name}_{place}", mixed(F.col(own), of_contacts, self._share))
            # the next sweep reads it twice: not held, it would be made twice, and the one before four times
            found = found.drop(*(f"{each}_of" for each in before.values())).persist()
            held.append(found)
        self._first, self._made = first, self._keep(f"sweep-{first}", found)
        for each in held:
            each.unpersist()
        changes = [
            F.max(F.greatest(*(F.abs(F.col(f"{name}_{place}") - F.col(f"{name}_{place - 1}")) for name in NAMES)))
            for place in range(1, AT_ONCE + 1)
        ]
        self._changes: list[float] = [each or 0.0 for each in self._made.agg(*changes).collect()[0]]


def mixed(own: Column, of_contacts: Column, share: float) -> Column:
    """A score from own conduct and the mean of the contacts'; of an empty circle, which is null, conduct alone."""
    return F.when(of_contacts.isNull(), own).otherwise(F.lit(1 - share) * own + F.lit(share) * of_contacts)


def mean_of(ties: DataFrame, of: DataFrame, names: list[str]) -> DataFrame:
    """rid, and the mean of each column over the member's circle, added up by the contacts' rids."""
    contacts = of.withColumnRenamed("rid", "contact")
    each = ties.join(contacts, "contact").select(
        F.col("member").alias("rid"), "contact", *((F.col("weight") * F.col(name)).alias(name) for name in names)
    )
    return summed(each, ["rid"], order=["contact"], sums=names)


def solve(scheme: Scheme, ties: DataFrame, members: DataFrame, keep: Keep) -> tuple[Propagated, DataFrame]:
    """How the scores were found, and rid, score, veil after the last sweep. Raises NotConverged.

    ties: member, contact, weight. members: rid, conduct, offset.
    """
    veiled = (F.col("conduct") + F.col("offset")).alias(VEILED)
    state = members.select("rid", "conduct", veiled).withColumns(
        {"score": F.col("conduct"), "veil": F.col(VEILED)}
    )
    sweeping = Sweeping(ties.select("member", "contact", "weight"), scheme.circle.share, keep, state)
    solved = propagate(scheme, sweeping.change)
    return solved, sweeping.after(solved.sweeps).select("rid", "score", "veil")
