"""What stands around the axes of every figure."""

import pytest
from matplotlib.lines import Line2D

from analysis.figures.canvas import WIDTH_INCHES, nothing, plain, sheet, short

from .frames import AWKWARD, all_texts, outside, overlapping, shown_texts


def a_sheet(title="A title", notice="", n_entries=0, letters=8):
    entries = [(f"entry {i} ".ljust(letters, "w"), Line2D([], [])) for i in range(n_entries)]
    figure = sheet(2.0, title, notice, entries)
    figure.add_subplot().set_xlabel("below")
    return figure


@pytest.mark.parametrize("title", ["A title", "A title\nin two lines", "many words " * 12])
@pytest.mark.parametrize("notice", ["", "A sentence of some length. " * 6])
@pytest.mark.parametrize(("n_entries", "letters"), [(0, 0), (2, 8), (8, 12), (5, 40)])
def test_nothing_lies_on_anything_or_is_cut(title, notice, n_entries, letters):
    figure = a_sheet(title, notice, n_entries, letters)
    assert overlapping(figure) == []
    assert outside(figure) == []
    (axes,) = figure.axes
    own = axes.get_tightbbox()
    inside = {axes.xaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()}
    for text, box in shown_texts(figure):
        assert text in inside or not box.padded(-0.5).overlaps(own)


def test_what_stands_around_takes_nothing_from_the_axes():
    heights = []
    for figure in (a_sheet(), a_sheet("a word " * 20, "A sentence. " * 20, n_entries=6)):
        shown_texts(figure)
        heights.append(figure.axes[0].get_window_extent().height)
    assert heights[1] == pytest.approx(heights[0], rel=0.02)


def test_the_notice_is_whole():
    notice = "It says, in $MANY$ words, what this is not. " * 5
    figure = a_sheet(notice=notice)
    assert figure.texts[-1].get_text().split() == notice.split()


def test_a_key_has_names_that_begin_with_an_underscore():
    figure = sheet(1.0, "", entries=[("_a", Line2D([], [])), ("$b$", Line2D([], []))])
    texts = figure.legends[0].get_texts()
    assert [text.get_text() for text in texts] == ["_a", "$b$"]
    assert not any(text.get_parse_math() for text in texts)


def test_an_empty_figure_says_so():
    figure = nothing("Costs", "A notice.")
    assert {"nothing to show", "Costs", "A notice."} <= set(all_texts(figure))
    assert figure.get_figwidth() == WIDTH_INCHES
    assert overlapping(figure) == []


@pytest.mark.parametrize("name", AWKWARD)
def test_plain_text_keeps_all_but_control_characters(name):
    assert plain(name) == name.replace("\a", "\N{REPLACEMENT CHARACTER}")


def test_long_names_keep_both_ends():
    assert short("x" * 32) == "x" * 32
    name = short("resnet18-" + "very-" * 10 + "deep-1e-4", longest=20)
    assert len(name) == 20
    assert name.startswith("resnet18-")
    assert name.endswith("deep-1e-4"[-9:])
    assert "…" in name
