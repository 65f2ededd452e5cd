"""What an operator watches to keep the service running: runs, drift, loads, ages. No person, nothing by score."""

from graph.analysis.monitoring.ages import Age, What, ages, late
from graph.analysis.monitoring.allowed import Allowed
from graph.analysis.monitoring.loads import LastLoad, last_loads
from graph.analysis.monitoring.runs import Finished, UnderWay, Watched, watched

__all__ = [
    "Age",
    "Allowed",
    "Finished",
    "LastLoad",
    "UnderWay",
    "Watched",
    "What",
    "ages",
    "last_loads",
    "late",
    "watched",
]
