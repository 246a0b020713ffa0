"""What a run proposes at its end can be typed as it stands."""

from pathlib import Path

import pandas as pd

from analysis.confusion import confused_pairs
from analysis.report.record import Report
from analysis.report.tables import confused_pairs_table
from bench.cli.next_steps import next_steps
from bench.cli.options import Request
from tests.bench.suites import GOOD, write


def asked(tmp_path, **changes):
    settings = {
        "file": write(tmp_path, GOOD),
        "folder": None,
        "results": Path("results"),
        "profile": None,
        "assignments": (),
        "seeds": None,
        "names": (),
    }
    return Request(**{**settings, **changes})


def report(pairs):
    """What a report says of predictions of (experiment, true, predicted)."""
    predictions = pd.DataFrame(pairs, columns=["experiment", "true", "predicted"])
    predictions = predictions.assign(path=predictions.index.astype(str))
    names = list(dict.fromkeys(predictions["experiment"]))
    confused = confused_pairs(predictions, ["ant", "bee", "cow"], names)
    return Report("s", (confused_pairs_table(confused),))


def test_the_pair_is_the_worst_of_all_experiments_together(tmp_path):
    made = report(
        [("one", "ant", "bee"), ("one", "ant", "bee"), ("one", "bee", "cow")]
        + [("two", "cow", "bee")] * 3
    )
    commands = [command for command, _ in next_steps(asked(tmp_path), made)]
    assert commands[0].startswith("bench report --pair bee cow")
    assert any(command.startswith("bench ui") for command in commands)


def test_without_an_error_no_pair_is_proposed(tmp_path):
    steps = next_steps(asked(tmp_path), report([("one", "ant", "ant")]))
    assert not any("--pair" in command for command, _ in steps)


def test_the_suites_own_options_are_repeated(tmp_path):
    request = asked(tmp_path, results=Path("my results"))
    commands = [command for command, _ in next_steps(request, report([("one", "ant", "bee")]))]
    assert all("--results 'my results'" in one for one in commands if one.startswith("bench"))
