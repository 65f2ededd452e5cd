"""What who keeps the service running has to see: runs, drift, loads. No person, and nothing by score."""

from graph.watching.loads import LastLoad, last_loads
from graph.watching.runs import Finished, UnderWay, Watched, watched

__all__ = ["Finished", "LastLoad", "UnderWay", "Watched", "last_loads", "watched"]
