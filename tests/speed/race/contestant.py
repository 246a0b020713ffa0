"""One contestant, one job, in a process of its own: `python -m tests.speed.race.contestant NAME`.

Job and the time at which the process was started come as JSON on standard input; the result goes
as the last line to standard output.
"""

import json
import sys
import warnings
from dataclasses import asdict, replace

from tests.speed.race.contestants import CONTESTANTS
from tests.speed.race.job import Job, Stopwatch


def main() -> None:
    """Trains and prints."""
    warnings.simplefilter("ignore")
    given = json.load(sys.stdin)
    train = CONTESTANTS[sys.argv[1]].load()
    from tests.speed.race.witness import Witness

    witness = Witness()
    result = train(Job(**given["job"]), Stopwatch(given["began"]))
    print(json.dumps(asdict(replace(result, computed_in=witness.seen))))


if __name__ == "__main__":
    main()
