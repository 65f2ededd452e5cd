"""Own conduct on Spark: the rate of each factor, with ages, lateness, caps and voices; docs/formulas.md.

It follows graph/rating/engines/arrays/conduct.py, sum for sum and in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from graph.policy.scheme import CategoryFactor, Factor, ObligationsFactor
from graph.rating.engines.spark import layout
from graph.rating.engines.spark.folds import summed, weighed
from graph.rating.engines.spark.source import Source

SUMS = ("weight", "total", "kept")
"Of obligations: the weight, weight times value, and weight times what the value is above the prior."
BY_MEMBER, BY_OTHERS = 1, 2
"Who disputes a fact."
Keep = Callable[[str, DataFrame], DataFrame]
"Writes a frame under a name and reads it back, so that no plan grows."


@dataclass(frozen=True)
class Owed:
    """What obligations weigh by creditor as the caps leave it; voices come later."""

    reports: DataFrame
    "debtor, partner, reporter, and the sums: one row for each debtor and creditor"
    months: DataFrame
    "debtor, reporter, month, weight"
    disputed: DataFrame
    "debtor, reporter, aside: those that would count"


@dataclass(frozen=True)
class Voices:
    """What a report is worth by who makes it."""

    by_rid: DataFrame | None
    "rid, voice; None: all speak in full"
    outside: float

    def spoken(self, frame: DataFrame, speaker: str) -> DataFrame:
        """The frame with the voice of the speaker of each row as `spoken`; below 0: one that has not joined."""
        if self.by_rid is None:
            return frame.withColumn("spoken", F.lit(1.0))
        voices = self.by_rid.select(F.col("rid").alias(speaker), "voice")
        found = frame.join(voices, speaker, "left")
        return found.withColumn("spoken", F.coalesce("voice", F.lit(self.outside))).drop("voice")


def cap(source: Source, factor: ObligationsFactor, keep: Keep) -> Owed:
    """What the obligations of all members weigh: held by month, and then by year."""
    found = _valued(source.table("obligations"), factor, source.today)
    counting = found.where("aside = 0").withColumn("age", F.lit(source.today) - F.col("day"))
    rows = weighed(counting, source.ages(factor.half_life_days))
    above = F.when(F.col("worth") > factor.prior, F.col("weight") * (F.col("worth") - F.lit(factor.prior)))
    date = F.date_from_unix_date("day")
    rows = rows.select(
        "debtor",
        "partner",
        "reporter",
        (12 * (F.year(date) - 1970) + F.month(date) - 1).alias("month"),
        (-F.col("day")).alias("newest"),
        "worth",
        "weight",
        (F.col("weight") * F.col("worth")).alias("total"),
        F.coalesce(above, F.lit(0.0)).alias("kept"),
    )
    reporter = {"reporter": F.min("reporter")}  # all of a partner's are one
    by_month = summed(rows, ["debtor", "partner", "month"], order=["newest", "worth"], sums=SUMS, also=reporter)
    crowd = _crowd(factor.partner_month)
    held = by_month.select(
        *("debtor", "partner", "reporter", "month"),
        F.floor(F.col("month") / 12).cast("int").alias("year"),
        *((F.col(name) / crowd).alias(name) for name in SUMS),
    )
    by_year = summed(held, ["debtor", "partner", "year"], order=["month"], sums=SUMS, also=reporter, keep=True)
    crowd = _crowd(factor.partner_year)
    years = keep(
        "years",
        by_year.select(
            *("debtor", "partner", "reporter", "year"),
            *((F.col(name) / crowd).alias(name) for name in SUMS),
            F.transform(
                "rows", lambda row: F.struct(row["month"].alias("month"), (row["weight"] / crowd).alias("weight"))
            ).alias("months"),
        ),
    )
    reports = summed(years, ["debtor", "partner"], order=["year"], sums=SUMS, also=reporter)
    months = years.select("debtor", "reporter", F.inline("months"))
    disputed = found.where("aside > 0").select("debtor", "reporter", "aside")
    return Owed(keep("reports", reports), months, disputed)


def _valued(owed: DataFrame, factor: ObligationsFactor, today: int) -> DataFrame:
    """The obligations that count, or would, with the value of each and the day that it ages from."""
    settled = (F.col("settled") >= 0) & (F.col("settled") <= today)
    given = F.col("outcome") >= 0
    late = F.col("late")
    by_days = (
        F.when(late <= 0, 1.0)
        .when(late >= factor.late_days, 0.0)
        .otherwise(F.lit(1.0) - late.cast("double") / F.lit(float(factor.late_days)))
    )
    found = owed.select(
        "*",
        F.when(settled, F.least("settled", "due")).otherwise(F.col("due")).alias("day"),
        F.when(given, F.col("outcome")).otherwise(by_days).alias("worth"),
        (given | settled | (late >= 1)).alias("known"),
    )
    return found.where(F.col("known") & (F.col("day") <= today))


def _crowd(most: float | None) -> Column:
    """What each weight is divided by so that it is `most` at most."""
    weight = F.col("weight")
    return F.lit(1.0) if most is None else F.when(weight > most, weight / F.lit(most)).otherwise(1.0)


def rate_obligations(owed: Owed, voices: Voices) -> DataFrame:
    """Of debtors: rid, evidence, total; own and others (in dispute); unheard; the most of one partner, month."""
    heard = voices.spoken(owed.reports, "reporter")
    weighed_ = heard.select(
        F.col("debtor").alias("rid"),
        "spoken",
        "weight",
        "total",
        (F.col("spoken") * F.col("weight")).alias("evidence"),
        (F.col("spoken") * F.col("total")).alias("supported"),
        F.when(F.col("spoken") == 0, F.col("weight")).otherwise(0.0).alias("unheard"),
    )
    # by what they are, and not by who the creditors are: these have no order that another graph would have as well
    rated = summed(
        weighed_,
        ["rid"],
        order=["spoken", "weight", "total"],
        sums=["evidence", "supported", "unheard"],
        also={"partner": F.max("evidence")},
    )
    loud = voices.spoken(owed.months, "reporter").select(
        F.col("debtor").alias("rid"), "month", (F.col("spoken") * F.col("weight")).alias("loud")
    )
    by_month = summed(loud, ["rid", "month"], order=["loud"], sums=["loud"])
    most = by_month.groupBy("rid").agg(F.max("loud").alias("month"))
    disputed = voices.spoken(owed.disputed, "reporter").where("spoken > 0")
    aside = _aside(disputed.withColumnRenamed("debtor", "rid"))
    found = rated.withColumnRenamed("supported", "total").join(most, "rid", "left")
    return found.join(aside, "rid", "full")


def rate_things(source: Source, name: str, factor: CategoryFactor) -> DataFrame:
    """The same of a factor that values by category: rid, evidence, total, own, others."""
    things = source.table(name).withColumnRenamed("member", "rid")
    values = [float(factor.values[category]) for category in layout.categories(factor)]
    worth = F.element_at(F.array(*map(F.lit, values)), F.col("category").cast("int") + 1)
    counting = things.where("aside = 0").select(
        "rid", (F.lit(source.today) - F.col("day")).alias("age"), worth.alias("worth")
    )
    rows = weighed(counting, source.ages(factor.half_life_days)).select(
        "rid", "age", "worth", F.col("weight").alias("evidence"), (F.col("weight") * F.col("worth")).alias("total")
    )
    rated = summed(rows, ["rid"], order=["age", "worth"], sums=["evidence", "total"])
    return rated.join(_aside(things.where("aside > 0")), "rid", "full")


def _aside(disputed: DataFrame) -> DataFrame:
    """How many facts of each member are in dispute, by who disputes them."""
    counts = (
        F.sum(F.when(F.col("aside") == who, 1).otherwise(0)).alias(name)
        for who, name in ((BY_MEMBER, "own"), (BY_OTHERS, "others"))
    )
    return disputed.groupBy("rid").agg(*counts)


def rate_members(members: DataFrame, rated: dict[str, DataFrame], factors: dict[str, Factor]) -> DataFrame:
    """The members with rate and evidence of each factor, conduct, facts in dispute, and what they lean on.

    rated: of each factor of the policy, in its order.
    """
    found = members
    for name, frame in rated.items():
        own = frame.select(
            "rid", *(F.col(each).alias(f"{name}_{each}") for each in frame.columns if each != "rid")
        )
        found = found.join(own, "rid", "left")
    found = found.fillna(0).withColumn("conduct", F.lit(0.0)).withColumn("evidence", F.lit(0.0))
    own = others = F.lit(0)
    for name, factor in factors.items():
        prior, evidence = F.lit(factor.prior_weight * factor.prior), F.col(f"{name}_evidence")
        rate = (prior + F.col(f"{name}_total")) / (F.lit(factor.prior_weight) + evidence)
        found = found.withColumn(name, rate)
        found = found.withColumn("conduct", F.col("conduct") + F.lit(factor.weight) * F.col(name))
        found = found.withColumn("evidence", F.col("evidence") + evidence)
        if factor.weight > 0:  # a factor that weighs nothing lacks no fact
            own, others = own + F.col(f"{name}_own"), others + F.col(f"{name}_others")
    return found.withColumn("own", own).withColumn("others", others)
