"""What the command hands to the page arrives there as it was."""

from pathlib import Path

from app.settings import Settings, handed_over, read_settings
from app.streamlit_server import command, place_of
from bench.results.records import RunRecord
from bench.results.store import RunFolder


def test_all_of_it_arrives(tmp_path):
    runs = tuple(
        RunRecord(name, seed, RunFolder(tmp_path / name))
        for name, seed in (("löwe \"x\" 'y'", 0), ("b", 7))
    )
    said = Settings("suite", runs, 1, data_root=tmp_path / "photos", facts=Path("/facts.toml"))
    with handed_over(said) as file:
        found = read_settings(file)
    assert not file.exists()
    assert (found.suite, found.opened) == ("suite", 1)
    assert (found.data_root, found.facts) == (said.data_root, said.facts)
    named = [(run.experiment, run.seed, run.folder.path) for run in found.runs]
    assert named == [(run.experiment, run.seed, run.folder.path) for run in runs]


def test_relative_folders_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = Settings("suite", (RunRecord("a", 0, RunFolder(Path("results/a"))),), 0)
    with handed_over(said) as file:
        found = read_settings(file)
    assert found.runs[0].folder.path == tmp_path / "results" / "a"
    assert found.data_root is None
    assert found.facts is None


def test_five_thousand_runs_are_handed_over_by_a_short_command(tmp_path):
    folder = RunFolder(tmp_path / ("x" * 100))
    runs = tuple(RunRecord("experiment", seed, folder) for seed in range(5000))
    with handed_over(Settings("suite", runs, 0)) as file:
        assert max(map(len, command(place_of("127.0.0.1", 8501), file))) < 300
        assert len(read_settings(file).runs) == 5000
