"""What a scrape is told of the graph: ages, runs, disputes and the last load. Counts and days; nobody is read."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.deps.database import Store
from graph.analysis.monitoring import Allowed, ages, last_loads
from graph.errors import InnerCircleError
from graph.store.client import Database

LOG = logging.getLogger("innercircle.api")


class Measures(Collector):
    """Read from the graph when it is asked for. Where that is away, only that it is."""

    def __init__(self, store: Store, allowed: Allowed):
        self._store, self._allowed = store, allowed

    def collect(self) -> Iterator[Metric]:
        try:
            with self._store.use() as database:
                found = [
                    *self._of_ages(database),
                    *_of_runs(database),
                    *_of_waiting(database),
                    *_of_load(database),
                ]
        except InnerCircleError as error:
            LOG.warning("the graph is not measured: %s", error)
            found = []
        yield _gauge(
            "innercircle_store_up", "Whether the database answers and has every migration", [((), bool(found))]
        )
        yield from found

    def _of_ages(self, database: Database) -> Iterator[Metric]:
        found = ages(database, now=datetime.now(UTC), allowed=self._allowed)
        labelled = [((each.what.value, each.scheme or ""), each) for each in found]
        yield _gauge(
            "innercircle_age_days",
            "Days since the last rated day, load, backup, or opening of the oldest dispute; below 0: to come",
            [(labels, each.days_ago) for labels, each in labelled if each.days_ago is not None],
            "what",
            "scheme",
        )
        yield _gauge(
            "innercircle_late",
            "Whether that is more than the settings allow, or still to come",
            [(labels, each.late) for labels, each in labelled],
            "what",
            "scheme",
        )


def _of_runs(database: Database) -> Iterator[Metric]:
    rows = database.run("run_counts")
    for name, meaning in (
        ("finished", "Runs that have ended"),
        ("unfinished", "Runs that have not: one is under way, or they broke off"),
        ("last_seconds", "How long the last run that has ended took"),
    ):
        given = [((row["scheme"],), row[name]) for row in rows if row[name] is not None]
        yield _gauge(f"innercircle_runs_{name}", meaning, given, "scheme")


def _of_waiting(database: Database) -> Iterator[Metric]:
    row = database.one("disputes_waiting")
    states = [((state,), row[state]) for state in ("open", "proposed")]
    yield _gauge("innercircle_disputes", "Disputes that wait for a decision, or to be admitted", states, "state")
    contests = database.run("open_contests")
    yield _gauge("innercircle_contests", "Ratings that are contested", [((), len(contests))])


def _of_load(database: Database) -> Iterator[Metric]:
    for each in last_loads(database, limit=1):
        if each.rows is not None and each.rejected is not None:
            yield _gauge("innercircle_load_rows", "Rows of the last load, good and bad", [((), each.rows)])
            yield _gauge("innercircle_load_rejects", "Rows of it that were rejected", [((), each.rejected)])


def _gauge(
    name: str, meaning: str, given: Sequence[tuple[tuple[str, ...], float | bool]], *labels: str
) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, meaning, labels=labels)
    for values, value in given:
        made.add_metric(values, float(value))
    return made
