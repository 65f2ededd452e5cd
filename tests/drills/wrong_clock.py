"""`innercircle`, under a clock that differs from the right one by as many seconds as a file says, from then on.

Only what tells the time of day is moved. What measures how long something takes goes on, as when a clock is set.
It is run as `python -m tests.drills.wrong_clock CLOCK serve --port 8000`.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from graph import cli

LOOK_SECONDS = 0.02
"After each of which the file is looked at."


def _follow(clock: Path, traveller: time_machine.Traveller) -> None:
    beyond = 0.0
    while True:
        says = float(clock.read_text())
        if says != beyond:
            traveller.shift(timedelta(seconds=says - beyond))
            beyond = says
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        threading.Thread(target=_follow, args=(Path(sys.argv.pop(1)), traveller), daemon=True).start()
        cli.main()
