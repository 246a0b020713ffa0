"""What a person sees in a terminal."""

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from analysis.report.terminal import print_report

from .made import report_from
from .wide_study import EXPERIMENTS, PUBLISHED, SPECIES, study


def printed(report, width):
    console = Console(file=io.StringIO(), width=width)
    print_report(report, console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def wide_report():
    predictions, metrics = study()
    missing = ("vit-full-finetune, seed 3: failed: the loss is not finite (epoch 2, step 14)",)
    return report_from(
        *("open-animal-tracks", metrics, predictions, SPECIES, EXPERIMENTS, PUBLISHED),
        pair=("gray_fox", "bob_cat"),
        missing=missing,
    )


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_every_number_is_there_whole_at_every_width(wide_report, width):
    text = printed(wide_report, width)
    assert "…" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= width
    numbers = set(re.findall(r"\d[\d.]*", text))
    for table in wide_report.tables:
        cells = table.shown.drop(columns=list(table.intervals)).to_numpy().ravel()
        for number in re.findall(r"\d[\d.]*", " ".join(cells)):
            assert number in numbers


def test_at_80_columns_a_class_is_a_line_under_its_experiments_names(wide_report):
    lines = [line.rstrip() for line in printed(wide_report, 80).splitlines()]
    row = next(line for line in lines if line.startswith("gray_fox  "))
    assert len(re.findall(r"\d\.\d\d ± \d\.\d\d", row)) == 4
    assert "0.28" in row
    assert any("progressive-" in line for line in lines)


def test_the_intervals_are_shown_where_there_is_room_and_else_it_says_where_they_are(wide_report):
    where = "they are in per_class.csv"
    assert where in " ".join(printed(wide_report, 80).split())
    wide = printed(wide_report, 200)
    assert where not in wide
    assert re.search(r"gray_fox .* \d\.\d\d–\d\.\d\d", wide)


@pytest.mark.parametrize("width", [30, 80, 200])
def test_the_notice_comes_first_whole_and_only_where_there_is_one(wide_report, width):
    notice = "These are [bold] drawings, made by a program; no number says anything."
    text = printed(replace(wide_report, notice=notice), width)
    before, _, after = text.partition("\n\n")
    rule, *lines = before.splitlines()
    assert "open-animal-tracks" in rule
    assert " ".join(" ".join(lines).split()) == notice
    assert max(map(cell_len, lines)) <= width
    assert f"{rule}\n\n{after}" == printed(wide_report, width)


def test_what_is_missing_comes_last(wide_report):
    text = printed(wide_report, 120)
    assert text.rstrip().endswith("(epoch 2, step 14)")
    assert text.index("Not in this report") > text.index("gray_fox and bob_cat")


def test_names_are_not_read_as_markup(golden):
    names = {"cat": "[bold]cat", "dog": "d|o_g", "fox": "狐 é"}
    predictions = golden.renamed(names)
    classes = list(names.values())
    report = report_from("[red]s", golden.metrics(), predictions, classes, ["alpha"], {})
    text = printed(report, 80)
    for name in ("[red]s", *classes):
        assert name in text
