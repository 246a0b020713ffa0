"""Names that are made to break out of where they stand: they arrive as they are, and harm nothing.

A suite's file does not let experiments be called so, but a report may be made of any study.
"""

import io

import pandas as pd
import pytest

from analysis.report.background import RunFacts
from analysis.report.files import FORMATS, file_names, write
from analysis.report.tables import confused_pairs_table, per_class_table
from tests.analysis import golden as golden_study

from .rendered import background_of, rendered

SCRIPT = "<script>alert(1)</script>"
SUITE = "{{ 7*7 }}</title><script>alert(2)</script>"
CLASSES = {"cat": SCRIPT, "dog": "a|b \"c\" 'd' $x_1$ {{ 7*7 }}", "fox": "狐"}
IMAGE = '"><img src=x onerror=alert(3)>'
LONG = "L" * 120
EXPERIMENTS = {"beta": "../x", "alpha": "..:x"}  # both make the same file name
NOTICE = "</p><iframe src='https://example.org'></iframe>"
MISSING = "<b>gone</b>, seed 0: failed: javascript:alert(4)"


def renamed(frame):
    columns = {f"p:{old}": f"p:{new}" for old, new in CLASSES.items()}
    names = {"experiment": EXPERIMENTS, "true": CLASSES, "predicted": CLASSES}
    known = {column: mapping for column, mapping in names.items() if column in frame}
    return frame.replace(known).rename(columns=columns)


@pytest.fixture(scope="module")
def study():
    """The hand-worked study with two hostile experiments, and copies of one under two more."""
    plain = golden_study.study()
    frames = {}
    for name in ("metrics", "test", "validation", "histories"):
        frame = renamed(getattr(plain, name))
        copies = [
            frame.query("experiment == '../x'").assign(experiment=other) for other in (IMAGE, LONG)
        ]
        frames[name] = pd.concat([frame, *copies], ignore_index=True)
    return golden_study.study(
        suite=SUITE,
        classes=tuple(CLASSES.values()),
        experiments=(*EXPERIMENTS.values(), IMAGE, LONG),
        published={},
        missing=(MISSING,),
        notice=NOTICE,
        **frames,
    )


@pytest.fixture(scope="module")
def made(study):
    lost = RunFacts(
        *(IMAGE, 0, "failed", SCRIPT, "a/\"b\"'c'\x1b\udcff", f"bench run '{IMAGE}'"),
        reason=SCRIPT,
        advice=IMAGE,
    )
    background = background_of(
        study, data=SCRIPT, runs=(lost,), environment=((SCRIPT, IMAGE),), report_command=IMAGE
    )
    return rendered(study, pair=(SCRIPT, "狐"), background=background)


def test_the_page_shows_each_name_as_it_is(made):
    """That it has no other script, no handler and no reference was seen when it was read."""
    for name in (SUITE, *CLASSES.values(), *EXPERIMENTS.values(), IMAGE, LONG, NOTICE, MISSING):
        assert name in made.page.text, name
    assert f"{SCRIPT} called 狐" in made.page.text
    assert [IMAGE, "0", "failed", "–", SCRIPT, f"bench run '{IMAGE}'"] in made.page.rows["runs"]
    assert "<title>{{ 7*7 }}&lt;/title&gt;" in made.html


def test_figures_are_described_with_the_names(made):
    words = " ".join(made.page.alternatives)
    assert f"Learning curves of {IMAGE}" in words
    assert f"Reliability of {LONG}" in words


def test_what_utf8_or_html_cannot_hold_is_replaced(made):
    assert "a/&#34;b&#34;&#39;c&#39;\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in made.html
    made.html.encode()


def test_other_forms_escape_what_means_something_there(made):
    markdown = made.texts["markdown"]
    assert r"\<script\>alert(1)\</script\>" in markdown
    assert "<script>" not in markdown
    assert r"a\|b" in markdown
    assert r"\textless{}script\textgreater{}" in made.texts["latex"]
    assert r"\$x\_1\$ \{\{ 7{*}7 \}\}" in made.texts["latex"]
    frame = made.table("per_class").frame
    again = pd.read_csv(io.StringIO(frame.to_csv(index=False)))
    assert again["class"].tolist() == frame["class"].tolist()


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    """Every file of the report, and the folder around it."""
    around = tmp_path_factory.mktemp("around")
    return around, write(made.report, around / "report", FORMATS, made.html)


def test_no_file_lands_outside_of_the_folder(written):
    around, files = written
    assert [path.name for path in around.iterdir()] == ["report"]
    found = {path for path in (around / "report").rglob("*") if path.is_file()}
    assert found == {*files, around / "report" / ".report.json"}
    assert all(file.resolve().is_relative_to(around / "report") for file in files)


def test_no_two_experiments_share_a_figure_file(written):
    _, files = written
    figures = [file for file in files if file.parent.name == "figures"]
    # Differences, cost, classes and selective accuracy; three kinds of each of four experiments.
    assert len(figures) == len({file.name.casefold() for file in figures}) == 2 * (4 + 3 * 4)
    assert {file.stem for file in figures} >= {"learning-.._x", "learning-.._x-2"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b-1", "c.d"], ["a", "b-1", "c.d"]),
        (["a b", "a/b", "a_b-2", "a_b"], ["a_b", "a_b-2", "a_b-2-2", "a_b-3"]),
        (["Net", "net"], ["Net", "net-2"]),  # the same file on a Mac
        (["..", ".hidden", ""], ["_", "hidden", "_-2"]),
        (["狐" * 300, "狐" * 301], ["狐" * 66, "狐" * 66 + "-2"]),  # three bytes each
    ],
)
def test_file_names(names, expected):
    assert file_names(names) == expected


@pytest.mark.parametrize("name", ["class", "n", "share", "#"])
def test_an_experiment_may_be_called_as_a_column_is(golden_report, name):
    """Neither the column nor the experiment's is lost."""
    found = golden_report.findings
    by_class = found.per_class.replace({"experiment": {"alpha": name}})
    pairs = found.confused_pairs.replace({"experiment": {"alpha": name}})
    for table, own, cells in (
        (per_class_table(by_class), {"class", "n"}, ["0.62 ± 0.18", "0.88 ± 0.18", "0.62 ± 0.18"]),
        (confused_pairs_table(pairs), {"#", "share"}, ["3", "3", "1"]),
    ):
        heading = f"experiment {name}" if name in own else name
        assert table.shown[heading].tolist() == cells
        assert own <= set(table.shown)
        assert heading in table.experiments
    assert per_class_table(by_class).shown["n"].tolist() == ["4", "4", "4"]
    assert confused_pairs_table(pairs).shown["share"].tolist() == ["50 %", "38 %", "12 %"]
