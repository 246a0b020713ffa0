"""From the results of a suite to its report."""

import io

import pytest
from rich.console import Console

from analysis.report.build import as_json
from analysis.report.files import write
from analysis.report.terminal import print_report
from bench.experiments.spec import Suite
from bench.reporting import report_on
from bench.results.records import DRAWN_NOTICE
from bench.survey import Survey

from .tracking.tracked_runs import DATA, EXPERIMENTS, SUITE, write_run


def report_of(results, drawn):
    """The report of two runs, of which the two booleans say whether they are drawn."""
    for seed, is_drawn in enumerate(drawn):
        write_run(results, "baseline", seed, drawn=is_drawn)
    suite = Suite(SUITE, DATA, (0, 1), (EXPERIMENTS["baseline"],), results / "experiments.toml")
    return report_on(Survey(suite, results, (), problem="the photos are not here"))


def renderings(report, folder):
    """Each thing that a person reads, on one line; CSV is left to programs."""
    console = Console(file=io.StringIO(), width=60)
    print_report(report, console)
    files = [file.read_text("utf-8") for file in write(report, folder) if file.suffix != ".csv"]
    return [" ".join(text.split()) for text in (console.file.getvalue(), *files)]


@pytest.mark.parametrize("drawn", [(True, True), (False, True)])
def test_a_report_on_drawn_footprints_says_so_in_every_rendering(tmp_path, drawn):
    report = report_of(tmp_path, drawn)
    texts = renderings(report, tmp_path / "report")
    # The terminal, report.md, NOTICE.txt, and LaTeX of each table.
    assert len(texts) == 3 + len(report.tables)
    assert all(DRAWN_NOTICE in text for text in texts)
    assert as_json(report)["notice"] == DRAWN_NOTICE


def test_a_report_on_photos_says_nothing_of_drawings(tmp_path):
    report = report_of(tmp_path, (False, False))
    assert not any("drawn" in text for text in renderings(report, tmp_path / "report"))
    assert "notice" not in as_json(report)
