"""The race's arithmetic and its photos, and that it races."""

from pathlib import Path

import pytest

from bench.errors import UserError
from tests.runners.photos import COUNTS, draw
from tests.speed.race import photos
from tests.speed.race.__main__ import main, order
from tests.speed.race.cases import Case, Setting, cases
from tests.speed.race.contestants import CONTESTANTS, FIRST, OURS, Contestant
from tests.speed.race.heat import Failed, Heat, run
from tests.speed.race.job import Result
from tests.speed.race.standings import Spread, best_peer, standings

TINY = Case(
    "tiny", "embedded:resnet18_slim", 32, batch_size=8, epochs=2, n_train=16, n_val=8, lr=1e-3
)
ONE_THREAD = Setting("fp32", threads=1, workers=0)


def heat(contestant, number, images_per_second, accuracy=0.5):
    """A heat of 100 images an epoch, whose first epoch took ten seconds."""
    seconds = 100 / images_per_second
    result = Result(100, [10.0, seconds, seconds], 2.0, accuracy, "float32, channels last")
    return Heat(contestant, number, result, 10**9, 20.0)


def test_the_first_epoch_is_left_out():
    uneven = Heat("notebook", 0, Result(100, [50.0, 4.0, 6.0], 0.0, 0.0), 0, 0.0)
    assert uneven.images_per_second == 200 / 10


def test_ratios_compare_heats_of_the_same_round():
    speeds = {OURS: [10, 20, 30], "notebook": [5, 5, 20]}
    heats = [heat(who, i, n) for who, found in speeds.items() for i, n in enumerate(found)]
    ours, plain = standings(heats)
    # 2, 4 and 1.5; the ratio of the medians would be 4.
    assert (plain.ratio.median, plain.ratio.low, plain.ratio.high) == pytest.approx((2, 1.5, 4))
    assert (plain.speed.median, plain.n_rounds) == (5, 3)
    assert ours.ratio == Spread(1, 1, 1)


def test_who_never_met_has_no_ratio():
    first, _ = standings([heat("timm", 1, 5), heat(OURS, 0, 10)])
    assert first.ratio is None


def test_the_best_peer_is_the_hardest_to_beat():
    found = standings(
        [heat(OURS, 0, 10), heat(FIRST, 0, 9), heat("fastai", 0, 5), heat("timm", 0, 8)]
    )
    assert best_peer(found).contestant == "timm"
    assert best_peer(standings([heat(OURS, 0, 10)])) is None


def test_each_round_begins_with_another_and_the_cache_is_filled_first():
    assert order([FIRST, OURS, "timm"], 0) == [FIRST, OURS, "timm"]
    assert order([FIRST, OURS, "timm"], 1) == ["timm", OURS]
    assert order([FIRST, OURS, "timm"], 2) == [OURS, "timm"]


def test_classes_are_alike_as_long_as_they_have_photos():
    paths = {"cat": [f"c{i}" for i in range(9)], "dog": ["d0", "d1"], "fox": list("abcdefg")}
    n_of = {name: len(found) for name, found in photos.balanced(paths, 12).items()}
    assert n_of == {"cat": 5, "dog": 2, "fox": 5}
    assert photos.balanced(paths, 12) == photos.balanced({k: v[::-1] for k, v in paths.items()}, 12)
    assert sum(map(len, photos.balanced(paths, 99).values())) == 18


def test_a_part_of_the_photos_is_links_in_class_folders(tmp_path):
    source = photos.read(draw(tmp_path / "all"))
    photos.link_part(source, TINY, tmp_path / "part")
    part = photos.read(tmp_path / "part")
    assert {split: len(images) for split, images in part.splits.items()} == {
        "train": 16, "val": 8, "test": 8,
    }  # fmt: skip
    originals = {part.file("train", one).resolve() for one in part.splits["train"]}
    assert len(originals) == 16
    assert all(path.is_relative_to(tmp_path / "all" / "train") for path in originals)


def test_too_few_photos_are_told(tmp_path):
    source = photos.read(draw(tmp_path / "all"))
    with pytest.raises(UserError, match=f"needs 64 photos to train; {3 * COUNTS['train']}"):
        photos.link_part(source, cases(None)["resnet18"], tmp_path / "part")


def test_vit_with_weights_has_patches_that_fit_the_small_images():
    assert all(one.image_size % 16 == 0 for name, one in cases(None).items() if "vit" in name)
    weighted = cases(Path("w.safetensors"))
    assert all(one.image_size % 14 == 0 for name, one in weighted.items() if "vit" in name)


def test_full_batches_alone_are_raced(capsys):
    assert all(case.n_train % (2 * case.batch_size) == 0 for case in cases(None).values())
    assert main(["--photos", "40"]) == 2
    assert capsys.readouterr().err == "race: --photos 40: should be a multiple of 32\n"


def test_weights_that_are_not_there_are_told(capsys):
    assert main(["--weights", "w.safetensors"]) == 2
    assert capsys.readouterr().err == "race: --weights w.safetensors: there is no such file\n"


def test_who_needs_a_package_that_is_not_there_is_left_out():
    assert not Contestant("x", "m", "t", package="no_such_package").is_installed
    assert CONTESTANTS[OURS].is_installed


def test_who_ends_without_a_result_is_told_with_the_reason(tmp_path):
    job = TINY.job(tmp_path, 0, ONE_THREAD)
    with pytest.raises(Failed, match="KeyError: 'nobody'"):
        run("nobody", job, 0, tmp_path)


def test_a_witness_sees_what_is_computed_in():
    import torch
    from torch import nn

    from tests.speed.race.witness import Witness

    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    images = torch.zeros(2, 3, 8, 8)
    plain, tuned = Witness(), Witness()
    network(images)
    assert plain.seen == tuned.seen == "float32, channels first"
    tuned = Witness()
    with torch.autocast("cpu", torch.bfloat16):
        network(images.to(memory_format=torch.channels_last))
    assert tuned.seen == "bfloat16, channels last"
    assert plain.seen == "float32, channels first"


@pytest.mark.slow
@pytest.mark.side_by_side
@pytest.mark.parametrize("name", [OURS, "notebook", "timm", "lightning", "fastai"])
def test_a_contestant_trains(name, tmp_path):
    if not CONTESTANTS[name].is_installed:
        pytest.skip(f"{name} is not installed")
    photos.link_part(photos.read(draw(tmp_path / "all")), TINY, tmp_path / "part")
    found = run(name, TINY.job(tmp_path / "part", 0, ONE_THREAD), 0, tmp_path / "cache")
    assert found.result.n_images == 16
    assert len(found.result.epoch_seconds) == 2
    assert found.result.accuracy * 8 == pytest.approx(round(found.result.accuracy * 8), abs=1e-4)
    layout = "channels first" if name == "notebook" else "channels last"
    assert found.result.computed_in == f"float32, {layout}"
    assert 0 < found.result.start_seconds < found.process_seconds
    assert found.peak_bytes > 100e6
    assert (tmp_path / "cache" / "images").exists() == (name == OURS)
