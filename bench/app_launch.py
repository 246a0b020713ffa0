"""What the page is to show: the complete runs of a suite, or one run that was named by its path."""

from collections.abc import Callable
from pathlib import Path

from app.facts import load_facts
from app.settings import Settings
from bench.chosen import choose_best, choose_run
from bench.experiments.spec import DataSpec
from bench.results.records import RunRecord
from bench.survey import Survey, to_report


def settings_for(
    run: str | None, survey: Callable[[], Survey], facts: Path | None
) -> tuple[Settings, list[str]]:
    """What `bench app` was asked to show, and a line on each run that is left out.

    Args:
        run: as `choose_run` takes it; where it is None, the best run by validation is shown first.
        survey: the suite held against its results; is not asked where a path is named.
        facts: a file of facts of one's own.

    Raises:
        UserError: there is no such run, or no complete run at all, or a mistake in the facts.
    """
    if facts is not None:
        load_facts(facts)
    taken: list[Survey] = []

    def once() -> Survey:
        if not taken:
            taken.append(survey())
        return taken[0]

    chosen = choose_best(once()) if run is None else choose_run(run, once)
    complete, left_out = to_report(taken[0]) if taken else ([], [])
    runs = _best_first(complete)
    paths = [record.folder.path for record in runs]
    if chosen.record.folder.path not in paths:
        runs, paths = [chosen.record, *runs], [chosen.record.folder.path, *paths]
    suite = taken[0].suite.name if taken else chosen.record.folder.path.parents[1].name
    settings = Settings(
        suite=suite,
        runs=tuple(runs),
        opened=paths.index(chosen.record.folder.path),
        data_root=_root(chosen.data, chosen.record),
        facts=facts,
    )
    return settings, left_out


def _best_first(runs: list[RunRecord]) -> list[RunRecord]:
    """By accuracy on validation images; of equals by the lower NLL, then as they were."""
    return sorted(
        runs, key=lambda run: (-run.metrics["val"]["accuracy"], run.metrics["val"]["nll"])
    )


def _root(data: DataSpec | None, record: RunRecord) -> Path | None:
    """Where the suite has the data set that the run was trained on."""
    if data is None or data.name != record.spec["data"]["name"]:
        return None
    return data.root
