"""A table fits its width and loses nothing."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from analysis.report.layout import GAP, fit, fold
from analysis.report.tables import Table


def table_of(shown, experiments=(), intervals=()):
    frame = pd.DataFrame(shown)
    return Table("t", "T", frame, frame, "", (frame.columns[0],), experiments, intervals, "95 %")


def total(block):
    return sum(column.width for column in block) + GAP * (len(block) - 1)


LONG = {
    "class": ["gray_fox", "western_grey_squirrel"],
    "net-one": ["0.87 ± 0.03", "0.41 ± 0.10"],
    "net-one (95 %)": ["0.72–0.94", "0.20–0.60"],
    "net-one-hyperprogressive": ["0.87 ± 0.03", "0.41 ± 0.10"],
}
EXPERIMENTS = ("net-one", "net-one-hyperprogressive")


WITH_INTERVAL = ["class", "net-one", "net-one\n(95 %)", "net-one-\nhyperprogressive"]
NAMES = ["class", "net-one", "net-one-\nhyperprogressive"]
LETTERS = ["class", "A", "B"]


@pytest.mark.parametrize(
    ("width", "headings", "lines", "key"),
    [
        # 21 + 11 + 9 + 16 and three gaps of 2 are 63: all fits.
        (63, WITH_INTERVAL, 1, ""),
        # 8 less: the squirrel gets 13 cells, western_grey_ and squirrel.
        (55, WITH_INTERVAL, 2, ""),
        # With western_, grey_ and squirrel 50 are enough; one less, and the interval goes.
        (50, WITH_INTERVAL, 3, ""),
        (49, NAMES, 2, ""),
        # 8 + 11 + 16 and two gaps are 39; with letters each number is 11 wide, together 34.
        (39, NAMES, 3, ""),
        (38, LETTERS, 3, "AB"),
        (34, LETTERS, 3, "AB"),
        # Then means and deviations stand below one another: 8 + 6 + 6 + 4 = 24.
        (33, LETTERS, 2, "AB"),
        (24, LETTERS, 3, "AB"),
    ],
)
def test_concessions_come_one_after_the_other(width, headings, lines, key):
    layout = fit(table_of(LONG, EXPERIMENTS, ("net-one (95 %)",)), width)
    (block,) = layout.blocks
    assert [column.heading for column in block] == headings
    assert block[0].cells[1].count("\n") + 1 == lines
    assert "".join(layout.key) == key
    assert layout.has_intervals == (len(headings) == 4)
    assert total(block) <= width


def test_the_last_resort_is_blocks_that_repeat_the_label():
    layout = fit(table_of(LONG, EXPERIMENTS, ("net-one (95 %)",)), 20)
    assert [[c.heading for c in block] for block in layout.blocks] == [
        ["class", "A"],
        ["class", "B"],
    ]
    assert layout.blocks[0][1].cells == ("0.87 ± 0.03", "0.41 ± 0.10")


def test_a_name_that_begins_with_another_keeps_its_own_letter():
    shown = {"class": ["x"], "vit (small)": ["0.5 ± 0.1"], "vit": ["0.5 ± 0.1"]}
    layout = fit(table_of(shown, ("vit", "vit (small)")), 20)
    assert dict(layout.key) == {"A": "vit", "B": "vit (small)"}
    assert [c.heading for c in layout.blocks[0]][:2] == ["class", "B"]


def test_control_characters_of_a_name_never_reach_the_terminal():
    layout = fit(table_of({"class": ["a\nb\x1b[31m"], "n": ["1"]}), 80)
    assert layout.blocks[0][0].cells == ("a\ufffdb\ufffd[31m",)


joints = st.text(st.sampled_from("ab-_ /±(↔狐"), max_size=30)


@given(joints, st.integers(1, 12))
def test_folding_loses_nothing_but_spaces(text, width):
    assert fold(text, width).replace("\n", "").replace(" ", "") == text.replace(" ", "")


@given(
    names=st.lists(st.text("ab-_", min_size=1, max_size=20), min_size=1, max_size=9, unique=True),
    width=st.integers(1, 140),
)
def test_every_cell_survives_at_every_width(names, width):
    shown = {"class": ["x_y", "zz"]} | {f"{n}": ["0.87 ± 0.03", "12 of 40 (30 %)"] for n in names}
    layout = fit(table_of(shown, tuple(names)), width)
    cells = [c.cells for block in layout.blocks for c in block if not c.is_label]
    assert [tuple(" ".join(cell.split()) for cell in column) for column in cells] == [
        ("0.87 ± 0.03", "12 of 40 (30 %)")
    ] * len(names)
    for block in layout.blocks:
        # A block is too wide only if it holds a single number column.
        assert total(block) <= width or len(block) == 2
        assert all(
            cell_len(line) <= column.width
            for column in block
            for text in (column.heading, *column.cells)
            for line in text.split("\n")
        )
