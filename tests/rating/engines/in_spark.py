"""One session of Spark for many tests: run by the Python of the environment with Spark, it is asked line by line.

A line on stdin is JSON: {"rate": DIR, "partitions": N}, or {"grow": FILE} with a policy. A line on stdout answers.
"""

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graph.errors import InnerCircleError
from graph.policy import scheme
from graph.rating.engines.spark.session import session

RING = 6


def main(settings: dict[str, str]) -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what Java says is no answer
    with answers, session("local[2]", 2, settings) as spark:
        for line in sys.stdin:
            print(json.dumps(answer(spark, json.loads(line)), default=str), file=answers, flush=True)


def answer(spark: Any, asked: dict[str, Any]) -> dict[str, Any]:
    from graph.rating.engines.spark.rating import rate

    if "grow" in asked:
        return grow(spark, asked["grow"])
    spark.conf.set("spark.sql.shuffle.partitions", asked["partitions"])
    try:
        return asdict(rate(spark, asked["rate"]))
    except InnerCircleError as error:
        return {"error": f"{error.code} {error}"}


def grow(spark: Any, policy: str) -> dict[str, Any]:
    """The sweeps of a ring of six under this policy, and how long each plan was that was carried out."""
    from graph.rating.engines.spark import scores

    lengths: list[int] = []
    with tempfile.TemporaryDirectory() as place:

        def keep(name: str, frame: Any) -> Any:
            lengths.append(len(frame._jdf.queryExecution().toString()))
            frame.write.parquet(f"{place}/{name}")
            return spark.read.schema(frame.schema).parquet(f"{place}/{name}")

        tied = [(each, (each + 1) % RING, 1.0) for each in range(RING)]
        ties = spark.createDataFrame(tied, "member int, contact int, weight double")
        own = [(each, each / RING, 0.0) for each in range(RING)]
        members = spark.createDataFrame(own, "rid int, conduct double, offset double")
        solved, _ = scores.solve(
            scheme.parse(Path(policy).read_text(encoding="utf-8"), "policy"), ties, members, keep
        )
    return {"sweeps": solved.sweeps, "lengths": lengths}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
