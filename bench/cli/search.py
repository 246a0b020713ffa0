"""`bench search`: look for better settings of an experiment, on validation images alone."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.run import Executors, check_data, interruptible
from bench.cli.terminal import make_console, print_json
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from bench.executors.choice import How
    from bench.experiments.search_config import LoadedSearch
    from bench.search.book import Book
    from bench.survey import Survey


_SearchName = Annotated[
    str | None, typer.Argument(help="The NAME of a search table in the file.", show_default=False)
]
_As = Annotated[
    str | None,
    typer.Argument(metavar="[AS]", help="With --promote: its name.", show_default=False),
]
_Trials = Annotated[
    int | None, typer.Option("--trials", min=1, help="In all, instead of the file's number.")
]
_Hours = Annotated[
    float | None, typer.Option("--hours", min=0.001, help="Of work; then no trial begins.")
]
_Storage = Annotated[
    str | None,
    typer.Option("--storage", help="URL of Optuna's storage; else RESULTS/studies.db."),
]
_Executor = Annotated[Executors, typer.Option("--executor", help="This machine, or a Ray cluster.")]
_Address = Annotated[
    str | None,
    typer.Option("--address", help="Of the Ray cluster; else one is started here."),
]
_Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Trials at a time; else one, or one on each GPU."),
]
_PerGpu = Annotated[
    int | None, typer.Option("--per-gpu", min=1, help="Trials at a time on each GPU.")
]
_Html = Annotated[bool, typer.Option("--html", help="Only write the report on what there is.")]
_AsJson = Annotated[
    bool, typer.Option("--json", help="Only print the trials, as one JSON document.")
]
_Promote = Annotated[
    bool,
    typer.Option("--promote", help="Write the best trial into the file, as experiment AS."),
]
_Dashboard = Annotated[
    bool, typer.Option("--dashboard", help="Open optuna-dashboard on the storage.")
]


def search(
    name: _SearchName = None,
    as_: _As = None,
    file: options.File = None,
    results: options.Results = options.DEFAULT_RESULTS,
    profile: options.Profile = None,
    quick: options.Quick = False,
    assignments: options.Assignments = None,
    trials: _Trials = None,
    hours: _Hours = None,
    storage: _Storage = None,
    executor: _Executor = Executors.local,
    address: _Address = None,
    jobs: _Jobs = None,
    per_gpu: _PerGpu = None,
    html: _Html = False,
    as_json: _AsJson = False,
    promote: _Promote = False,
    dashboard: _Dashboard = False,
) -> None:
    """Search an experiment's settings: Optuna proposes them, each trial is a run like any other.

    The same command goes on where it stopped; several at once share the trials.
    """
    request = options.requested(file, results, profile, quick, assignments)
    asked = [flag for flag, is_set in _flags(html, as_json, promote, dashboard) if is_set]
    if len(asked) > 1:
        raise UserError(f"bench search: {' and '.join(asked)}: one of them at a time")
    if as_ is not None and not promote:
        raise UserError(f"bench search: {as_}: a second name belongs to --promote")
    if dashboard:
        _open_dashboard(request, storage)
        return
    limits = _limits(name, trials, hours)
    found = _Asked.of(request, name, storage, limits, make_console())
    if as_json:
        found.print_json()
    elif html:
        found.write_page()
    elif promote:
        found.promote(as_)
    else:
        from bench.executors.choice import How

        found.search(How(executor.value, address, jobs, per_gpu))


def _flags(html: bool, as_json: bool, promote: bool, dashboard: bool) -> list[tuple[str, bool]]:
    named = {"--html": html, "--json": as_json, "--promote": promote, "--dashboard": dashboard}
    return list(named.items())


def _limits(name: str | None, trials: int | None, hours: float | None) -> list[str]:
    """`--trials` and `--hours` as assignments."""
    limits = {"trials": trials, "hours": hours}
    return [f"search.{name}.{key}={value}" for key, value in limits.items() if value is not None]


def _open_dashboard(request: options.Request, storage: str | None) -> None:
    from bench.search.dashboard import serve
    from bench.search.storage import default_storage

    serve(storage or default_storage(request.results))


@dataclass(frozen=True)
class _Asked:
    """A search that was asked for, with all that is needed to go on with it or tell of it."""

    request: options.Request
    loaded: "LoadedSearch"
    survey: "Survey"
    url: str
    console: "Console"

    @classmethod
    def of(
        cls,
        request: options.Request,
        name: str | None,
        storage: str | None,
        limits: list[str],
        console: "Console",
    ) -> "_Asked":
        """Reads the search, and draws its data where they are to be drawn."""
        from bench.drawing import draw
        from bench.experiments.search_config import load_search, search_names
        from bench.search.storage import default_storage
        from bench.survey import cpus, take

        if name is None:
            names = search_names(request.file)
            known = f"; it has {', '.join(names)}" if names else "; it has no [search.NAME] table"
            raise UserError(f"bench search: name a search of {request.file}{known}")
        loaded = load_search(
            request.file,
            name,
            profile=request.profile,
            assignments=(*request.assignments, *limits),
            folder=request.folder,
        )
        suite = replace(loaded.suite, experiments=(loaded.base,), seeds=loaded.search.seeds)
        with interruptible():
            draw(suite, console)
        survey = take(suite, request.results, threads=cpus())
        check_data(survey)
        return cls(request, loaded, survey, storage or default_storage(request.results), console)

    def book(self) -> "Book":
        """The study as it is."""
        from bench.search.study import open_study

        return open_study(self.loaded, self.survey, self.url)

    def search(self, how: "How") -> None:
        """Goes on with the search, and tells of it; ends with the exit code."""
        from bench.search.storage import storage_trouble
        from bench.search.study import conduct

        if self.survey.notice:
            self.console.print(self.survey.notice, style="bold yellow", soft_wrap=True)
        with interruptible(), storage_trouble(self.url):
            book, ended = conduct(self.loaded, self.survey, self.url, self.console, how)
        best = self._tell(book)
        if ended.has_worked:
            self._mirror(book)
        if ended.stopped:
            self.console.print(f"✗ stopped: {ended.stopped}", style="red", soft_wrap=True)
        if ended.why_over:
            self.console.print(f"no further trial begins: {ended.why_over}", soft_wrap=True)
        if ended.n_elsewhere:
            self.console.print(f"{ended.n_elsewhere} trials are other commands'", style="yellow")
        raise typer.Exit(0 if best and not ended.stopped and not ended.n_elsewhere else 1)

    def _tell(self, book: "Book") -> bool:
        """Prints the tables and what to do next; whether any trial is complete."""
        from analysis.report.searching import search_report
        from analysis.report.terminal import print_report
        from bench.search.outcome import ranked, rows, searched

        report = search_report(self.loaded.suite.name, searched(book, self.survey))
        print_report(report, self.console)
        has_best = bool(ranked(rows(book), self.loaded.search))
        if has_best:
            self._say_next()
        return has_best

    def _mirror(self, book: "Book") -> None:
        from bench.search.telling import mirror
        from bench.tracking import default_tracking_uri

        for warning in mirror(book, self.survey, default_tracking_uri(self.request.results)):
            self.console.print(f"MLflow: {warning}", style="yellow", soft_wrap=True)

    def _say_next(self) -> None:
        self.console.print("\nnext", style="bold")
        for command, what in self._next_steps():
            self.console.print(f"  {command}\n      {what}", soft_wrap=True)

    def _next_steps(self) -> tuple[tuple[str, str], ...]:
        """Commands, each with what it does."""
        name = self.loaded.search.name
        return (
            (
                self.request.command("search", name, "--promote"),
                "writes the best one into the file, for an honest run on new seeds",
            ),
            (
                self.request.command("search", name, "--html"),
                "all trials in one page, with figures",
            ),
            (self.request.command("search", "--dashboard"), "the study in a browser"),
        )

    def write_page(self) -> None:
        """Writes the page on what there is."""
        from bench.search.telling import write_page

        file = write_page(self.book(), self.survey, self._next_steps())
        self.console.print(f"written to {file}", soft_wrap=True)

    def print_json(self) -> None:
        """The trials as one JSON document."""
        from bench.search.outcome import importances, ranked, rows

        book = self.book()
        found = rows(book)
        best = ranked(found, self.loaded.search)
        notice = {"notice": self.survey.notice} if self.survey.notice else {}
        print_json(
            {
                **notice,
                "search": self.loaded.search.name,
                "study": book.name,
                "metric": self.loaded.search.metric,
                "declared": book.total,
                "best": best[0].number if best else None,
                "importances": importances(book),
                "trials": [one.as_json() for one in found],
            }
        )

    def promote(self, name: str | None) -> None:
        """Writes the best trial into the suite file, and says how to get its honest figures."""
        from bench.search.outcome import ranked, rows
        from bench.search.promote import promote

        search = self.loaded.search
        found = rows(self.book())
        best = ranked(found, search)
        if not best:
            again = self.request.command("search", search.name)
            raise UserError(f"search.{search.name}: no trial is complete yet; {again} makes them")
        if self.request.folder is not None:
            raise UserError(
                f"{self.request.file}: comes with bench and is not written to; `bench init` puts a "
                "copy here"
            )
        made = promote(self.loaded, best[0], len(found), name or f"{search.name}-searched", None)
        seeds = ",".join(map(str, made.new_seeds))
        plain = replace(self.request, assignments=())
        run = plain.command("run", made.name, search.experiment, "--seeds", seeds)
        compare = plain.command("report", made.name, search.experiment)
        self.console.print(
            f"trial {best[0].number} is experiment.{made.name} of {self.request.file} now\n"
            f"It was chosen on validation images with seed {', '.join(map(str, search.seeds))}, "
            "which flatters it. Its honest figures, beside those of the experiment it was made "
            f"from, come from seeds that the search has not seen:\n\n  {run}\n  {compare}",
            soft_wrap=True,
        )
