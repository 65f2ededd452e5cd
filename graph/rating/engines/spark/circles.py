"""Circles on Spark: the strongest ties of each member; docs/formulas.md and engines/arrays/circles.py."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from graph.policy.scheme import Circle
from graph.rating.engines.spark.conduct import Voices
from graph.rating.engines.spark.folds import added_up, summed, weighed
from graph.rating.engines.spark.source import Source

ENDS = ["one", "other"]


@dataclass(frozen=True)
class Finding:
    """What finding circles takes, apart from contacts."""

    source: Source
    circle: Circle
    members: DataFrame
    voices: Voices

    def chosen(self, contacts: DataFrame) -> DataFrame:
        """Of each member the strongest ties: member, contact, weight, strength, days, last."""
        return self._choose(self._pairs(contacts))

    def _pairs(self, contacts: DataFrame) -> DataFrame:
        """Two members that both began contacts with each other, and how close they are, apart from any voice.

        Days and not contacts count: a burst is one day.
        """
        age = F.lit(self.source.today) - F.col("day")
        began = contacts.where((age >= 0) & (F.col("source") != F.col("target"))).select(
            F.least("source", "target").alias("one"),
            F.greatest("source", "target").alias("other"),
            age.alias("age"),
            (F.col("source") < F.col("target")).cast("double").alias("began"),
        )
        of_day = began.groupBy(*ENDS, "age").agg(
            F.max("began").alias("gave"), F.max(1 - F.col("began")).alias("took")
        )
        rows = weighed(of_day, self.source.ages(self.circle.half_life_days)).select(
            *ENDS,
            "age",
            F.col("weight").alias("every"),
            (F.col("weight") * F.col("gave")).alias("given"),
            (F.col("weight") * F.col("took")).alias("taken"),
        )
        last = F.lit(self.source.today) - F.min("age")
        sums = ["every", "given", "taken"]
        days = summed(
            rows, ENDS, order=["age"], sums=sums, also={"days": F.count("age").cast("int"), "last": last}
        )
        given, taken = F.col("given"), F.col("taken")
        strength = F.col("every") * 2 * (F.least(given, taken) + 1) / (given + taken + 2)
        both = days.where((given > 0) & (taken > 0)).select(*ENDS, strength.alias("strength"), "days", "last")
        for end in ENDS:
            both = both.join(self.members.select(F.col("rid").alias(end)), end, "left_semi")
        paused = self.source.table("pauses").select(
            F.least("member", "other").alias("one"), F.greatest("member", "other").alias("other")
        )
        return both.join(paused, ENDS, "left_anti")

    def _choose(self, pairs: DataFrame) -> DataFrame:
        """Equal ones by the contact's rid."""
        kept = ("strength", "days", "last")
        ties = pairs.select(F.col("one").alias("member"), F.col("other").alias("contact"), *kept).unionByName(
            pairs.select(F.col("other").alias("member"), F.col("one").alias("contact"), *kept)
        )
        heard = self.voices.spoken(ties, "contact")
        heard = heard.withColumn("strength", F.col("strength") * F.col("spoken")).where("strength > 0")
        strongest = Window.partitionBy("member").orderBy(F.desc("strength"), F.asc("contact"))
        placed = heard.withColumn("place", F.row_number().over(strongest))
        tie = F.struct("contact", *kept)
        whole = placed.where(F.col("place") <= self.circle.size).groupBy("member")
        circles = whole.agg(F.sort_array(F.collect_list(tie)).alias("rows"))
        found = circles.select("member", added_up("rows", "strength").alias("all"), F.inline("rows"))
        weight = (F.col("strength") / F.col("all")).alias("weight")
        return found.select("member", "contact", weight, *kept)

    def lacking(self, contacts: DataFrame, disputed: DataFrame) -> DataFrame:
        """Contacts in dispute that circles lack: rid, met (that it disputes itself), met_others.

        Only those that would count, if all were put back. Contacts of one day that the same side began are one;
        where another of them counts, nothing is lacking.
        """
        event = ["source", "target", "day"]
        ends = disputed.select(F.col("source").alias("end")).union(disputed.select("target")).distinct()
        kept = contacts
        for side in event[:2]:
            near = ends.select(F.col("end").alias(side), F.lit(True).alias(f"{side}_near"))
            kept = kept.join(F.broadcast(near), side, "left")
        kept = kept.where(F.col("source_near") | F.col("target_near")).select(*event)
        circles = self.chosen(kept.unionByName(disputed.select(*event))).select("member", "contact")
        opened = disputed.groupBy(*event).agg(
            F.max("by_source").alias("by_source"), F.max("by_target").alias("by_target")
        )
        lost = opened.where("source <> target").join(kept.distinct(), event, "left_anti")
        sides = lost.select(
            F.col("source").alias("member"), F.col("target").alias("contact"), F.col("by_source").alias("own")
        ).unionByName(
            lost.select(
                F.col("target").alias("member"), F.col("source").alias("contact"), F.col("by_target").alias("own")
            )
        )
        counted = sides.join(circles, ["member", "contact"], "left_semi").groupBy(F.col("member").alias("rid"))
        return counted.agg(
            F.sum(F.col("own").cast("int")).alias("met"), F.sum((~F.col("own")).cast("int")).alias("met_others")
        )
