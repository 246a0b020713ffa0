"""What a run used of its machine is shown as MLflow's own system metrics."""

import json

from bench.results.store import SYSTEM
from bench.tracking.usage import usage

from .seen import seen, sync
from .tracked_runs import write_run


def write(folder, lines):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SYSTEM).write_text("".join(f"{line}\n" for line in lines))


def test_a_look_is_a_point_and_what_cannot_be_read_is_left_out(tmp_path):
    looks = [{"time": 10.0, "cpu": 50.0}, {"time": 12.5, "cpu": 70, "gpu": 1.0}]
    write(tmp_path, [json.dumps(looks[0]), '{"time": 11.0, "cp', "[]", json.dumps(looks[1])])
    found = [(m.name, m.value, m.step, m.milliseconds) for m in usage(tmp_path)]
    assert found == [
        ("system/cpu", 50.0, 0, 10_000),
        ("system/cpu", 70.0, 1, 12_500),
        ("system/gpu", 1.0, 1, 12_500),
    ]


def test_a_long_run_has_at_most_200_points_which_are_means(tmp_path):
    write(tmp_path, [json.dumps({"time": float(i), "cpu": float(i)}) for i in range(1000)])
    found = usage(tmp_path)
    assert len(found) == 200
    assert found[0].value == 2.0  # of 0, 1, 2, 3 and 4
    assert found[-1].milliseconds == 999_000


def test_a_run_without_the_file_has_none(tmp_path):
    assert usage(tmp_path) == []


def test_they_are_mirrored(results):
    folder = write_run(results, "baseline", 0)
    write(folder.path, [json.dumps({"time": 1.0, "system_memory_usage_megabytes": 512.0})])
    assert sync(results).warnings == ()
    metrics = seen(results).runs["baseline seed 0"].data.metrics
    assert metrics["system/system_memory_usage_megabytes"] == 512.0
