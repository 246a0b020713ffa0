"""From what was named as A and B to the report on what differs between them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError, shown
from bench.experiments.spec import Suite
from bench.results.records import RunRecord, notice_for, predictions_frame
from bench.sides import Found, Side, find_runs, read_side

if TYPE_CHECKING:
    from analysis.comparing import Compared
    from analysis.report.comparing import Beside
    from analysis.report.record import Report

Runs = Sequence[RunRecord]
Pairs = Mapping[str, tuple[Runs, Runs]]


def report_on_sides(
    suite: Suite, results: Path, asked: tuple[str, str], seeds: Sequence[int] | None = None
) -> "Report":
    """Compares two experiments of a suite, or the same ones in two folders of results.

    Args:
        suite: it names the experiments.
        results: the folder of all results, for a side that names none.
        asked: A and B, each as `bench.sides.read_side` takes it. Where both are folders, all
            experiments that have complete runs in both are compared, before and after.
        seeds: only these; all that are complete where None.

    Raises:
        UserError: for a name or folder that there is not, runs that are not complete, and runs that
            cannot be compared: they have other classes or test images, or are the same.
    """
    a, b = (read_side(text, suite) for text in asked)
    for one, other in ((a, b), (b, a)):
        if one.experiment is not None and other.experiment is None:
            raise UserError(
                f"{other.text}: is a folder of results, and {one.text} an experiment; name two "
                f"folders, or {one.experiment}@{other.text}"
            )
    found = find_runs(a, suite, results, seeds), find_runs(b, suite, results, seeds)
    if a.experiment is None or b.experiment is None:
        return _on_folders(suite, (a, b), found)
    return _on_two(suite.name, results, (a, b), (a.experiment, b.experiment), found)


def _on_two(
    suite: str,
    results: Path,
    sides: tuple[Side, Side],
    names: tuple[str, str],
    found: tuple[Found, Found],
) -> "Report":
    from analysis.report.comparing import report_on_two

    for side, its in zip(sides, found, strict=True):
        if not its.runs:
            raise UserError(_none_complete(side, (side.folder or results) / suite, its))
    runs = found[0].runs[names[0]], found[1].runs[names[1]]
    is_one = names[0] == names[1]
    compared = _compare(runs, None if is_one else names, (sides[0].text, sides[1].text))
    # One experiment with itself: only the places tell the two apart.
    places = [side.folder or (results if is_one else None) for side in sides]
    a, b = (f"{name} in {at}" if at else name for name, at in zip(names, places, strict=True))
    return report_on_two(suite, compared, (a, b), _beside(sides, found, {names[0]: runs}, names))


def _on_folders(suite: Suite, sides: tuple[Side, Side], found: tuple[Found, Found]) -> "Report":
    from analysis.report.comparing import report_on_folders

    a, b = (side.text for side in sides)
    before, after = (its.runs for its in found)
    pairs = {name: (its, after[name]) for name, its in before.items() if name in after}
    if not pairs:
        raise UserError(
            f"{a} and {b}: no experiment of the suite {suite.name!r} has complete runs in both; "
            f"{a}: {', '.join(before) or 'none'}; {b}: {', '.join(after) or 'none'}"
        )
    compared = {
        name: _compare(runs, None, (f"{name}@{a}", f"{name}@{b}")) for name, runs in pairs.items()
    }
    alone = [
        f"{side.text}: {one.name}: no complete run"
        for one in suite.experiments
        for side, its in zip(sides, found, strict=True)
        if one.name not in its.runs
    ]
    beside = _beside(sides, found, pairs, tuple(pairs), alone)
    return report_on_folders(suite.name, compared, (a, b), beside)


def _none_complete(side: Side, folder: Path, found: Found) -> str:
    detail = "; ".join(["", *(line.removeprefix(f"{side.text}: ") for line in found.lines)])
    hint = ""
    if side.folder is None:
        newest = f"{side.experiment}@{folder.parent}"
        other = f", and {newest} means the newest ones" if "of other settings" in detail else ""
        hint = f"; `bench run {side.experiment}` makes one{other}"
    return f"{side.text}: has no complete run in {folder}{detail}{hint}"


def _compare(
    runs: tuple[Runs, Runs], names: tuple[str, str] | None, asked: tuple[str, str]
) -> "Compared":
    """Compares the runs of two sides.

    Args:
        runs: of either side, at least one each.
        names: of the sides; before and after where None.
        asked: what an error calls them.

    Raises:
        UserError: the runs are the same, or have other classes or test images.
    """
    import pandas as pd

    from analysis.comparing import compare_sides
    from analysis.report.tables.comparing import AFTER, BEFORE

    folders = [{record.folder.path.resolve() for record in its} for its in runs]
    if folders[0] == folders[1]:
        raise UserError(
            f"{asked[0]} and {asked[1]}: are the same runs; there is nothing to compare"
        )
    a, b = names or (BEFORE, AFTER)
    classes = [list(its[0].spec["classes"]) for its in runs]
    _check_alike("classes", classes, asked)
    frames = [
        predictions_frame(its)[["seed", "path", "true", "predicted"]].assign(experiment=name)
        for its, name in zip(runs, (a, b), strict=True)
    ]
    # With another class an image is another one, whatever its name.
    images = [(frame["true"] + ": " + frame["path"]).unique() for frame in frames]
    _check_alike("test images", images, asked)
    return compare_sides(pd.concat(frames, ignore_index=True), classes[0], a, b)


def _check_alike(what: str, values: Sequence[Iterable[str]], asked: tuple[str, str]) -> None:
    a, b = (set(each) for each in values)
    only = [
        f"{len(more)} only in {name}, such as {shown(min(more))}"
        for name, more in zip(asked, (a - b, b - a), strict=True)
        if more
    ]
    if only:
        raise UserError(
            f"{asked[0]} and {asked[1]}: have different {what} and cannot be compared: "
            f"{'; '.join(only)}"
        )


def _beside(
    sides: tuple[Side, Side],
    found: tuple[Found, Found],
    pairs: Pairs,
    names: Sequence[str],
    missing: Sequence[str] = (),
) -> "Beside":
    """What must be said beside the figures; `names` are the experiments that were compared."""
    from analysis.report.comparing import Beside

    records = [record for both in pairs.values() for its in both for record in its]
    remarks = [
        _on_settings(str(side.folder), old)
        for side, its in zip(sides, found, strict=True)
        if (old := [name for name in its.unplanned if name in names])
    ]
    return Beside(
        notice=notice_for(records),
        remarks=(*remarks, *_on_data(pairs)),
        missing=(*dict.fromkeys([*found[0].lines, *found[1].lines]), *missing),
    )


def _on_settings(folder: str, names: Sequence[str]) -> str:
    differ = f"the settings or data of {', '.join(names)} differ from the plan"
    return f"In {folder} {differ}; the newest complete configuration there is used instead."


def _on_data(pairs: Pairs) -> list[str]:
    """Whether the data, or all settings, are the same on both sides."""

    def those(key: str, are_equal: bool) -> list[str]:
        return [
            name
            for name, (a, b) in pairs.items()
            if ({one.spec[key] for one in a} == {one.spec[key] for one in b}) == are_equal
        ]

    def of(names: Sequence[str]) -> str:
        return "" if len(names) == len(pairs) else f" of {', '.join(names)}"

    said = []
    if other := those("fingerprint", are_equal=False):
        said.append(
            f"The two sides{of(other)} have other data sets; of the test images only the names are "
            "known to be the same."
        )
    if same := those("configuration", are_equal=True):
        said.append(f"Settings and data{of(same)} are the same on both sides.")
    return said
