"""Tells of a search: what its page says beside the numbers, and the page itself."""

from datetime import datetime
from pathlib import Path

from bench.errors import UserError
from bench.experiments.search_spec import Choices, Parameter
from bench.results.atomic import write_atomic
from bench.search.book import Book
from bench.search.outcome import ranked, rows, searched
from bench.search.study import place_of
from bench.survey import Survey
from bench.tracking.address import without_secrets

_SETTINGS = ("experiment", "metric", "trials", "sampler", "pruner", "seeds", "hours", "patience")


def write_page(book: Book, survey: Survey, commands: tuple[tuple[str, str], ...]) -> Path:
    """Writes `report.html` beside the suite's runs.

    Args:
        book: the study.
        survey: of its base experiment.
        commands: what to do next, each with what it does.

    Raises:
        UserError: there is no trial, or the folder cannot be written to.
    """
    from analysis.report.html.search_page import SearchFacts, search_page
    from analysis.report.searching import search_report

    search = book.loaded.search
    found = searched(book, survey)
    if found.trials.empty:
        raise UserError(f"search.{search.name}: no trial has begun yet")
    settings = [(key, getattr(search, key)) for key in _SETTINGS]
    facts = SearchFacts(
        study=book.name,
        storage=without_secrets(book.storage.url),
        space=tuple((one.key, in_words(one)) for one in search.space),
        settings=tuple((key, _text(value)) for key, value in settings if value is not None),
        commands=commands,
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    )
    page = search_page(search_report(book.loaded.suite.name, found), found, facts)
    file = place_of(survey, search) / "report.html"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, page)
    except OSError as error:
        raise UserError(f"{file}: cannot be written to: {error.strerror or error}") from None
    return file


def mirror(book: Book, survey: Survey, uri: str) -> tuple[str, ...]:
    """Brings the study to MLflow: its trials, and its figures and page as artifacts.

    Args:
        book: the study.
        survey: of its base experiment.
        uri: of MLflow.

    Returns:
        What was not mirrored, and why: a line each.
    """
    from analysis.figures.rendering import png
    from analysis.report.as_csv import as_csv
    from analysis.report.searching import search_drawings, search_report
    from bench.tracking.studies import MirroredStudy, MirroredTrial, mirror_study

    search, trials = book.loaded.search, rows(book)
    found = searched(book, survey)
    report = search_report(book.loaded.suite.name, found)
    mirrored = {
        one.number: MirroredTrial(
            one.number, one.state, one.value, one.settings, one.curve, one.reason
        )
        for one in trials
        if one.state in ("complete", "pruned", "failed")
    }
    best = ranked(trials, search)
    figures = {f"{one.name}.png": one.draw for one in search_drawings(found, found.notice)}
    notice = {"NOTICE.txt": f"{found.notice}\n".encode()} if found.notice else {}
    study = MirroredStudy(
        suite=book.loaded.suite.name,
        name=book.name.partition("/")[2],
        metric=search.metric,
        settings={key: _text(getattr(search, key)) for key in _SETTINGS[:6]},
        trials=tuple(mirrored.values()),
        best=mirrored[best[0].number] if best else None,
        files={
            **notice,
            **{name: png(draw()) for name, draw in figures.items()},
            "trials.csv": as_csv(report.tables[0]).encode(),
        },
        note="\n\n".join(filter(None, (found.notice, *report.headline))),
    )
    return mirror_study(study, survey.results, uri)


def in_words(parameter: Parameter) -> str:
    """What a parameter may be: `1e-06 to 0.001 (log)`."""
    if isinstance(parameter, Choices):
        text = " or ".join(_text(one) for one in parameter.choices)
    else:
        text = f"{parameter.low:g} to {parameter.high:g}"
        text += " (log)" if parameter.log else ""
        text += f", in steps of {parameter.step:g}" if parameter.step is not None else ""
    conditions = (f"{c.key} = {' or '.join(map(_text, c.values))}" for c in parameter.when)
    where = " and ".join(conditions)
    return f"{text}, where {where}" if where else text


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)
