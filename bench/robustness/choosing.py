"""Which runs are to be asked about corrupted images."""

import os
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from bench.chosen import Chosen, choose_run
from bench.errors import UserError
from bench.results.store import COMPLETE
from bench.survey import Survey, to_report

_GLOB = re.compile(r"[*?\[]")


def choose_runs(asked: Sequence[str], survey: Callable[[], Survey]) -> list[Chosen]:
    """The complete runs that are meant, each once, in the order asked for.

    Args:
        asked: as `choose_run` takes them, but that an experiment's name means all its seeds, and a
            glob those of all experiments that match.
        survey: the suite held against its results; is asked unless all are paths.

    Raises:
        UserError: there is no such run, or it is not complete or damaged.
    """
    found: dict[object, Chosen] = {}
    for text in asked:
        for chosen in _of_experiments(text, survey) or [choose_run(text, survey)]:
            found.setdefault(chosen.record.folder.path.resolve(), chosen)
    return list(found.values())


def _of_experiments(text: str, survey: Callable[[], Survey]) -> list[Chosen]:
    """All complete runs of the experiments of this name or glob; none where it is neither."""
    # os.path answers "no" where a name is longer than the system allows.
    if "/" in text or os.path.isfile(Path(text) / COMPLETE):  # noqa: PTH113
        return []
    suite = survey()
    records, lines = to_report(suite)
    found = [
        Chosen(record, suite.suite.data)
        for record in records
        if fnmatchcase(record.experiment, text)
    ]
    if not found and _GLOB.search(text):
        detail = f"; {lines[0]}" if lines and not records else ""
        raise UserError(
            f"{text}: no experiment with a complete run in {suite.suite_folder} matches{detail}"
        )
    return found
