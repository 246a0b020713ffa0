"""Answers on corrupted images are there whole or not at all, and know which run they are of."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest
from pyarrow import parquet

from bench.cleaning import find_leftovers
from bench.errors import UserError
from bench.results.records import RunRecord, complete_runs
from bench.results.robustness import (
    COLUMNS,
    Measured,
    Told,
    held,
    place_of,
    read,
    robustness_frame,
    write,
)
from tests.bench.finished_runs import finish_at, planned

TOLD = Told(
    identity="",
    model="0" * 64,
    fingerprint="f" * 64,
    corruptions_version=1,
    amounts={"blur": [0.1, 0.2, 0.3, 0.4, 0.5]},
    n_images=2,
    n_test=4,
    n_changed=0,
    versions={"numpy": "2"},
)
ROWS = [
    ("none", 0, "bear/0.png", "bear", "bear", 0.75),
    ("blur", 1, "bear/0.png", "bear", "fox", 1),
]


@pytest.fixture
def record(tmp_path):
    run = planned("plain", 3)
    return RunRecord("plain", 3, finish_at(tmp_path / "results", run))


def measured(record):
    told = replace(TOLD, identity=record.spec["identity"])
    return Measured(told, pd.DataFrame(ROWS, columns=list(COLUMNS)))


def test_what_was_written_is_read_back(record, tmp_path):
    assert read(record) is None
    path = write(record, measured(record))
    folder = tmp_path / "results" / "tracks" / "robustness" / "plain"
    assert path == place_of(record) == folder / f"{record.folder.path.name}.parquet"
    found = read(record)
    assert found.told == measured(record).told
    pd.testing.assert_frame_equal(found.answers, measured(record).answers, check_dtype=False)
    assert pd.read_parquet(path).columns.tolist() == list(COLUMNS)


def test_nothing_that_walks_the_results_trips_over_it(record, tmp_path):
    write(record, measured(record))
    assert [one.experiment for one in complete_runs(tmp_path / "results" / "tracks")] == ["plain"]
    assert find_leftovers(tmp_path / "results", 1e6) == []
    torn = place_of(record).with_name(f".{place_of(record).name}.1.part")
    torn.touch()
    assert find_leftovers(tmp_path / "results", 1e6) == []  # somebody may be writing it
    os.utime(torn, (0, 0))
    assert [left.path for left in find_leftovers(tmp_path / "results", 1e6)] == [torn]


@pytest.mark.parametrize("content", [b"", b"no parquet", None])
def test_what_cannot_be_read_is_one_line(record, content):
    write(record, measured(record))
    path = place_of(record)
    path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    with pytest.raises(UserError, match="cannot be used") as caught:
        read(record)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_of_somebody_else_and_of_another_run_are_refused(record):
    write(record, measured(record))
    pd.DataFrame({"a": [1]}).to_parquet(place_of(record))
    with pytest.raises(UserError, match="cannot be used"):
        read(record)
    other = measured(record)
    write(record, Measured(replace(other.told, identity="0" * 12), other.answers))
    with pytest.raises(UserError, match="is of the run 000000000000"):
        read(record)


def test_a_folder_that_cannot_be_written_to_is_one_line(record, tmp_path):
    (tmp_path / "results" / "tracks" / "robustness").touch()
    with pytest.raises(UserError, match="cannot be written to"):
        write(record, measured(record))
    with pytest.raises(UserError, match="cannot be written to"), held(record):
        pass


def test_a_file_of_before_the_model_was_told_names_none(record):
    path = write(record, measured(record))
    table = parquet.read_table(path)
    told = json.loads(table.schema.metadata[b"trackbench.robustness"])
    del told["model"]
    table = table.replace_schema_metadata({b"trackbench.robustness": json.dumps(told).encode()})
    parquet.write_table(table, path)
    assert read(record).told == replace(measured(record).told, model="")


def write_held(record):
    with held(record):
        return write(record, measured(record))


def test_who_writes_waits_until_another_has_written(record, monkeypatch):
    monkeypatch.setattr("bench.results.robustness._PATIENCE_SECONDS", 0.1)
    with (
        held(record),
        pytest.raises(UserError, match="another command is writing there"),
        held(record),
    ):
        pass
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr("bench.results.robustness._PATIENCE_SECONDS", 30.0)
        with held(record):
            other = pool.submit(write_held, record)
            time.sleep(0.2)
            assert not other.done()
        other.result(timeout=30)


def test_the_frame_of_several_runs_says_whose_answers_they_are(record):
    frame = robustness_frame([(record, measured(record))])
    assert frame["experiment"].tolist() == ["plain", "plain"]
    assert frame["seed"].tolist() == [3, 3]
    assert frame["n_test"].tolist() == [4, 4]
    assert len(robustness_frame([])) == 0
