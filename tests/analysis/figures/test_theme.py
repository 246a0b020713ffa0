"""That the series can be told apart by everyone, on light paper and on dark."""

import itertools

import numpy as np
import pytest

from analysis.figures.theme import DARK, LIGHT, SERIES, css_variables, series

from .contrast import contrast, linear

# What the cones of most people, and of those without the red, green or blue ones, make of linear
# RGB. Source: G. Machado, M. Oliveira, L. Fernandes, "A physiologically-based model for simulation
# of color vision deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009).
VISIONS = {
    "usual": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(rgb):
    """CIE L*a*b* of linear RGB under D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ rgb / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def palettes():
    return [
        pytest.param([theme[f"--series-{i}"] for i in range(1, 9)], id=name)
        for name, theme in (("light", LIGHT), ("dark", DARK))
    ]


def test_contrast_agrees_with_the_known_bounds():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_that_is_drawn_stands_out_from_the_paper(theme):
    paper = theme["--paper"]
    assert contrast(theme["--ink"], paper) > 12
    assert contrast(theme["--muted"], paper) >= 4.5
    assert all(contrast(theme[f"--series-{i}"], paper) >= 3 for i in range(1, 9))
    # The grid is there, but behind.
    assert 1.2 < contrast(theme["--grid"], paper) < 2


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", palettes())
def test_colours_differ_in_every_vision(palette, vision):
    seen = [lab(np.clip(np.array(VISIONS[vision]) @ linear(c), 0, 1)) for c in palette]
    least = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert least > 11  # 2.3 is what is just noticed side by side


@pytest.mark.parametrize("palette", palettes())
def test_colours_differ_in_grey(palette):
    lightness = sorted(lab(linear(c))[0] for c in palette)
    assert min(np.diff(lightness)) > 4.5
    assert min(np.diff(sorted(lab(linear(c))[0] for c in palette[:4]))) > 6.5


def test_no_two_of_16_experiments_look_the_same_without_colour():
    looks = series([f"experiment {i}" for i in range(16)])
    assert len({look.marker for look in looks.values()}) == 16
    assert len({look.linestyle for look in list(looks.values())[:8]}) == 8
    assert {look.colour for look in looks.values()} == set(SERIES)


def test_a_look_goes_by_the_place_in_the_list():
    assert series(["a", "b", "c"])["b"] == series(["x", "b"])["b"]
    assert series([]) == {}


def test_each_colour_means_one_variable():
    assert len(set(LIGHT.values())) == len(LIGHT)
    assert LIGHT.keys() == DARK.keys()


def test_the_style_sheet_declares_both_themes():
    sheet = css_variables()
    for theme, times in ((LIGHT, 1), (DARK, 2)):
        for name, colour in theme.items():
            assert sheet.count(f"{name}: {colour};") == times
    assert sheet.count("{") == sheet.count("}")
    assert "prefers-color-scheme: dark" in sheet
