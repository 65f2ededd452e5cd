"""What who keeps the service running has to see: runs, drift, loads, ages. No person, and nothing by score."""

from graph.watching.ages import Age, ages, late
from graph.watching.loads import LastLoad, last_loads
from graph.watching.runs import Finished, UnderWay, Watched, watched

__all__ = ["Age", "Finished", "LastLoad", "UnderWay", "Watched", "ages", "last_loads", "late", "watched"]
