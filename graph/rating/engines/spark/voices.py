"""Voices on Spark: graph/rating/reference_voices.py is the law, and its own function rounds here."""

import struct
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from graph.policy.scheme import Voice
from graph.rating.engines.spark.conduct import Keep
from graph.rating.engines.spark.folds import summed
from graph.rating.reference_voices import DIGITS, PASSES, quarter

UNIT = 2.0**-56
"All reach together is 6 at most: so many units fit 64 bits, and sums of whole numbers have no order."
STEP = 15
"Bits of a number of units that one look at all reach decides."
BITS = 60


def made(reports: DataFrame, members: DataFrame, founders: DataFrame, policy: Voice, keep: Keep) -> DataFrame:
    """The voice of every member: rid, voice.

    reports: as conduct.Owed has them. founders: rid. Only members are reporters here: nothing passes through
    anybody else.
    """
    begun = founders.join(members.select("rid"), "rid", "left_semi")
    known = reports.where("kept > 0").select("debtor", F.col("reporter").alias("rid"), "kept")
    known = known.join(members.select("rid"), "rid", "left_semi").withColumnRenamed("rid", "reporter")
    praised = summed(known, ["reporter"], order=["debtor"], sums=["kept"]).withColumnRenamed("kept", "praised")
    part = F.col("kept") / F.col("praised")
    passing = keep("passing", known.join(praised, "reporter").select("debtor", "reporter", part.alias("part")))
    word = begun.select(F.col("rid").alias("reporter"), F.lit(1 / max(1, begun.count())).alias("word"))
    passed = []
    for _ in range(PASSES):
        arriving = passing.join(word, "reporter")
        arriving = arriving.select("debtor", "reporter", (F.col("part") * F.col("word")).alias("word"))
        heard = summed(arriving, ["debtor"], order=["reporter"], sums=["word"])
        passed_on = (F.lit(policy.passed_on) * F.col("word")).alias("word")
        # the next pass reads it, and the sum of all: not held, the first would be made six times
        word = heard.select(F.col("debtor").alias("reporter"), passed_on).persist()
        passed.append(word)
    named = (each.withColumn("pass", F.lit(number)) for number, each in enumerate(passed))
    every = reduce(DataFrame.unionByName, named).withColumnRenamed("reporter", "rid")
    reach = keep("reach", summed(every, ["rid"], order=["pass"], sums=["word"]).where("word > 0"))
    for each in passed:
        each.unpersist()
    starts = thresholds(full_level(reach, policy.full))
    found = F.lit(0.0)
    for quarters, least in enumerate(starts, start=1):
        found = F.when(F.col("word") >= least, quarters / 4).otherwise(found)
    loud = begun.withColumn("voice", F.lit(1.0)).unionByName(
        reach.join(begun, "rid", "left_anti").select("rid", found.alias("voice"))
    )
    voices = members.select("rid").join(loud, "rid", "left").fillna(0.0)
    return keep("voices", voices)


def thresholds(level: float) -> list[float]:
    """The smallest reach, to the last bit, with a voice of 1, 2, 3 and 4 quarters; none without a level.

    `quarter` never falls as reach grows, so halving finds it among the numbers that there are.
    """
    if level <= 0:
        return []
    found = []
    for quarters in range(1, 5):
        low, high = 0, _number(2 * level)
        while low < high:
            middle = (low + high) // 2
            if 4 * quarter(_float(middle), level) >= quarters:
                high = middle
            else:
                low = middle + 1
        found.append(_float(low))
    return found


def _number(value: float) -> int:
    """The place of a float, 0 or above, among all floats."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def _float(number: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", number))[0])


def full_level(reach: DataFrame, full: float) -> float:
    """The smallest reach among the largest ones that together hold `full` of all; 0 where there is none.

    reach: rid, word, above 0. All are put into classes by their leading bits; the class in which the share is held
    first is looked at by its next bits, and so on. So no worker puts all of them in order.
    """
    held, total, first, width = 0, None, 0, BITS
    units = F.round(F.col("word") / F.lit(UNIT)).cast("long")
    while True:
        width -= STEP
        inside = (F.col("units") >= first) & (F.col("units") < first + (1 << (width + STEP)))
        classes = (
            reach.select(units.alias("units"), "word")
            .where(inside)
            .groupBy(F.shiftright("units", width).alias("class"))
            .agg(F.sum("units").alias("units"), F.min("word").alias("least"))
            .orderBy(F.desc("class"))
            .collect()
        )
        if not classes:
            return 0.0
        if total is None:
            total = sum(row["units"] for row in classes)
        for row in classes:
            if _share(held + row["units"], total) >= full or row is classes[-1]:
                break
            held += row["units"]
        if width == 0:
            return float(row["least"])
        first = row["class"] << width


def _share(held: int, total: int) -> float:
    return round(held / total, DIGITS) if total else 1.0
