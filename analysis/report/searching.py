"""The report of a search: what it found, in words and tables."""

from functools import partial

from analysis.figures.search_course import search_curves_figure, search_history_figure
from analysis.figures.search_parameters import (
    search_importances_figure,
    search_parallel_figure,
    search_slices_figure,
)
from analysis.report.drawings import Drawing
from analysis.report.numbers import count_of, fraction
from analysis.report.record import Report
from analysis.report.tables.searching import best_trials_table, importances_table
from analysis.searching import Searched, best_trials, counts, saved_epochs


def search_report(suite: str, searched: Searched) -> Report:
    """The best trials, what mattered, and in a few sentences how it went.

    Args:
        suite: its name.
        searched: the search.
    """
    tables = [best_trials_table(searched)]
    if searched.importances:
        tables.append(importances_table(searched.importances))
    return Report(
        suite=f"{suite}: search {searched.name}",
        tables=tuple(tables),
        missing=tuple(_failed(searched)),
        notice=searched.notice,
        headline=tuple(_headline(searched)),
    )


def search_drawings(searched: Searched, notice: str = "") -> tuple[Drawing, ...]:
    """The figures of a search.

    Args:
        searched: the search.
        notice: a sentence that goes wherever a figure goes.
    """
    ranked = sorted(searched.importances.items(), key=lambda one: -one[1])
    shares = ", ".join(f"{key} {100 * value:.0f} %" for key, value in ranked) or "not known yet"
    alts = {
        "history": f"The values of the trials in order. {_headline(searched)[0]}",
        "importances": f"How much each parameter mattered: {shares}.",
        "slices": "The trials' values over each parameter; the numbers are in the table.",
        "parallel": "A line a trial through its parameters to its value.",
        "intermediate": f"The trials' values by epoch. {_course(searched)}",
    }
    figures = {
        "history": search_history_figure,
        "importances": search_importances_figure,
        "slices": search_slices_figure,
        "parallel": search_parallel_figure,
        "intermediate": search_curves_figure,
    }
    return tuple(
        Drawing(f"search_{kind}", kind, None, alts[kind], partial(draw, searched, notice))
        for kind, draw in figures.items()
    )


def _headline(searched: Searched) -> list[str]:
    ranked = best_trials(searched.trials, is_better_high=searched.is_better_high)
    complete = ranked.loc[ranked["state"] == "complete"]
    if complete.empty:
        first = "No trial is complete yet."
    else:
        best = complete.iloc[0]
        first = (
            f"Trial {best['number']} is the best so far: {searched.metric} "
            f"{fraction(best['value'], 4)}{_beside(searched)}."
        )
    return [first, _course(searched)]


def _beside(searched: Searched) -> str:
    if searched.by_hand is None:
        return ""
    return f"; {searched.experiment} as it is set by hand has {fraction(searched.by_hand, 4)}"


def _course(searched: Searched) -> str:
    said = ", ".join(f"{n} {state}" for state, n in counts(searched.trials).items())
    course = f"{len(searched.trials)} of {searched.declared} trials" + (f": {said}" if said else "")
    saved, planned = saved_epochs(searched.trials)
    if saved:
        course += f". The pruner saved {count_of(saved, planned)} epochs"
    return f"{course}."


def _failed(searched: Searched) -> list[str]:
    failed = searched.trials.loc[searched.trials["state"] == "failed"]
    return [
        f"trial {number}: {reason}"
        for number, reason in zip(failed["number"], failed["reason"], strict=True)
    ]
