"""Figures as files, and as SVG that takes its colours from the page that it stands in."""

import base64
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from analysis.figures.canvas import plain
from analysis.figures.theme import LIGHT, PAPER

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
# Ids are derived from what they name and from this, rather than from chance.
_SALT = "trackbench"
# Matplotlib's own black is the ink of whoever did not ask for a colour.
_BLACK = "#000000"
_VARIABLES: Mapping[str, str] = MappingProxyType(
    {**{colour: name for name, colour in LIGHT.items()}, _BLACK: "--ink"}
)
_HEX = re.compile(r"#[0-9a-f]{6}\b")
_PNG = "data:image/png;base64,"
_PHOTO_SIDE = 48
_JPEG_QUALITY = 82
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"font-family:[^;]*;?\s*")
_LONG_DECIMALS = re.compile(r"(\.\d\d)\d+")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def png(figure: Figure, dpi: float = 130) -> bytes:
    """The figure as a PNG file on white paper.

    Args:
        figure: any figure.
        dpi: pixels an inch.

    Returns:
        The bytes of the file, the same each time.
    """
    return _saved(figure, "png", dpi=dpi, facecolor=PAPER, metadata={"Software": None})


def svg(figure: Figure) -> bytes:
    """The figure as an SVG file on white paper; letters are outlines and need no font.

    Args:
        figure: any figure.

    Returns:
        The bytes of the file, the same each time.
    """
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": _SALT}):
        return _saved(figure, "svg", facecolor=PAPER, metadata={"Date": None})


def themed_svg(figure: Figure, alt: str, prefix: str) -> str:
    """The figure as an `<svg>` element to stand inside a page of HTML.

    Its colours are the page's variables `--ink`, `--muted`, `--grid`, `--paper` and `--series-1`
    to `--series-8` (`css_variables` declares them), with the light ones where the page has none.
    Its texts are texts in the page's font, its ground is transparent, and it shrinks with the
    page but never grows beyond its own size. Photos in it become JPEG.

    Args:
        figure: any figure.
        alt: what the figure shows, in words, for those who do not see it.
        prefix: starts every id. Must be another one for each figure of a page; a letter, then
            letters, digits, "-" and "_".

    Returns:
        The element, the same each time.

    Raises:
        ValueError: for a prefix that cannot start an id.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"an id cannot start with {prefix!r}; take letters, digits, - and _")
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": _SALT}):
        source = _saved(figure, "svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(source)  # noqa: S314, written by matplotlib a moment ago
    _strip(root)
    _name_ids(root, prefix)
    for element in root.iter():
        _theme(element)
        _lighten(element)
    _fit_page(root, alt, prefix)
    return ET.tostring(root, encoding="unicode")


@contextmanager
def any_letter() -> Iterator[None]:
    """Lets letters pass that the font lacks: a box in a PNG is no reason to warn, or to fail.

    In an SVG that stands in a page, the reader's own fonts have them.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield


def _saved(figure: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with any_letter():
        figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def _strip(root: ET.Element) -> None:
    """Takes away what a page must not get, and the namespaces that HTML does without."""
    for parent in root.iter():
        # A <style> would be the whole page's, not this figure's.
        for child in [c for c in parent if c.tag in (f"{_SVG}metadata", f"{_SVG}style")]:
            parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name in [name for name in element.attrib if name.startswith(_XLINK)]:
            element.set(name.removeprefix(_XLINK), element.attrib.pop(name))


def _name_ids(root: ET.Element, prefix: str) -> None:
    """Puts the prefix before the ids that are referred to, and drops the others."""
    used = {element.get("href", "")[1:] for element in root.iter() if _refers(element)}
    for element in root.iter():
        for value in element.attrib.values():
            used.update(_REFERENCE.findall(value))
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}-{name}")
        if _refers(element):
            element.set("href", f"#{prefix}-{element.get('href', '')[1:]}")
        for key, value in element.attrib.items():
            element.set(key, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))


def _refers(element: ET.Element) -> bool:
    return element.get("href", "").startswith("#")


def _theme(element: ET.Element) -> None:
    """Colours become variables, texts take the page's font, and 0.01 points are exact enough."""
    style = element.get("style")
    if element.tag == "text":
        # Black is left out by matplotlib; the page's own default would be black on dark paper.
        style = _FONT_FAMILY.sub("", style or "")
        style = style if "fill:" in style else f"{style}; fill: {_BLACK}"
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
    if style:
        element.set("style", _HEX.sub(_variable, style))
    for name in ("fill", "stroke"):
        if name in element.attrib:
            element.set(name, _HEX.sub(_variable, element.attrib[name]))
    for name in ("d", "x", "y"):
        if name in element.attrib:
            element.set(name, _LONG_DECIMALS.sub(r"\1", element.attrib[name]))


def _variable(colour: re.Match[str]) -> str:
    name = _VARIABLES.get(colour.group())
    return f"var({name}, {colour.group()})" if name else colour.group()


def _lighten(element: ET.Element) -> None:
    """A photo becomes a JPEG, a tenth of the size; small pictures, such as kernels, stay exact."""
    source = element.get("href", "")
    if element.tag != "image" or not source.startswith(_PNG):
        return
    image = Image.open(io.BytesIO(base64.b64decode(source.removeprefix(_PNG)))).convert("RGBA")
    is_opaque = image.getchannel("A").getextrema() == (255, 255)
    if min(image.size) < _PHOTO_SIDE or not is_opaque:
        return
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    element.set("href", f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}")


def _fit_page(root: ET.Element, alt: str, prefix: str) -> None:
    _, _, width, _ = root.attrib["viewBox"].split()
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "img",
            "aria-labelledby": f"{prefix}-title",
            "style": f"width: 100%; max-width: {float(width):.0f}pt; height: auto; "
            "stroke-linejoin: round; stroke-linecap: butt",
        }
    )
    title = ET.Element("title", {"id": f"{prefix}-title"})
    title.text = plain(alt)
    root.insert(0, title)
