"""The colours, markers and lines that all figures share, on light paper and on dark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

INK = "#1b1f23"
MUTED = "#5b636b"
GRID = "#d5d9dd"
PAPER = "#ffffff"
# What is written onto a dark fill is light on any paper, and so it is no variable.
ON_FILL = "#fdfdfd"

# The hues of Okabe and Ito (blue, vermilion, green, purple, sky, orange, black, yellow), each
# at a lightness of its own, so that they also differ in grey and without red or green vision, and
# all stand out from the paper. The first four differ most.
SERIES = (
    "#025b8f",
    "#db630e",
    "#067f5c",
    "#6b214e",
    "#3c9cd0",
    "#865b00",
    "#242424",
    "#504b03",
)
_DARK_SERIES = (
    "#2f8cce",
    "#ef762c",
    "#58d3a5",
    "#a75785",
    "#97d7fe",
    "#e7a005",
    "#f4f4f4",
    "#f3e746",
)

Marker = str | tuple[int, Literal[0, 1, 2], int]
LineStyle = tuple[float, Sequence[float]]

_MARKERS: tuple[Marker, ...] = (
    *("o", "s", "^", "D", "v", "P", "X", "*"),
    *("<", ">", "p", "h", "d", "8", "H", (4, 1, 0)),
)
_LINES: tuple[LineStyle, ...] = (
    (0, ()),
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (5, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2.5, 2.5)),
    (0, (9, 1.5, 2, 1.5)),
)


@dataclass(frozen=True)
class Series:
    """How an experiment looks in every figure; never by its colour alone."""

    colour: str
    marker: Marker
    linestyle: LineStyle


def series(experiments: Sequence[str]) -> dict[str, Series]:
    """The look of each experiment, by its place in the list.

    Args:
        experiments: names in the order of the report, so that an experiment looks the same in
            all its figures.

    Returns:
        By name: one of 8 colours and line styles and one of 16 markers. Beyond 8 the colours and
        lines come again, with other markers.
    """
    return {
        name: Series(SERIES[i % len(SERIES)], _MARKERS[i % len(_MARKERS)], _LINES[i % len(_LINES)])
        for i, name in enumerate(dict.fromkeys(experiments))
    }


def _variables(
    ink: str, muted: str, grid: str, paper: str, colours: Sequence[str]
) -> Mapping[str, str]:
    named = {f"--series-{i}": colour for i, colour in enumerate(colours, start=1)}
    return MappingProxyType(
        {"--ink": ink, "--muted": muted, "--grid": grid, "--paper": paper, **named}
    )


LIGHT = _variables(INK, MUTED, GRID, PAPER, SERIES)
DARK = _variables("#e8eaec", "#a3abb3", "#3a4148", "#14171a", _DARK_SERIES)


def css_variables() -> str:
    """The style sheet of the colours that `themed_svg` names.

    Light; dark on a screen whose owner prefers that (paper stays light in print); and either one
    where the page's root element has `data-theme="light"` or `data-theme="dark"`.

    Returns:
        CSS rules, to stand in a `<style>` element.
    """
    dark = _declarations(DARK)
    return (
        f":root {{ color-scheme: light; {_declarations(LIGHT)} }}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f'  :root:not([data-theme="light"]) {{ color-scheme: dark; {dark} }}\n'
        "}\n"
        f'@media screen {{ :root[data-theme="dark"] {{ color-scheme: dark; {dark} }} }}\n'
    )


def _declarations(variables: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {colour};" for name, colour in variables.items())
