"""How long a run will take."""

import dataclasses
import json

import pytest

from bench.experiments.spec import EarlyStopping, Freezing
from bench.results.begun import Begun
from bench.results.estimate import Throughput
from bench.results.records import complete_runs
from bench.results.store import RunFolder
from tests.bench.finished_runs import finish_at, planned

SIZES = {"train": 10, "val": 1, "test": 4}  # those of the finished runs
FROZEN = Freezing(trainable_blocks=1)
# Of 40 s: 20 s over 10 images x 2 epochs, 14 s over 1 x 2 + 1 + 4 scored images, 3 s over 2 epochs.
PARTS = {"setup_seconds": 3.0, "data_seconds": 4.0, "compute_seconds": 16.0}
PARTS |= {"evaluation_seconds": 14.0, "checkpoint_seconds": 2.0, "tracking_seconds": 1.0}


@pytest.fixture
def measured(tmp_path):
    """What the runs that are finished there say."""
    return lambda *unfinished: Throughput.measured(complete_runs(tmp_path / "tracks"), unfinished)


def seconds(throughput, run, n_images=SIZES, done=None):
    return throughput.estimate(run, n_images, done).seconds


def begun_at(tmp_path, run):
    """The folder of a run that has only said what it is."""
    finished = finish_at(tmp_path / "elsewhere", run, seconds=1.0)
    folder = RunFolder(tmp_path / "begun")
    folder.path.mkdir()
    folder.path.joinpath("run.json").write_bytes((finished.path / "run.json").read_bytes())
    return folder


def doubts(throughput, run):
    return throughput.estimate(run, SIZES).doubts


class TestParts:
    def test_each_grows_with_what_it_hangs_on(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"), seconds=40.0, timings=PARTS)
        sizes = {"train": 100, "val": 3, "test": 6}
        expected = 3 + 1.0 * 100 * 5 + 2.0 * (3 * 5 + 3 + 6) + 1.5 * 5
        assert seconds(measured(), planned("b", epochs=5), sizes) == pytest.approx(expected)
        assert doubts(measured(), planned("b", epochs=5)) == ()

    def test_what_is_not_training_counts_as_scoring_where_no_more_is_known(
        self, tmp_path, measured
    ):
        finish_at(tmp_path, planned("a"), seconds=41.0, timings={"training_seconds": 20.0})
        # 1 s a training image and epoch, (41 - 20) / 7 = 3 s a scored one.
        sizes = {"train": 100, "val": 3, "test": 6}
        expected = 1.0 * 100 * 5 + 3.0 * (3 * 5 + 3 + 6)
        assert seconds(measured(), planned("b", epochs=5), sizes) == pytest.approx(expected)

    def test_all_counts_as_training_where_nothing_else_is_known(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"), seconds=60.0)
        sizes = {"train": 100, "val": 3, "test": 6}
        assert seconds(measured(), planned("b", epochs=5), sizes) == pytest.approx(3.0 * 100 * 5)

    def test_runs_whose_parts_were_measured_are_asked_before_others(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", 0), seconds=400.0)
        finish_at(tmp_path, planned("a", 1), seconds=40.0, timings=PARTS)
        assert seconds(measured(), planned("a", 2)) == pytest.approx(40.0)


class TestLikeness:
    def test_another_seed_takes_what_the_seeds_took_on_average(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", 0), seconds=60.0)
        finish_at(tmp_path, planned("a", 1), seconds=100.0)
        finish_at(tmp_path, planned("b", 0), seconds=20.0)
        assert seconds(measured(), planned("a", 2)) == pytest.approx(80.0)
        assert seconds(measured(), planned("new")) == pytest.approx(60.0)
        assert doubts(measured(), planned("new")) == ()

    def test_of_another_model_nothing_is_known(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"))
        assert measured().estimate(planned("b", model="timm:vit_tiny"), SIZES) is None

    def test_without_results_nothing_is_known(self, measured):
        assert measured().estimate(planned("a"), SIZES) is None

    def test_a_frozen_run_is_like_a_frozen_one(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"), seconds=60.0)
        finish_at(tmp_path, planned("b", freezing=FROZEN), seconds=30.0)
        assert seconds(measured(), planned("c", freezing=FROZEN)) == pytest.approx(30.0)
        assert doubts(measured(), planned("c", freezing=FROZEN)) == ()
        other = planned("c", freezing=Freezing(trainable_blocks=3))
        assert seconds(measured(), other) == pytest.approx(45.0)
        assert doubts(measured(), other) == ("other freezing",)

    def test_over_more_epochs_of_a_schedule_that_thaws_other_blocks_train(self, tmp_path, measured):
        thawing = Freezing(trainable_blocks=1, every_epochs=1, add_blocks=1)
        finish_at(tmp_path, planned("a", freezing=FROZEN), seconds=30.0)
        finish_at(tmp_path, planned("b", freezing=thawing), seconds=40.0)
        assert doubts(measured(), planned("c", freezing=FROZEN, epochs=4)) == ()
        longer = planned("c", freezing=thawing, epochs=4)
        assert doubts(measured(), longer) == ("other freezing",)
        assert seconds(measured(), longer) == pytest.approx(80.0)

    def test_time_grows_with_the_pixels_but_for_what_is_no_work_on_images(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"), seconds=40.0, timings=PARTS)
        larger = planned("b", image_size=128)
        assert seconds(measured(), larger) == pytest.approx(3 + 4 * (20 + 14) + 3)
        assert doubts(measured(), larger) == ("another image size",)

    @pytest.mark.parametrize(
        ("unlike", "doubt"),
        [({"precision": "fp32"}, "another precision"), ({"batch_size": 4}, "another batch size")],
    )
    def test_what_cannot_be_scaled_is_taken_as_it_is(self, tmp_path, measured, unlike, doubt):
        finish_at(tmp_path, planned("a"), seconds=60.0)
        assert seconds(measured(), planned("b", **unlike)) == pytest.approx(60.0)
        assert doubts(measured(), planned("b", **unlike)) == (doubt,)

    def test_the_threads_of_a_cpu_share_the_work(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", threads=2), seconds=60.0)
        assert seconds(measured(), planned("a", 1, threads=1)) == pytest.approx(120.0)
        assert doubts(measured(), planned("a", 1, threads=1)) == ("another number of threads",)
        assert doubts(measured(), planned("a", 1, threads=2)) == ()

    def test_the_threads_beside_a_gpu_do_not_count(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", threads=2), seconds=60.0, device="NVIDIA H100")
        assert seconds(measured(), planned("b", threads=1)) == pytest.approx(60.0)
        assert doubts(measured(), planned("b", threads=1)) == ()


class TestMachines:
    def test_a_run_elsewhere_is_a_rough_guide_and_one_here_comes_first(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", 0), seconds=6.0, host="far", device="NVIDIA H100")
        assert seconds(measured(), planned("a", 2)) == pytest.approx(6.0)
        assert "another machine" in doubts(measured(), planned("a", 2))
        finish_at(tmp_path, planned("b", 0), seconds=600.0)
        assert seconds(measured(), planned("a", 2)) == pytest.approx(600.0)
        assert doubts(measured(), planned("a", 2)) == ()

    def test_the_device_is_that_of_the_newest_run_here(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", 0), seconds=600.0, started="2026-01-01T00:00:00+00:00")
        finish_at(
            tmp_path,
            planned("a", 1),
            seconds=6.0,
            started="2026-02-01T00:00:00+00:00",
            device="NVIDIA H100",
        )
        assert seconds(measured(), planned("a", 2)) == pytest.approx(6.0)

    def test_the_same_device_of_another_host_is_as_good(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", 0), seconds=60.0)
        finish_at(tmp_path, planned("a", 1), seconds=100.0, host="beside")
        assert seconds(measured(), planned("a", 2)) == pytest.approx(80.0)


class TestEpochs:
    def test_those_of_a_run_that_stopped_early_count_as_they_were(self, tmp_path, measured):
        finish_at(tmp_path, planned("a", epochs=40), seconds=60.0, epochs=3)
        assert seconds(measured(), planned("b", epochs=1)) == pytest.approx(20.0)

    def test_another_seed_is_expected_to_stop_where_its_like_did(self, tmp_path, measured):
        stopping = {"epochs": 40, "early_stopping": EarlyStopping(2)}
        finish_at(tmp_path, planned("a", **stopping), seconds=60.0, epochs=3)
        assert seconds(measured(), planned("a", 1, **stopping)) == pytest.approx(60.0)
        assert doubts(measured(), planned("a", 1, **stopping)) == ()
        assert seconds(measured(), planned("b", **stopping)) == pytest.approx(800.0)
        assert doubts(measured(), planned("b", **stopping)) == ("may stop early",)

    def test_epochs_of_a_run_that_goes_on_do_not_say_where_it_stops(self, tmp_path, measured):
        thaws = Freezing(trainable_blocks=1, every_epochs=1, add_blocks=1)
        run = planned("a", epochs=10, early_stopping=EarlyStopping(2), freezing=thaws)
        unfinished = begun_at(tmp_path, run)
        done = Begun(epochs=1, paced_epochs=1, seconds=13.0, training_seconds=10.0)
        said = doubts(measured((unfinished, done)), run)
        assert said == ("may stop early", "from first epochs, in which less is trained")

    def test_only_what_is_left_of_a_run_counts_and_it_is_set_up_again(self, tmp_path, measured):
        finish_at(tmp_path, planned("a"), seconds=40.0, timings=PARTS)
        done = Begun(epochs=3, paced_epochs=3, seconds=1.0, training_seconds=1.0)
        # Two epochs of 10 s training, 2 s validation and 1.5 s besides; setting up; the scoring.
        expected = 3 + 2 * (10 + 2 + 1.5) + 2 * (1 + 4)
        assert seconds(measured(), planned("b", epochs=5), done=done) == pytest.approx(expected)
        rarely = planned("b", epochs=5, checkpoint_every=2)
        assert seconds(measured(), rarely, done=done) == pytest.approx(expected + 13.5)
        over = dataclasses.replace(done, epochs=5)
        assert seconds(measured(), planned("b", epochs=5), done=over) == pytest.approx(3 + 10)

    def test_a_run_that_is_not_complete_tells_its_pace(self, tmp_path, measured):
        folder = RunFolder.of(tmp_path, planned("a"))
        whole = finish_at(tmp_path, planned("b"))
        folder.begin()
        (whole.path / "run.json").rename(folder.path / "run.json")
        (whole.path / "COMPLETE").unlink()
        # Two epochs: 20 s over 20 images trained, 6 s over 2 validated.
        done = Begun(epochs=2, paced_epochs=2, seconds=26.0, training_seconds=20.0)
        found = seconds(measured((folder, done)), planned("c", epochs=3))
        assert found == pytest.approx(10 * 3 + 3.0 * (3 + 1 + 4))


def test_parts_of_the_last_process_alone_do_not_count(tmp_path, measured):
    """It went on from a checkpoint of a version that did not measure them."""
    finish_at(tmp_path, planned("a"), seconds=1000.0, timings={**PARTS, "training_seconds": 900.0})
    sizes = {"train": 100, "val": 1, "test": 4}
    assert seconds(measured(), planned("b"), sizes) == pytest.approx(9000 + 100)


def test_auto_is_what_it_came_to_here(tmp_path, measured):
    finish_at(tmp_path, planned("a"), seconds=40.0, timings=PARTS, precision="fp32")
    assert doubts(measured(), planned("b")) == ()
    assert doubts(measured(), planned("b", precision="fp32")) == ()
    assert doubts(measured(), planned("b", precision="bf16")) == ("another precision",)


def test_a_record_without_a_configuration_does_not_count(tmp_path, measured):
    folder = finish_at(tmp_path, planned("a"), seconds=40.0)
    spec = json.loads((folder.path / "run.json").read_text())
    del spec["configuration"]
    folder.begin()
    folder.write_json("run.json", spec)
    folder.seal()
    assert measured().estimate(planned("b"), SIZES) is None


def test_damaged_results_do_not_count(tmp_path, measured):
    damaged = finish_at(tmp_path, planned("a", 0), seconds=1000.0)
    (damaged.path / "metrics.json").write_text("{}")
    finish_at(tmp_path, planned("a", 1), seconds=100.0)
    assert seconds(measured(), planned("a", 2)) == pytest.approx(100.0)


def test_a_run_without_epochs_does_not_count(tmp_path, measured):
    finish_at(tmp_path, planned("a", 0), epochs=0)
    assert measured().estimate(planned("b"), SIZES) is None


def test_an_unfinished_run_that_has_not_said_what_it_is_does_not_count(tmp_path, measured):
    done = Begun(epochs=1, paced_epochs=1, seconds=2.0, training_seconds=1.0)
    folder = RunFolder(tmp_path / "gone")
    assert measured((folder, done)).estimate(planned("a"), SIZES) is None
