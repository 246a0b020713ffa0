"""The page of a data check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from analysis.figures.theme import css_variables
from analysis.report.checking import findings, overview, verdict
from analysis.report.html import cells
from analysis.report.html.page import asset, environment
from bench.results.checks import Copy, CopyGroup, DataCheck, Remark

MOST_GROUPS = 60  # of each kind; the rest is counted
MOST_IN_A_GROUP = 8
MOST_REMARKS = 24
MOST_NAMES = 100


@dataclass(frozen=True)
class _Kind:
    """Groups that do the same harm, under one heading."""

    anchor: str
    title: str
    what: str
    groups: tuple[CopyGroup, ...]


def check_page(check: DataCheck, thumbnails: Mapping[str, bytes], made: str) -> str:
    """A data check as one document, without a reference to anything outside of it.

    Args:
        check: what was found.
        thumbnails: JPEG files by the images' paths, of those that `shown` names; where one is
            lacking its name stands in its place.
        made: when, as it is to be printed.
    """
    template = environment().get_template("check.html.j2")
    return template.render(
        check=check,
        made=made,
        verdict=verdict(check),
        overview=overview(check),
        findings=findings(check),
        kinds=[_kind(kind, thumbnails) for kind in _kinds(check)],
        remarks=[_remarks(*one, thumbnails) for one in _remark_kinds(check)],
        names=[_names(*one) for one in _name_kinds(check)],
        style=Markup(css_variables() + asset("style.css") + asset("check.css")),  # noqa: S704, ours
        script=Markup(asset("page.js")),  # noqa: S704
    )


def shown(check: DataCheck) -> list[str]:
    """The paths of the images that the page shows, each once."""
    paths = [
        image.path
        for kind in _kinds(check)
        for group in kind.groups[:MOST_GROUPS]
        for image in group.images[:MOST_IN_A_GROUP]
    ]
    paths += [
        remark.image.path
        for title, _, remarks in _remark_kinds(check)
        for remark in remarks[:MOST_REMARKS]
        if title != "Unreadable"
    ]
    return list(dict.fromkeys(paths))


def _kinds(check: DataCheck) -> Iterator[_Kind]:
    """Every group once, under the worst that it does."""
    left = list(check.groups)
    for anchor, title, what, splits in (
        ("test-train", "Test images in train", "Accuracy on them may be memory.", "test train"),
        ("test-val", "Test images in val", "The checkpoint is selected by them.", "test val"),
        ("val-train", "Validation images in train", "Selection prefers memory.", "val train"),
        ("inside", "Copies within a split", "Each counts its photo once more.", ""),
    ):
        own = tuple(group for group in left if set(splits.split()) <= set(group.splits))
        left = [group for group in left if group not in own]
        if own:
            yield _Kind(anchor, title, what, own)


def _kind(kind: _Kind, thumbnails: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "anchor": kind.anchor,
        "title": kind.title,
        "what": kind.what,
        "n": len(kind.groups),
        "n_left_out": max(0, len(kind.groups) - MOST_GROUPS),
        "groups": [_group(group, thumbnails) for group in kind.groups[:MOST_GROUPS]],
    }


def _group(group: CopyGroup, thumbnails: Mapping[str, bytes]) -> dict[str, Any]:
    said = {copy.second: _said(copy) for copy in group.copies}
    # The links of a large group may lead from a later image to an earlier one.
    said |= {copy.first: _said_back(copy) for copy in group.copies if copy.first not in said}
    first = group.copies[0].first
    return {
        "labels": group.labels,
        "splits": group.splits,
        "n_left_out": max(0, len(group.images) - MOST_IN_A_GROUP),
        "photos": [
            {
                "number": number + 1,
                "split": image.split,
                "label": image.label,
                "path": image.path,
                "size": f"{image.width} × {image.height}",
                "source": _source(image.path, thumbnails),
                "said": "" if number == first else said.get(number, ""),
            }
            for number, image in enumerate(group.images[:MOST_IN_A_GROUP])
        ],
    }


def _said(copy: Copy) -> str:
    """How an image came from another one."""
    if copy.relation == "same bytes":
        return f"the same file as {copy.first + 1}"
    turn = f", {copy.turn}" if copy.turn else ""
    if copy.relation == "same pixels":
        return f"the same pixels as {copy.first + 1}{turn}"
    return f"looks like {copy.first + 1}{turn} ({copy.likeness:.3f})"


def _said_back(copy: Copy) -> str:
    return f"see {copy.second + 1}"


def _remark_kinds(check: DataCheck) -> Iterator[tuple[str, str, Sequence[Remark]]]:
    for title, what, remarks in (
        ("Unreadable", "A run leaves them out or refuses them.", check.unreadable),
        ("Blank", "Nearly one colour.", check.blank),
        ("Tiny", f"A side below {check.smallest_side} pixels.", check.tiny),
        ("Long", "More than four times as long as wide; squeezed into a square.", check.long),
    ):
        if remarks:
            yield title, what, remarks


def _remarks(
    title: str, what: str, remarks: Sequence[Remark], thumbnails: Mapping[str, bytes]
) -> dict[str, Any]:
    return {
        "title": title,
        "what": what,
        "n": len(remarks),
        "n_left_out": max(0, len(remarks) - MOST_REMARKS),
        "has_photos": title != "Unreadable",
        "photos": [
            {
                "split": remark.image.split,
                "label": remark.image.label,
                "path": remark.image.path,
                "reason": remark.reason,
                "source": _source(remark.image.path, thumbnails),
            }
            for remark in remarks[:MOST_REMARKS]
        ],
    }


def _source(path: str, thumbnails: Mapping[str, bytes]) -> str:
    return cells.photo(thumbnails[path]) if path in thumbnails else ""


def _name_kinds(check: DataCheck) -> Iterator[tuple[str, str, Sequence[str]]]:
    clashing = [" = ".join(names) for names in check.clashes]
    for title, what, names in (
        ("Names that clash", "They differ in case or ending only.", clashing),
        ("Named as copies", "By name, but no other image shows the same.", check.named_copies),
        ("Not images", "Left out by every run.", check.not_images),
    ):
        if names:
            yield title, what, names


def _names(title: str, what: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "title": title,
        "what": what,
        "n": len(names),
        "names": names[:MOST_NAMES],
        "n_left_out": max(0, len(names) - MOST_NAMES),
    }
