"""The quick search finds settings at least as good on validation as those set by hand."""

import shutil
from pathlib import Path

import pytest

from tests.bench.search.homes import search, told, with_mirror

SUITE = Path(__file__).parents[3] / "experiments.toml"
# Fewer footprints and epochs than `--quick` has, for time.
SMALL = (
    "--quick",
    "--set=data.drawn-footprints.synthetic.images=300",
    "--set=experiment.vit-full-finetune.epochs=4",
    "--set=experiment.vit-full-finetune.schedule.every_epochs=3",
)


@pytest.mark.slow
@pytest.mark.side_by_side
def test_twenty_trials_with_two_workers_find_what_is_at_least_as_good(tmp_path, empty_mirror):
    shutil.copy(SUITE, tmp_path)
    home = with_mirror(tmp_path, empty_mirror)
    arguments = ("vit-full-finetune", *SMALL, "--trials", "20")
    answer = search(home, *arguments, "--jobs", "2", timeout=600)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "These are drawn footprints" in answer.stdout
    found = told(home, *arguments)
    by_number = {one["number"]: one for one in found["trials"]}
    assert len(by_number) == 20
    by_hand, best = by_number[0], by_number[found["best"]]
    assert by_hand["settings"] == {"optimizer.lr": 1e-3, "batch_size": 32, "label_smoothing": 0.0}
    assert best["value"] >= by_hand["value"]
    pruned = [one for one in found["trials"] if one["state"] == "pruned"]
    assert pruned
    assert all(one["epochs"] < one["planned_epochs"] for one in pruned)
    assert "The pruner saved" in answer.stdout
    assert found["importances"]
