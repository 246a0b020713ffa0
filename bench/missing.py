"""What to do where a suite's data set is not here: how to get it, use another, or do without."""

import os
import shlex
from pathlib import Path

from bench.errors import UserError
from bench.experiments.packaged import SUITE_FILE, packaged_suite
from bench.experiments.spec import DataSpec, Suite

_QUICK = "quick"
_GET, _PLACE, _OTHER, _WITHOUT = "to get it", "it belongs in", "other photos", "without it"


def is_missing(data: DataSpec) -> bool:
    """Whether the data set should lie in a folder, and there is no such folder."""
    return data.root is not None and not os.path.isdir(data.root)  # noqa: PTH112 - never raises


def how_to_go_on(suite: Suite) -> str:
    """What a person can do, in a few lines; '' where the data set is here or gets drawn."""
    if not is_missing(suite.data):
        return ""
    return "\n".join(
        f"  {label:<15}{line}".rstrip()
        for heading, lines in _ways(suite).items()
        for label, line in zip([heading, *[""] * len(lines)], lines, strict=False)
    )


def in_short(suite: Suite) -> list[str]:
    """The same in a line or two, without what the folder should look like."""
    if not is_missing(suite.data):
        return []
    ways = _ways(suite)
    short = [heading for heading in (_GET, _WITHOUT) if heading in ways] or [_OTHER]
    ways[_OTHER] = ways[_OTHER][:1]
    return [f"{heading}: {' '.join(ways[heading])}" for heading in short]


def _ways(suite: Suite) -> dict[str, list[str]]:
    """The ways to go on, each a heading with its lines."""
    data = suite.data
    ways: dict[str, list[str]] = {}
    if data.obtain.strip():
        ways[_GET] = data.obtain.strip().splitlines()
    ways[_PLACE] = [
        f"{data.root}",
        "train/CLASS/*.jpg, val/CLASS/*.jpg and test/CLASS/*.jpg;",
        "or CLASS/*.jpg alone, of which bench takes 10 % to validate and 20 % to test",
    ]
    run_all = f"bench run --all{_file_option(suite)}"
    ways[_OTHER] = [
        f"{run_all} --set data.{data.name}.root=FOLDER",
        f'or, for good, root = "FOLDER" under [data.{data.name}] in {_file(suite)}',
    ]
    if _has_quick(suite):
        ways[_WITHOUT] = [f"{run_all} --quick (works now)"]
    return ways


def _file(suite: Suite) -> str:
    if suite.file == packaged_suite():
        return f"the {SUITE_FILE} that `bench init` makes"
    return str(suite.file)


def _file_option(suite: Suite) -> str:
    if suite.file in (Path(SUITE_FILE), packaged_suite()):
        return ""
    return f" -f {shlex.quote(str(suite.file))}"


def _has_quick(suite: Suite) -> bool:
    """Whether the suite has a quick profile besides, whose data are here or get drawn."""
    from bench.experiments.config import load_suite

    if suite.profile == _QUICK:
        return False
    folder = Path.cwd() if suite.file == packaged_suite() else None
    try:
        return not is_missing(load_suite(suite.file, profile=_QUICK, folder=folder).data)
    except UserError:
        return False
