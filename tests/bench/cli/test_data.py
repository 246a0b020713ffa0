"""Drawn data sets as a person uses them: `bench data`, and suites whose photos get drawn."""

import subprocess
import sys

import pytest
from PIL import Image

from bench.experiments.spec import DataSpec, Synthetic
from runners.data.fingerprint import fingerprint
from runners.data.folders import scan
from tests.bench.cli.command import bench, environment, refused, rows

SUITE = """
[suite]
name = "tiny"
data = "drawn"
seeds = [0, 1]
[data.drawn]
synthetic = { images = 9, size = 16, invented_species = 3 }
image_size = 16
[experiment.one]
model = "embedded:resnet18_slim"
[experiment.two]
model = "embedded:vit_slim_patch8"
"""
UNDRAWN = "data.drawn.synthetic: not drawn yet; `bench run` draws it first"
SMALL = ["--images", "9", "--size", "16", "--invented", "3"]
RECORD_IMPORTS = (
    "import sys; sys.argv = ['bench', *sys.argv[1:]]\n"
    "from bench.cli import main\n"
    "try: main()\n"
    "except SystemExit: pass\n"
    "names = {'torch', 'mlflow', 'numpy', 'pandas', 'sklearn', 'timm', 'PIL'}\n"
    "print('HEAVY', sorted(names & set(sys.modules)))"
)


@pytest.fixture
def home(tmp_path):
    """A folder with a suite whose data are to be drawn."""
    (tmp_path / "experiments.toml").write_text(SUITE)
    return tmp_path


def sheet_size(file):
    with Image.open(file) as sheet:
        sheet.load()
        return sheet.size


def expected_size(n_classes, per_class, size):
    """Of a sheet in one column: gaps of 4, labels of 18 and a title of 24 pixels."""
    return per_class * (size + 4) + 16 + 4, n_classes * (size + 18 + 8) + 24


def heavy_imports(home, *arguments):
    answer = subprocess.run(
        [sys.executable, "-c", RECORD_IMPORTS, *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
    )
    return answer.stdout.splitlines()[-1]


class TestUndrawn:
    """Before `bench run` has drawn a suite's data, its runs can be listed all the same."""

    @pytest.mark.parametrize("command", [["list"], ["run", "--all", "--dry-run"]])
    def test_it_says_so_and_draws_nothing(self, home, own_cache, command):
        answer = bench(home, *command)
        assert answer.returncode == 0
        assert answer.stderr == ""
        assert UNDRAWN in answer.stdout
        assert "these are drawn footprints" in answer.stdout.lower()
        assert answer.stdout.count("planned") >= 4
        assert list(own_cache.iterdir()) == []
        assert [path.name for path in home.iterdir()] == ["experiments.toml"]

    def test_json_has_all_runs_and_why_they_have_no_identity(self, home):
        found = rows(home)
        assert [(row["experiment"], row["seed"]) for row in found] == [
            ("one", 0),
            ("two", 0),
            ("one", 1),
            ("two", 1),
        ]
        assert {(row["identity"], row["state"]) for row in found} == {(None, "planned")}
        assert {row["problem"] for row in found} == {UNDRAWN}

    def test_to_list_it_nothing_heavy_is_imported_before_or_after_it_is_drawn(self, home):
        assert heavy_imports(home, "list") == "HEAVY []"
        assert bench(home, "data", "sheet").returncode == 0
        assert heavy_imports(home, "list") == "HEAVY []"
        assert all(row["identity"] for row in rows(home))


class TestRun:
    @pytest.mark.slow
    @pytest.mark.side_by_side
    def test_it_draws_what_it_needs_once(self, home):
        short = ["--set", "experiment.two.epochs=1", "--seeds", "0"]
        first = bench(home, "run", "two", *short)
        assert first.returncode == 0, first.stderr
        assert first.stdout.startswith("note: 9 footprints were drawn into ")
        (row,) = rows(home, "two", *short)
        assert row["state"] == "complete"
        again = bench(home, "run", "two", *short)
        assert again.returncode == 0
        assert "nothing to do: 1 of 1 runs are complete" in again.stdout
        assert "were drawn into" not in again.stdout

    def test_too_few_images_are_refused_before_anything_is_made(self, home, own_cache):
        answer = bench(home, "run", "--all", "--set", "data.drawn.synthetic.images=8")
        refused(answer, "images = 8: too few; 3 species in three splits need at least 9")
        assert not (home / "results").exists()
        assert not list(own_cache.glob("drawn/*/*"))


class TestSynth:
    def test_it_draws_a_data_set_and_prints_its_fingerprint(self, tmp_path):
        answer = bench(tmp_path, "data", "synth", "tracks", *SMALL)
        assert answer.returncode == 0
        assert answer.stderr == ""
        folder = scan(DataSpec(name="x", root=tmp_path / "tracks"))
        assert len(folder.classes) == 3
        assert answer.stdout.splitlines() == [
            f"9 drawn footprints in tracks, SHA-256 {fingerprint(folder)}",
            "look at them: bench data sheet tracks",
        ]

    def test_by_default_it_draws_the_18_species_and_the_seed_counts(self, tmp_path):
        said = [
            bench(
                tmp_path, "data", "synth", f"set{number}", "--images", "54", "--size", "16", *more
            ).stdout
            for number, more in enumerate([[], ["--seed", "0"], ["--seed", "1"]])
        ]
        digests = [text.splitlines()[0].rpartition(" ")[2] for text in said]
        assert digests[0] == digests[1] != digests[2]
        assert len(list((tmp_path / "set0" / "train").iterdir())) == 18

    def test_it_is_the_set_that_a_suite_of_the_same_values_gets(self, home):
        said = bench(home, "data", "synth", "tracks", *SMALL).stdout
        assert bench(home, "data", "sheet").returncode == 0
        synthetic = Synthetic(images=9, size=16, invented_species=3)
        in_cache = fingerprint(scan(DataSpec(name="x", synthetic=synthetic)))
        assert said.splitlines()[0].endswith(f"SHA-256 {in_cache}")

    def test_a_folder_that_is_not_empty_is_left_as_it_is(self, tmp_path):
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "notes.txt").write_text("keep")
        answer = bench(tmp_path, "data", "synth", "mine", *SMALL)
        refused(answer, "mine: is there already and not an empty folder; name another")
        assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (
                ["--images", "53"],
                "images = 53: too few; 18 species in three splits need at least 54",
            ),
            (["--images", "59", "--invented", "20"], "20 species in three splits need at least 60"),
        ],
    )
    def test_too_few_images_are_refused(self, tmp_path, more, said):
        refused(bench(tmp_path, "data", "synth", "new", *more), said)
        assert list(tmp_path.iterdir()) == []

    def test_where_nothing_can_be_written_it_says_so(self, tmp_path):
        (tmp_path / "file").write_text("")
        refused(bench(tmp_path, "data", "synth", "file/new", *SMALL), "file/new: cannot be written")

    @pytest.mark.parametrize(
        "wrong", [["--images", "0"], ["--size", "15"], ["--seed", "-1"], ["--invented", "1"], []]
    )
    def test_values_out_of_range_and_a_missing_folder_are_refused(self, tmp_path, wrong):
        folder = ["new"] if wrong else []
        answer = bench(tmp_path, "data", "synth", *folder, *wrong)
        assert answer.returncode == 2
        assert "Traceback" not in answer.stderr
        assert list(tmp_path.iterdir()) == []


class TestSheet:
    def test_of_a_folder(self, tmp_path):
        bench(tmp_path, "data", "synth", "tracks", *SMALL)
        answer = bench(tmp_path, "data", "sheet", "tracks", "--per-class", "2", "--size", "24")
        assert answer.returncode == 0
        assert answer.stdout == "written to contact-sheet.png\n"
        assert sheet_size(tmp_path / "contact-sheet.png") == expected_size(3, 2, 24)

    def test_of_a_suites_data_set_which_is_drawn_for_it(self, home, own_cache):
        first = bench(home, "data", "sheet", "--out", "first.jpg")
        assert first.returncode == 0
        lines = first.stdout.splitlines()
        assert lines[0].startswith("note: 9 footprints were drawn into ")
        assert lines[1:] == ["written to first.jpg"]
        assert sheet_size(home / "first.jpg") == expected_size(3, 6, 96)
        again = bench(home, "data", "sheet")
        assert again.stdout == "written to contact-sheet.png\n"
        assert len([path for path in (own_cache / "drawn").iterdir() if path.is_dir()]) == 1

    def test_settings_choose_the_data_set(self, home):
        five = "data.drawn.synthetic={ images = 15, size = 16, invented_species = 5 }"
        answer = bench(home, "data", "sheet", "--set", five, "--per-class", "1", "--size", "16")
        assert answer.returncode == 0
        # Five classes stand in two columns of three and two.
        assert sheet_size(home / "contact-sheet.png") == (2 * (20 + 16) + 4, 3 * 42 + 24)

    @pytest.mark.parametrize(
        "more",
        [
            ["-f", "experiments.toml"],
            ["--profile", "quick"],
            ["--quick"],
            ["--set", "data.drawn.image_size=32"],
        ],
    )
    def test_a_folder_and_a_suite_are_one_too_many(self, home, more):
        answer = bench(home, "data", "sheet", "tracks", *more)
        refused(answer, "FOLDER (tracks), or a suite's data set, not both")

    def test_a_folder_that_is_not_there_is_refused(self, home):
        refused(bench(home, "data", "sheet", "nowhere"), "nowhere': there is no such folder")

    @pytest.mark.parametrize(
        ("out", "said"),
        [
            ("sheet.xyz", "--out sheet.xyz: should end in .png or .jpg or .jpeg"),
            ("nowhere/s.png", "--out nowhere/s.png: cannot be written"),
        ],
    )
    def test_what_cannot_be_written_is_refused(self, tmp_path, out, said):
        bench(tmp_path, "data", "synth", "tracks", *SMALL)
        refused(bench(tmp_path, "data", "sheet", "tracks", "--out", out), said)
        assert [path.name for path in tmp_path.iterdir()] == ["tracks"]

    def test_an_image_that_cannot_be_read_is_named(self, tmp_path):
        bench(tmp_path, "data", "synth", "tracks", *SMALL)
        bad = next(tmp_path.glob("tracks/train/*/*.jpg"))
        bad.write_bytes(b"no image")
        answer = bench(tmp_path, "data", "sheet", "tracks")
        refused(answer, str(bad.relative_to(tmp_path)), "cannot be read as an image")
        assert not (tmp_path / "contact-sheet.png").exists()

    def test_a_suite_with_too_few_images_is_refused(self, home):
        answer = bench(home, "data", "sheet", "--set", "data.drawn.synthetic.images=8")
        refused(answer, "images = 8: too few; 3 species in three splits need at least 9")
        assert not (home / "contact-sheet.png").exists()


def test_data_alone_says_what_there_is(tmp_path):
    answer = bench(tmp_path, "data", "--help")
    assert answer.returncode == 0
    assert "synth" in answer.stdout
    assert "sheet" in answer.stdout
