"""Markdown, read back by a Markdown parser."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.report.markdown import as_markdown, escape

from .made import report_from

PARSER = MarkdownIt("commonmark").enable("table")


def text_of(token):
    """What a reader sees of an inline token, if it holds nothing but text."""
    assert {child.type for child in token.children} <= {"text", "text_special"}
    return "".join(child.content for child in token.children)


def tables_in(markdown):
    """The cells of each table as a reader sees them, row by row."""
    tables = []
    tokens = PARSER.parse(markdown)
    for before, token in pairwise(tokens):
        if before.type == "table_open":
            tables.append([])
        elif before.type == "tr_open":
            tables[-1].append([])
        elif before.type in ("th_open", "td_open"):
            tables[-1][-1].append(text_of(token))
    return tables


NASTY = ["a|b", "_x_ **y** `z`", "<b>& $e$ [l](m) \\|"]


def test_every_cell_arrives_whatever_the_classes_are_called(golden):
    names = dict(zip(golden.CLASSES, NASTY, strict=True))
    predictions = golden.renamed(names)
    report = report_from(
        "a_b",
        golden.metrics(),
        predictions,
        NASTY,
        golden.EXPERIMENTS,
        {},
        pair=(NASTY[0], NASTY[1]),
    )
    tables = tables_in(as_markdown(report))
    assert [table.name for table in report.tables][:4] == [
        "summary",
        "per_class",
        "confused_pairs",
        "comparisons",
    ]
    assert len(tables) == len(report.tables)
    for cells, table in zip(tables, report.tables, strict=True):
        assert cells == [list(table.shown.columns), *table.shown.to_numpy().tolist()]


@given(st.text("ab_*|\\`<>[]()&;#$~!-é ", min_size=1, max_size=20))
def test_any_text_is_shown_as_it_is(text):
    markdown = f"| x{escape(text)}x |\n| --- |\n"
    ((cells,),) = tables_in(markdown)
    assert cells == [f"x{text}x"]


def test_the_source_stays_readable():
    assert escape("gray_fox called bob_cat: 12 of 40 (30 %)") == (
        "gray_fox called bob_cat: 12 of 40 (30 %)"
    )


def test_columns_are_aligned_in_the_source_and_missing_comes_last(golden):
    report = report_from(
        *("s", golden.metrics(), golden.predictions(), golden.CLASSES, golden.EXPERIMENTS, {}),
        missing=("gamma, seed 0: failed",),
    )
    markdown = as_markdown(report)
    first_table = markdown.split("\n\n")[2].splitlines()
    assert len({len(line) for line in first_table}) == 1
    assert markdown.endswith("## Not in this report\n\n- gamma, seed 0: failed\n")


@pytest.mark.parametrize("notice", ["", "Drawn_ *by* <a> program."])
def test_the_notice_is_a_quotation_under_the_heading(golden, notice):
    report = report_from(
        *("s", golden.metrics(), golden.predictions(), golden.CLASSES, golden.EXPERIMENTS, {}),
        notice=notice,
    )
    tokens = PARSER.parse(as_markdown(report))
    quoted = [i for i, token in enumerate(tokens) if token.type == "blockquote_open"]
    assert bool(quoted) == bool(notice)
    for start in quoted:
        assert tokens[start - 1].type == "heading_close"
        assert tokens[start - 1].tag == "h1"
        assert text_of(tokens[start + 2]) == notice


@pytest.mark.parametrize("n_missing", [0, 1])
def test_an_empty_study_still_has_its_report(golden, n_missing):
    none = golden.predictions().head(0), golden.metrics().head(0)
    report = report_from(
        "s",
        none[1],
        none[0],
        golden.CLASSES,
        golden.EXPERIMENTS,
        missing=("all failed",) * n_missing,
    )
    markdown = as_markdown(report)
    assert markdown.count("*nothing to show*") == 4
    assert ("Not in this report" in markdown) == bool(n_missing)
