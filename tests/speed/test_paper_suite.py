"""The study in full: its phases, its work and its table by hand, and that the script works."""

import json

import pytest
from torch import nn

from bench.experiments.config import load_suite
from tests.speed.paper_jobs import STUDY, Phase, flops_of_step, phases, trim
from tests.speed.paper_suite import Figures, main
from tests.speed.paper_table import epoch_of, key_of, section

RESNET = ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
VIT = ["embed", *(f"blocks.{i}" for i in range(12)), "head"]


@pytest.mark.parametrize(
    ("name", "blocks", "expected"),
    [
        ("resnet18-baseline", RESNET, [(None, 40)]),
        (
            "resnet18-progressive-unfreezing",
            RESNET,
            [(1, 5), (2, 5), (3, 5), (4, 5), (None, 20)],
        ),
        ("vit-full-finetune", VIT, [(None, 20)]),
        ("vit-progressive-freezing", VIT, [(2, 5), (3, 5), (4, 5), (5, 5)]),
    ],
)
def test_the_phases_of_the_study(name, blocks, expected):
    (experiment,) = load_suite(STUDY, names=[name]).experiments
    assert phases(experiment, blocks) == tuple(Phase(*each) for each in expected)


def test_work_is_counted_forward_and_backward():
    network = nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 3))
    # Forward 2 (8 × 4 + 4 × 3); backward the weights' as much again, and the second one's input.
    assert flops_of_step(network, (8,)) == 88 + 88 + 24
    network[0].requires_grad_(False)
    assert flops_of_step(network, (8,)) == 88 + 24


FIGURES = {
    "setting": {
        "device": "NVIDIA H100",
        "cpus": 16,
        "peak": 1e6,
        "data": "drawn",
        "is_small": False,
        "workers": 8,
    },
    "experiments": {
        "thawing": {
            "model": "m",
            "phases": [
                {"trainable_blocks": 1, "epochs": 3},
                {"trainable_blocks": None, "epochs": 1},
            ],
            "flops": {"1": 100, "None": 300},
        }
    },
    "race": {
        key_of("m", 1, "trackbench"): {"n_images": 1000, "images_per_second": 1000},
        key_of("m", None, "trackbench"): {"n_images": 1000, "images_per_second": 200},
        key_of("m", 1, "notebook"): {"n_images": 1000, "images_per_second": 100},
        key_of("m", None, "notebook"): {"n_images": 1000, "images_per_second": 50},
        key_of("m", 1, "lightning"): {"n_images": 1000, "images_per_second": 100},
    },
    "sharing": {
        "1": {"n_runs": 12, "working_seconds": 120.0},
        "2": {"n_runs": 12, "working_seconds": 80.0},
    },
    "suite": {"1 at once": {"is_whole": True, "seconds": 600.0}},
}


def test_an_epoch_is_the_mean_over_the_phases():
    # Three epochs of 1 s and one of 5 s; 3 × 1000 × 100 + 1000 × 300 operations.
    assert epoch_of(FIGURES, "thawing", "trackbench") == pytest.approx(
        {"seconds": 2, "images_per_second": 500, "flops_per_second": 75_000}
    )


def test_who_has_not_done_all_phases_is_not_in_the_table():
    assert epoch_of(FIGURES, "thawing", "lightning") is None
    assert "Lightning" not in section(FIGURES)


def test_the_section_tells_all_parts():
    text = section(FIGURES)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    # The plain loop takes three epochs of 10 s and one of 20 s.
    assert ["thawing", "trackbench", "2.00", "500", "7.5%", "6.25"] in rows
    assert ["thawing", "plain loop, fp32", "12.50", "80", "1.2%", "1.00"] in rows
    assert ["2", "6.67", "1.50"] in rows
    assert "10.0 minutes, within the 15 asked for" in text


def test_a_part_that_is_missing_is_left_out():
    only = {key: FIGURES[key] for key in ("setting", "experiments")}
    assert "|" not in section(only)
    cut = section({**only, "suite": {"1 at once": {"is_whole": False, "seconds": 90.0}}})
    assert "not done after 1.5 minutes" in cut


def test_figures_are_kept_and_go_on(tmp_path):
    file = tmp_path / "figures.json"
    Figures(file, {"device": "a"}).keep("race", "one", {"seconds": 1})
    assert Figures(file, {"device": "a"}).part("race") == {"one": {"seconds": 1}}
    with pytest.raises(ValueError, match="is of"):
        Figures(file, {"device": "b"})


def test_photos_are_removed_from_the_largest_classes(tmp_path):
    for name, n in {"cat": 5, "dog": 2}.items():
        folder = tmp_path / "train" / name
        folder.mkdir(parents=True)
        for i in range(n):
            (folder / f"{i}.jpg").touch()
    trim(tmp_path, {"train": 4})
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.jpg"))
    assert left == [f"train/{name}/{i}.jpg" for name in ("cat", "dog") for i in (0, 1)]
    with pytest.raises(ValueError, match="1 photos too few"):
        trim(tmp_path, {"train": 5})


@pytest.mark.slow
@pytest.mark.side_by_side
def test_a_small_race_and_what_was_raced_is_not_raced_again(tmp_path, capsys):
    pytest.importorskip("tests.speed.race.heat")
    words = ["race", "--small", "--work", str(tmp_path), "--epochs", "2", "--workers", "0"]
    assert main([*words, "--against", "trackbench", "notebook"]) == 0
    assert "plain loop, fp32" in capsys.readouterr().out
    before = json.loads((tmp_path / "figures.json").read_text())["race"]
    assert main([*words, "--against", "trackbench", "notebook"]) == 0
    assert json.loads((tmp_path / "figures.json").read_text())["race"] == before
