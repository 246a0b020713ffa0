"""`bench data check` as a person uses it, and what the other commands then say."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
from PIL import Image

from bench.cli import check
from bench.experiments.spec import DataSpec
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan
from tests.bench import reported_runs
from tests.bench.cli.command import bench, bench_here, refused
from tests.runners.data.check.drawn import data_set, leak_three, picture

SHARED = "of 6 test images are also in train"


@pytest.fixture
def home(tmp_path):
    data_set(tmp_path / "photos")
    return tmp_path


def document(home, *arguments):
    answer = bench_here(home, "data", "check", "photos", "--json", *arguments)
    return answer.returncode, json.loads(answer.stdout)


class TestVerdict:
    def test_sound_data_exit_with_0_and_leave_a_record_and_a_page(self, home):
        answer = bench_here(home, "data", "check", "photos")
        assert answer.returncode == 0, answer.stderr
        identity = fingerprint(scan(DataSpec(name="x", root=home / "photos")))[:12]
        lines = answer.stdout.splitlines()
        assert lines[0] == "20 images of 2 classes: train 10, val 4, test 6"
        assert lines[-2].startswith("sound: train and test share no images")
        assert {path.name for path in (home / "results" / "checks").iterdir()} == {
            f"{identity}.json",
            f"{identity}.html",
        }

    def test_three_leaked_images_are_found_and_exit_with_1(self, home):
        leaked = leak_three(home / "photos")
        answer = bench_here(home, "data", "check", "photos")
        assert answer.returncode == 1
        assert f"3 {SHARED}: up to 50.0 points of accuracy" in " ".join(answer.stdout.split())
        assert "not sound: train and test share images" in answer.stdout
        code, found = document(home)
        assert code == 1
        assert {tuple(i["path"] for i in group["images"]) for group in found["groups"]} == {
            (train, test) for test, train in leaked
        }

    @pytest.mark.slow
    @pytest.mark.side_by_side
    def test_drawn_footprints_share_nothing_until_three_are_leaked(self, tmp_path):
        drawn = ["--images", "180", "--size", "96"]
        assert bench_here(tmp_path, "data", "synth", "photos", *drawn).returncode == 0
        code, found = document(tmp_path)
        assert (code, found["groups"], found["leaks"]) == (0, [], [])
        leaked = leak_three(tmp_path / "photos")
        code, found = document(tmp_path)
        assert code == 1
        assert {frozenset(i["path"] for i in group["images"]) for group in found["groups"]} == {
            frozenset(pair) for pair in leaked
        }

    def test_warnings_alone_exit_with_0(self, home):
        shutil.copy(home / "photos/train/bear/0.png", home / "photos/train/bear/again.png")
        shutil.copy(home / "photos/train/bear/1.png", home / "photos/val/bear/again.png")
        (home / "photos/train/fox/broken.png").write_bytes(b"")
        answer = bench_here(home, "data", "check", "photos")
        assert answer.returncode == 0
        assert "usable, with care: train and test share none; 3 warnings" in answer.stdout

    def test_data_that_no_run_can_use_are_checked_and_the_record_goes_by_the_path(self, home):
        shutil.rmtree(home / "photos/test")
        answer = bench_here(home, "data", "check", "photos")
        assert answer.returncode == 0
        assert "`bench run` would refuse it" in answer.stdout
        assert "not usable as it is: train and test share none; " in answer.stdout
        assert "the record goes by its path" in answer.stdout
        (record,) = (home / "results/checks").glob("unscanned-*.json")
        assert json.loads(record.read_text())["fingerprint"] == ""


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nowhere"], "there is no such folder"),
            (["photos/train/bear/0.png"], "is a file"),
            (["photos/train/bear"], "holds no images in class folders"),
            (["photos", "--quick"], "PATH (photos), or a suite's data set, not both"),
        ],
    )
    def test_they_are_one_line_and_exit_with_2(self, home, arguments, said):
        refused(bench_here(home, "data", "check", *arguments), said)
        assert not (home / "results").exists()

    def test_where_nothing_can_be_written_it_says_so_and_what_it_found(self, home):
        (home / "file").write_text("")
        answer = bench_here(home, "data", "check", "photos", "--results", "file")
        assert answer.returncode == 2
        assert len(answer.stderr.splitlines()) == 1
        assert "cannot be written" in answer.stderr
        assert "20 images of 2 classes" in answer.stdout


class TestOutput:
    def test_json_is_one_document_and_leaves_no_page(self, home):
        code, found = document(home)
        assert code == 0
        assert found["counts"]["test"] == {"bear": 3, "fox": 3}
        assert [path.suffix for path in (home / "results/checks").iterdir()] == [".json"]

    def test_json_is_pure_whatever_is_said_while_the_data_are_drawn(self, home, monkeypatch):
        def talkative(_suite, console):
            console.print("note: drawn again")

        reported_runs.make_suite(home)
        monkeypatch.setattr("bench.drawing.draw", talkative)
        answer = bench_here(home, "data", "check", "-f", "suite.toml", "--json")
        assert json.loads(answer.stdout)["n_images"] == 13
        assert answer.stderr == "note: drawn again\n"

    def test_the_page_goes_where_it_is_wanted(self, home):
        answer = bench_here(home, "data", "check", "photos", "--out", "pages/check.html")
        assert "written to pages/check.html" in answer.stdout
        assert (home / "pages/check.html").read_text().startswith("<!DOCTYPE html>")

    def test_the_suites_data_set_is_checked_where_no_folder_is_named(self, home):
        reported_runs.make_suite(home)
        answer = bench_here(home, "data", "check", "-f", "suite.toml", "--json")
        assert json.loads(answer.stdout)["root"] == str(home / "pictures")

    def test_hostile_names_cannot_break_out_of_the_page(self, home):
        folder = home / "photos" / "train" / "bear"
        name = "<img src=x onerror=alert(1)>\n\"'&.png"
        shutil.copy(folder / "0.png", folder / name)
        answer = bench_here(home, "data", "check", "photos", "--out", "page.html")
        assert answer.returncode == 0, answer.stderr
        page = (home / "page.html").read_text()
        assert "&lt;img src=x onerror" in page
        assert "<img src=x" not in page


def test_ctrl_c_ends_it_with_a_line_and_records_nothing(home, monkeypatch, capsys):
    def interrupt(_done, _n):
        raise KeyboardInterrupt

    monkeypatch.chdir(home)
    monkeypatch.setattr(
        "bench.checking._bar", lambda _console: nullcontext(lambda _what, *n: interrupt(*n))
    )
    with pytest.raises(typer.Exit) as ended:
        check.check(Path("photos"))
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "bench: interrupted; nothing was recorded\n"
    assert not (home / "results").exists()


@pytest.mark.slow
@pytest.mark.side_by_side
class TestOtherCommands:
    """A suite of finished runs whose data a check has found to leak."""

    @pytest.fixture
    def suite(self, tmp_path):
        reported_runs.make_suite(tmp_path)
        test = tmp_path / "pictures/test/bear/0.png"
        picture(5).save(test)
        Image.open(test).save(tmp_path / "pictures/train/bear/leaked.jpg", quality=80)
        for (name, _), planned in reported_runs.runs(tmp_path).items():
            if name in ("whole", "partly"):
                reported_runs.complete(planned, "bbff")
        return tmp_path

    def test_list_and_report_repeat_the_leak_once_it_is_known(self, suite):
        sentence = "found that 1 of 4 test images are also in train: up to 25.0 points"
        asked = ["-f", "suite.toml"]
        assert sentence not in bench(suite, "list", *asked).stdout
        assert bench(suite, "data", "check", *asked).returncode == 1
        assert sentence in bench(suite, "list", *asked).stdout
        report = bench(suite, "report", *asked, "--markdown", "--html", "--csv")
        assert report.returncode == 0, report.stderr
        assert sentence in " ".join(report.stdout.split())
        folder = suite / "results" / "edge" / "report"
        for name in ("report.md", "report.html", "NOTICE.txt"):
            assert sentence in (folder / name).read_text()

    def test_what_tells_of_one_run_or_two_repeats_it_though_the_data_are_gone(self, suite):
        assert bench_here(suite, "data", "check", "-f", "suite.toml").returncode == 1
        shutil.rmtree(suite / "pictures")
        sentence = "found that 1 of 4 test images are also in train"
        for asked in (["list"], ["compare", "whole", "partly", "--json"]):
            answer = bench_here(suite, *asked, "-f", "suite.toml")
            assert sentence in " ".join(answer.stdout.split()), (asked, answer.stderr)

    def test_run_warns_before_it_does_anything_and_the_runs_stay_the_same(self, suite):
        asked = ["-f", "suite.toml"]
        before = json.loads(bench(suite, "list", "--json", *asked).stdout)["runs"]
        assert bench(suite, "data", "check", *asked).returncode == 1
        after = json.loads(bench(suite, "list", "--json", *asked).stdout)["runs"]
        assert [row["identity"] for row in after] == [row["identity"] for row in before]
        answer = bench(suite, "run", "whole", *asked)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.splitlines()[0].startswith("A data check of ")
        assert answer.stdout.count("A data check of") == 1

    def test_the_records_are_in_nobodys_way(self, suite):
        assert bench(suite, "data", "check", "-f", "suite.toml").returncode == 1
        kept = {path.name for path in (suite / "results/checks").iterdir()}
        assert bench(suite, "clean").returncode == 0
        assert "checks" not in bench(suite, "sync", "-f", "suite.toml").stdout
        assert {path.name for path in (suite / "results/checks").iterdir()} == kept

    def test_a_suite_may_be_called_checks(self, suite):
        text = (suite / "suite.toml").read_text().replace('"edge"', '"checks"')
        (suite / "suite.toml").write_text(text)
        assert bench(suite, "data", "check", "-f", "suite.toml").returncode == 1
        answer = bench(suite, "list", "--json", "-f", "suite.toml")
        assert {row["state"] for row in json.loads(answer.stdout)["runs"]} == {"planned"}
        for planned in reported_runs.runs(suite).values():
            reported_runs.complete(planned, "bbff")
        rows = json.loads(bench(suite, "list", "--json", "-f", "suite.toml").stdout)["runs"]
        assert {row["state"] for row in rows} == {"complete"}
