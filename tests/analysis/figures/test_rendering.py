"""That figures come out as files and as parts of a page."""

import io
import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from analysis.figures import cost_figure, png, svg, themed_svg
from analysis.figures.theme import DARK, GRID, INK, LIGHT, MUTED, PAPER, SERIES

from .frames import AWKWARD, summary

SVG = "{http://www.w3.org/2000/svg}"


def a_figure():
    """Has all colours, a marker and a clip path that are referred to, a picture and a text."""
    figure = Figure(figsize=(3, 2), layout="constrained")
    axes = figure.add_subplot()
    for i, colour in enumerate((*SERIES, INK, MUTED, GRID, PAPER)):
        axes.plot([0, 1], [i, i + 1], marker="o", color=colour)
    axes.imshow(np.eye(2), extent=(0, 1, 0, 1), aspect="auto")
    axes.set_title("a_b$x <b>", parse_math=False)
    return figure


def parsed(markup):
    return ET.fromstring(markup)  # noqa: S314, our own


def ids(markup):
    return re.findall(r'\bid="([^"]+)"', markup)


def references(markup):
    return re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', markup)


def test_an_element_for_a_page_is_one_svg_and_nothing_before_it():
    markup = themed_svg(a_figure(), "what it shows", "one")
    root = parsed(markup)
    assert root.tag == f"{SVG}svg"
    assert markup.startswith("<svg ")
    for unwanted in ("<?xml", "<!DOCTYPE", "<metadata", "<style", "rdf", "xlink", "ns0:"):
        assert unwanted not in markup


def test_it_says_what_it_shows():
    alt = 'a & b < c "quoted" 狐'
    root = parsed(themed_svg(a_figure(), alt, "one"))
    assert root.get("role") == "img"
    title = root[0]
    assert title.tag == f"{SVG}title"
    assert title.text == alt
    assert root.get("aria-labelledby") == title.get("id")


def test_it_scales_with_the_page_up_to_its_own_size():
    root = parsed(themed_svg(a_figure(), "", "one"))
    assert root.get("width") is None
    assert root.get("height") is None
    assert root.get("viewBox") == "0 0 216 144"  # 3 × 2 inches of 72 points
    assert "width: 100%; max-width: 216pt; height: auto" in root.get("style")


def test_every_colour_of_the_theme_is_a_variable_with_the_light_one_to_fall_back_on():
    markup = themed_svg(a_figure(), "", "one")
    for name, colour in LIGHT.items():
        assert f"var({name}, {colour})" in markup
    without = re.sub(r"var\(--[a-z0-9-]+, #[0-9a-f]{6}\)", "", markup)
    assert not re.findall(r"#[0-9a-f]{6}\b", without)
    assert not any(colour in markup for colour in set(DARK.values()) - set(LIGHT.values()))


def test_black_that_nobody_asked_for_is_ink():
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().text(0.5, 0.5, "plain")
    root = parsed(themed_svg(figure, "", "one"))
    texts = list(root.iter(f"{SVG}text"))
    assert texts
    assert all("fill: var(--ink, #000000)" in text.get("style") for text in texts)


def test_its_ground_is_the_page():
    figure = Figure(figsize=(2, 1), facecolor=PAPER)
    figure.add_subplot().set_facecolor(PAPER)
    assert "--paper" not in themed_svg(figure, "", "one")


def test_texts_are_texts_in_the_font_of_the_page():
    markup = themed_svg(a_figure(), "", "one")
    assert "a_b$x <b>" in [text.text for text in parsed(markup).iter(f"{SVG}text")]
    assert "font-family" not in markup


def test_ids_are_unique_across_figures_and_all_references_lead_somewhere():
    markup = "".join(themed_svg(a_figure(), "", prefix) for prefix in ("one", "two"))
    assert len(ids(markup)) == len(set(ids(markup)))
    found = {a or b for a, b in references(markup)}
    assert found
    assert found < set(ids(markup))


@pytest.mark.parametrize(
    "render",
    [png, svg, lambda figure: themed_svg(figure, "alt", "one")],
    ids=["png", "svg", "page"],
)
def test_the_same_figure_gives_the_same_bytes(render):
    figure = a_figure()
    assert render(figure) == render(figure) == render(a_figure())


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_goes_into_any_format(name):
    frame = summary([(name, 0.5, 10), ("other", 0.6, 20)])
    markup = themed_svg(cost_figure(frame), name, "one")
    parsed(svg(cost_figure(frame)))
    assert png(cost_figure(frame))
    texts = [text.text for text in parsed(markup).iter(f"{SVG}text")]
    assert name.replace("\a", "\N{REPLACEMENT CHARACTER}").replace("\n", " ") in texts


@pytest.mark.parametrize("prefix", ["", "1st", "a b", 'a"b', "#a"])
def test_a_prefix_that_cannot_start_an_id_is_refused(prefix):
    with pytest.raises(ValueError, match="an id cannot start with"):
        themed_svg(a_figure(), "", prefix)


def test_files_have_white_paper_and_plain_colours():
    pixels = imread(io.BytesIO(png(a_figure(), dpi=50)))
    assert pixels.shape[:2] == (100, 150)
    np.testing.assert_allclose(pixels[0, 0], 1)
    file = svg(a_figure()).decode()
    assert "var(" not in file
    assert f"fill: {PAPER}" in file


def test_settings_are_as_before():
    before = dict(mpl.rcParams)
    themed_svg(a_figure(), "", "one")
    svg(a_figure())
    assert dict(mpl.rcParams) == before
