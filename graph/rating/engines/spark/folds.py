"""Sums in an order that values alone decide: the same facts give the same bits on any number of partitions.

Spark adds up in the order in which rows arrive, and that hangs on partitions and on which worker was first. Here
the rows of a group are collected, put in order, and added up one after the other. A group must fit in a worker's
memory: it is what one member owes, or one pair's days.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ROWS = "rows"


def summed(
    frame: DataFrame,
    keys: Sequence[str],
    *,
    order: Sequence[str],
    sums: Sequence[str],
    also: Mapping[str, Column] | None = None,
    keep: bool = False,
) -> DataFrame:
    """One row for each group of equal `keys`, with the sum of each column of `sums` under its own name.

    order: the columns by which the rows of a group are added up, ascending; rows that are equal in them go by
    `sums`. also: aggregates that hang on no order, by name. keep: the rows as well, as a column `rows` of structs.
    """
    fields = list(dict.fromkeys([*order, *sums]))
    rows = F.sort_array(F.collect_list(F.struct(*fields))).alias(ROWS)
    more = [column.alias(name) for name, column in (also or {}).items()]
    grouped = frame.groupBy(*keys).agg(rows, *more)
    added = [added_up(ROWS, name).alias(name) for name in sums]
    return grouped.select(*keys, *added, *(also or {}), *([ROWS] if keep else []))


def added_up(rows: str, name: str) -> Column:
    """The sum of a field over an array of structs, from the first to the last."""
    return F.aggregate(rows, F.lit(0.0), lambda total, row: total + row[name])


def weighed(frame: DataFrame, ages: DataFrame | None) -> DataFrame:
    """The rows with a `weight` by their `age`. ages: age and weight; None: nothing ages."""
    if ages is None:
        return frame.withColumn("weight", F.lit(1.0))
    found = frame.join(F.broadcast(ages), "age", "left")
    unknown = F.concat(F.lit("an event has the age of "), F.col("age").cast("string"), F.lit(" days"))
    return found.withColumn("weight", F.coalesce("weight", F.raise_error(unknown).cast("double")))
