"""What pictures of images are drawn on: a sheet under a title, with a caption below."""

import textwrap

from matplotlib.figure import Figure

_TITLE_POINTS, _CAPTION_POINTS = 10.0, 7.0
_POINTS_PER_INCH = 72.0
_EDGE_INCHES = 0.06


def sheet(inches: tuple[float, float], title: str, caption: str) -> Figure:
    """An empty figure under a title and over a caption, both of which add to its height."""
    width, height = inches
    lines = _wrapped(title, width, 0.7 * _TITLE_POINTS)  # a bold letter is about 0.7 em wide
    caption_lines = _wrapped(caption, width, 0.58 * _CAPTION_POINTS)
    points = 1.3 * (len(lines) * _TITLE_POINTS + len(caption_lines) * _CAPTION_POINTS)
    figure = Figure(figsize=(width, height + points / _POINTS_PER_INCH), layout="constrained")
    left = _EDGE_INCHES / width
    figure.suptitle(
        "\n".join(lines),
        x=left,
        ha="left",
        fontsize=_TITLE_POINTS,
        fontweight="bold",
        parse_math=False,
    )
    figure.supxlabel(
        "\n".join(caption_lines),
        x=left,
        ha="left",
        fontsize=_CAPTION_POINTS,
        color="0.35",
        parse_math=False,
    )
    return figure


def _wrapped(text: str, width: float, letter_points: float) -> list[str]:
    return textwrap.wrap(_printable(text), int(width * _POINTS_PER_INCH / letter_points))


def _printable(text: str) -> str:
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def short(name: str, longest: int = 32) -> str:
    """A name that fits above a photo: its middle is left out where it is too long."""
    name = _printable(name)
    half = longest // 2
    return name if len(name) <= longest else f"{name[:half]}…{name[half + 1 - longest :]}"
