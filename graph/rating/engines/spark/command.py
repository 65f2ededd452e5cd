"""`innercircle-spark`: the command for where there is no store; also what spark-submit is given."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from graph import __version__
from graph.errors import InnerCircleError
from graph.text.counts import counted
from graph.text.days import last_day


def main(arguments: Sequence[str] | None = None) -> None:
    """Each snapshot is rated, and the process ends with 0; else with 1 for an error, 2 for wrong usage."""
    given = _parser().parse_args(arguments)
    try:
        _rate(given)
    except InnerCircleError as error:
        if given.json:
            print(json.dumps({"error": {"code": error.code, "message": str(error)}}))
        else:
            print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="innercircle-spark", description="Rates a snapshot of a scheme on Spark, with no Neo4j in reach."
    )
    parser.add_argument("--version", action="version", version=f"innercircle {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    rate = commands.add_parser(
        "rate", help="Work out the ratings of snapshots, into the directory `ratings` of each."
    )
    rate.add_argument("directory", nargs="+", help="What `innercircle snapshot` made, by its path or URI.")
    rate.add_argument("--master", help="Such as local[4] or spark://host:7077; as spark-submit says if not given.")
    rate.add_argument("--partitions", type=_whole, help="Of a shuffle; as Spark has it if not given.")
    rate.add_argument(
        "--conf", type=_setting, action="append", default=[], metavar="KEY=VALUE", help="A setting of Spark, each."
    )
    rate.add_argument("--json", action="store_true", help="Print one line of JSON for each snapshot.")
    return parser


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of partitions")
    return int(text)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.startswith("spark."):
        raise argparse.ArgumentTypeError(f"{text!r} is no setting such as spark.driver.memory=4g")
    return name, value


def _rate(given: argparse.Namespace) -> None:
    from graph.rating.engines.spark.session import session

    with session(given.master, given.partitions, dict(given.conf)) as spark:
        from graph.rating.engines.spark.rating import rate

        for directory in given.directory:
            done = rate(spark, directory)
            if given.json:
                print(json.dumps(asdict(done) | {"as_of": done.as_of.isoformat()}), flush=True)
            else:
                print(
                    f"{done.out}: {counted(done.members, 'members')} of {done.scheme} {done.version} as of "
                    f"{last_day(done.as_of)}, {counted(done.ties, 'circle ties')}, "
                    f"{counted(done.sweeps, 'sweeps')}, every score within {done.bound:.2g}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
