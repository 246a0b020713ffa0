"""One search held against its results and its storage, and how it is gone on with."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bench.errors import UserError
from bench.executors.choice import How, ready
from bench.experiments.identity import settings
from bench.experiments.search_config import LoadedSearch, corners
from bench.experiments.search_spec import FOLDER, Search
from bench.experiments.spec import Experiment
from bench.interruption import terminated_like_interrupted
from bench.launch import check
from bench.search.book import Book
from bench.search.conduct import Conductor
from bench.search.display import SearchDisplay
from bench.search.storage import connect, quiet
from bench.survey import Survey, cpus

# What may change while a study goes on: how long is looked, not where.
_HOW_LONG = ("trials", "hours", "patience")


@dataclass(frozen=True)
class Ended:
    """How a command's part of a search ended.

    Attributes:
        stopped: why it cannot go on, where it cannot.
        why_over: why no further trial begins, though more were declared.
        n_elsewhere: trials that other commands work on.
        has_worked: whether there was anything to do.
    """

    stopped: str = ""
    why_over: str = ""
    n_elsewhere: int = 0
    has_worked: bool = False


def study_name(loaded: LoadedSearch, survey: Survey) -> str:
    """`SUITE/NAME-DIGEST`: a search with another space, metric or data is another study."""
    search = settings(loaded.search)
    declared = {key: value for key, value in search.items() if key not in _HOW_LONG}
    declared["configuration"] = survey.runs[0].run.configuration
    text = json.dumps(declared, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{loaded.suite.name}/{loaded.search.name}-{digest}"


def place_of(survey: Survey, search: Search) -> Path:
    """Where what is told of a search goes."""
    return survey.suite_folder / FOLDER / search.name


def conduct(
    loaded: LoadedSearch, survey: Survey, url: str, console: Console, how: How
) -> tuple[Book, Ended]:
    """Goes on with a search until its trials have ended, or others work on the rest.

    Args:
        loaded: the search.
        survey: of its base experiment on the search's seeds.
        url: of the storage.
        console: to print to.
        how: to run the runs.

    Raises:
        UserError: before anything starts, where data, models or weights are not right.
        KeyboardInterrupt: on Ctrl-C and SIGTERM; trials at hand can be taken up again.
    """
    with quiet(), terminated_like_interrupted() as insist:
        book = Book(loaded, connect(url), study_name(loaded, survey))
        if not book.has_work():
            return book, Ended(why_over=book.why_over(book.trials()))
        stopped = _work(loaded, survey, book, console, how, insist)
        trials = book.trials()
        return book, Ended(stopped, book.why_over(trials), book.n_elsewhere(), has_worked=True)


def _work(
    loaded: LoadedSearch,
    survey: Survey,
    book: Book,
    console: Console,
    how: How,
    insist: Callable[[], None],
) -> str:
    def say(line: str) -> None:
        console.print(f"note: {line}", style="yellow", soft_wrap=True, markup=False)

    with ready(how, cpus(), say, insist) as executor:
        check_models(loaded, survey)
        check(survey, list(_distinct(loaded)), console)
        if executor.n_at_once > 1:
            threads = f"{executor.threads} thread{'s' if executor.threads > 1 else ''}"
            console.print(f"{executor.n_at_once} trials at a time, {threads} each", style="dim")
        with SearchDisplay(console) as display:
            conductor = Conductor(loaded, survey, book, executor, display)
            conductor.work()
    return conductor.stopped


def _distinct(loaded: LoadedSearch) -> Iterator[Experiment]:
    """An experiment for each model and weights that a trial may have."""
    seen = set()
    for values in corners(loaded.search):
        one = loaded.experiment(values)
        key = (one.model, one.weights, one.normalize)
        if key not in seen:
            seen.add(key)
            yield replace(one, name=loaded.base.name, freezing=None)


def check_models(loaded: LoadedSearch, survey: Survey) -> None:
    """Holds every freezing schedule of the space against the blocks of its model.

    Raises:
        UserError: a line for each mistake.
    """
    from runners.freezing import check_freezing
    from runners.models.build import build_blocks, build_skeleton

    names: dict[str, list[str]] = {}
    mistakes: dict[str, None] = {}
    place = loaded.own.place(["space", "freezing"])
    for values in corners(loaded.search):
        one = loaded.experiment(values)
        if one.freezing is None:
            continue
        if one.model not in names:
            base = replace(one, name=loaded.base.name)
            network = build_skeleton(base, 2, survey.suite.data.image_size)
            names[one.model] = [block.name for block in build_blocks(base, network)]
        try:
            check_freezing(one.freezing, names[one.model], place)
        except UserError as error:
            mistakes.update(dict.fromkeys(str(error).splitlines()))
    if mistakes:
        raise UserError("\n".join(mistakes))


def open_study(loaded: LoadedSearch, survey: Survey, url: str) -> Book:
    """The study as it is, to be told of."""
    with quiet():
        return Book(loaded, connect(url), study_name(loaded, survey))
