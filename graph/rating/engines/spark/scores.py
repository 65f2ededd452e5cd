"""Scores on Spark: sweeps over all circles; docs/formulas.md and graph/rating/engines/arrays/scores.py.

Each score has one under the veil beside it: as if everybody's conduct had its offset added. A few sweeps are one plan;
then the scores are written and read back, so that the plan of the fortieth sweep is that of the first.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from graph.policy.scheme import Scheme
from graph.rating.engines.spark.conduct import Keep
from graph.rating.engines.spark.folds import summed
from graph.rating.engines.sweeps import Propagated, propagate

AT_ONCE = 4
"Sweeps in one plan."
VEILED = "offset_conduct"


@dataclass
class Sweeping:
    """Sweeps that are made so many at once, and asked for one after the other."""

    ties: DataFrame
    "member, contact, weight"
    share: float
    keep: Keep
    state: DataFrame
    "rid, conduct, offset_conduct, score and veil: the scores before the next sweep"
    _made: DataFrame | None = None
    "the same with score_1, veil_1 and so on: the sweeps of the last plan"
    _first: int = 1
    "the number of the first of them"
    _changes: list[float] | None = None

    def change(self, number: int) -> float:
        """The largest change of a score in the sweep of this number, from 1 on, one after the other."""
        if self._changes is None or number >= self._first + AT_ONCE:
            if self._made is not None:
                self.state = self.after(number - 1)
            self._first = number
            self._sweep()
        assert self._changes is not None
        return self._changes[number - self._first]

    def after(self, number: int) -> DataFrame:
        """The state after the sweep of this number, which is one of the last plan."""
        assert self._made is not None
        place = number - self._first + 1
        scores = (F.col(f"{name}_{place}").alias(name) for name in ("score", "veil"))
        return self._made.select("rid", "conduct", VEILED, *scores)

    def _sweep(self) -> None:
        found = self.state.withColumnsRenamed({"score": "score_0", "veil": "veil_0"})
        for place in range(1, AT_ONCE + 1):
            names = [f"{name}_{place - 1}" for name in ("score", "veil")]
            company = mean_of(self.ties, found.select("rid", *names), names)
            found = found.join(company.withColumnsRenamed({name: f"{name}_of" for name in names}), "rid", "left")
            for name, own in (("score", "conduct"), ("veil", VEILED)):
                of_contacts = F.col(f"{name}_{place - 1}_of")
                found = found.withColumn(f"{name}_{place}", mixed(F.col(own), of_contacts, self.share))
            found = found.drop(*(f"{name}_of" for name in names))
        self._made = self.keep(f"sweep-{self._first}", found)
        changes = [
            F.max(F.greatest(*(F.abs(F.col(f"{name}_{place}") - F.col(f"{name}_{place - 1}")) for name in NAMES)))
            for place in range(1, AT_ONCE + 1)
        ]
        self._changes = [change or 0.0 for change in self._made.agg(*changes).collect()[0]]


NAMES = ("score", "veil")


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
    state = members.select("rid", "conduct", veiled).withColumns({"score": F.col("conduct"), "veil": F.col(VEILED)})
    sweeping = Sweeping(ties.select("member", "contact", "weight"), scheme.circle.share, keep, state)
    solved = propagate(scheme, sweeping.change)
    return solved, sweeping.after(solved.sweeps).select("rid", "score", "veil")
