"""What a run says by epoch, and where several seeds of a trial meet."""

import json

import pytest

from bench.results.store import RunFolder
from bench.search.curves import EpochReader, mean_at, step_of


def test_each_epoch_is_read_once_whatever_a_kill_has_cut_or_repeated(tmp_path):
    log = tmp_path / "events.jsonl"
    reader = EpochReader(RunFolder(tmp_path))
    assert list(reader.new()) == []

    def epoch(number):
        return json.dumps({"event": "epoch", "epoch": number}) + "\n"

    log.write_text(epoch(0) + '{"event": "step"}\n' + epoch(1)[:-5])
    assert [one["epoch"] for one in reader.new()] == [0]
    log.write_text(epoch(0) + '{"event": "step"}\n' + epoch(1) + "{torn\n" + epoch(1) + epoch(2))
    assert [one["epoch"] for one in reader.new()] == [1, 2]
    assert list(reader.new()) == []
    assert [one["epoch"] for one in EpochReader(RunFolder(tmp_path)).new()] == [0, 1, 2]


def test_seeds_count_on_and_trials_meet_at_the_same_steps():
    assert [step_of(0, 0, 10), step_of(0, 9, 10), step_of(1, 0, 10)] == [0, 9, 10]


def test_the_mean_is_over_the_seeds_so_far_at_this_epoch():
    first, second = {0: 0.25, 1: 0.75}, {0: 0.75, 1: 0.25, 2: 0.5}
    assert mean_at([first], 1) == 0.75
    assert mean_at([first, second], 0) == 0.5
    assert mean_at([first, second], 2) == pytest.approx((0.75 + 0.5) / 2)  # stopped earlier
