"""What a report writes, whole or not at all."""

import io
import json
import os

import pandas as pd
import pytest

from analysis.report.files import write

from .test_build import NOTICE, report_of


def visible(folder):
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def test_writes_the_report_and_two_files_a_table(golden, tmp_path):
    folder = tmp_path / "new" / "report"
    report = report_of(golden, pair=("cat", "dog"))
    names = ["report.md"] + [
        f"{table.name}.{suffix}" for table in report.tables for suffix in ("csv", "tex")
    ]
    assert write(report, folder) == [folder / name for name in names]
    assert sorted(path.name for path in visible(folder)) == sorted(names)
    again = pd.read_csv(io.StringIO((folder / "per_class.csv").read_text("utf-8")))
    pd.testing.assert_frame_equal(again, report.tables[1].frame, check_dtype=False)


def test_every_file_says_the_notice_but_csv_which_has_it_beside(golden, tmp_path):
    report = report_of(golden, pair=("cat", "dog"), notice=NOTICE)
    files = write(report, tmp_path)
    assert files[0].name == "report.md"
    assert set(files) == set(visible(tmp_path))
    said = {file.name for file in files if "no number counts." in file.read_text("utf-8")}
    assert said == {file.name for file in files if file.suffix != ".csv"}
    assert (tmp_path / "NOTICE.txt").read_text("utf-8").startswith(f"{NOTICE}\n")
    for table in report.tables:
        again = pd.read_csv(tmp_path / f"{table.name}.csv")
        assert list(again.columns) == list(table.frame.columns)


def test_a_report_without_notice_takes_an_earlier_ones_away(golden, tmp_path):
    write(report_of(golden, notice=NOTICE), tmp_path)
    assert set(write(report_of(golden), tmp_path)) == set(visible(tmp_path))
    assert not any("no number counts" in file.read_text("utf-8") for file in visible(tmp_path))


def test_the_notice_stays_as_long_as_a_file_is_there_that_needs_it(golden, tmp_path):
    write(report_of(golden, notice=NOTICE), tmp_path, ["csv", "markdown"])
    write(report_of(golden), tmp_path, ["markdown"])
    assert (tmp_path / "summary.csv").exists()
    assert (tmp_path / "NOTICE.txt").exists()
    write(report_of(golden), tmp_path, ["csv"])
    assert not (tmp_path / "NOTICE.txt").exists()


def test_tables_of_an_earlier_report_do_not_stand_beside_those_of_another(golden, tmp_path):
    write(report_of(golden, pair=("cat", "dog")), tmp_path)
    theirs = tmp_path / "pair-of-somebody.csv"
    theirs.write_text("kept\n")
    files = write(report_of(golden, experiments=["alpha"]), tmp_path)
    assert not (tmp_path / "pair.csv").exists()
    assert not (tmp_path / "class_differences.tex").exists()
    assert set(visible(tmp_path)) == {*files, theirs}


def test_what_is_remembered_of_earlier_reports_names_no_file_elsewhere(golden, tmp_path):
    precious = tmp_path / "precious.csv"
    precious.write_text("kept\n")
    folder = tmp_path / "report"
    folder.mkdir()
    named = {"../precious.csv": False, str(precious): False}
    (folder / ".report.json").write_text(json.dumps({"files": named}))
    write(report_of(golden), folder)
    (folder / ".report.json").write_text("{ torn")
    write(report_of(golden), folder)
    assert precious.read_text() == "kept\n"


def test_a_notice_of_somebody_else_stays_where_it_is(golden, tmp_path):
    theirs = tmp_path / "NOTICE.txt"
    theirs.write_text("Copyright of what lies here.\n")
    write(report_of(golden), tmp_path)
    assert theirs.read_text() == "Copyright of what lies here.\n"


def test_a_failed_write_leaves_the_old_file_and_no_other(golden, tmp_path, monkeypatch):
    report = report_of(golden)
    write(report, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write(report_of(golden, suite="other"), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
