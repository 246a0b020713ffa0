"""The mirror on a real MLflow server, and two mirrors at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.tracking import MirrorResult, is_mirrored, mirror
from bench.tracking.quiet import quieted

from .server import Server
from .tracked_runs import CALLED, SUITE, write_runs

pytestmark = [pytest.mark.slow, pytest.mark.side_by_side]
ARTIFACTS = {
    *("run.json", "history.csv", "metrics.json", "predictions.parquet", "log.txt"),
    *("per_class.csv", "per_class.json", "confused_pairs.csv", "confusion_matrix.csv"),
    *("overfitting.csv", "calibration.csv"),
    *("confusion_matrix.png", "learning_curves.png", "reliability.png"),
}
MIRROR = """
from pathlib import Path
from bench.results.records import complete_runs
from bench.tracking import default_tracking_uri, mirror
results = Path("results")
runs = complete_runs(results / "animals")
outcome = mirror(runs, results, "animals", default_tracking_uri(results))
assert not outcome.warnings, outcome
print(outcome.n_created)
"""


@pytest.fixture
def server(tmp_path):
    started = Server(tmp_path).start()
    yield started.uri
    started.stop()


def test_a_mirror_on_a_server(server, tmp_path):
    results = tmp_path / "results"
    runs = write_runs(results, *CALLED)
    assert mirror(runs, results, SUITE, server) == MirrorResult(5, 0, server, ())
    assert mirror(runs, results, SUITE, server) == MirrorResult(0, 5, server, ())
    assert is_mirrored(results, SUITE, server, runs)
    with quieted():
        from mlflow.tracking import MlflowClient

        client = MlflowClient(server)
        experiment = client.get_experiment_by_name(SUITE)
        best = client.search_runs(
            [experiment.experiment_id],
            "tags.`trackbench.kind` = 'run' and params.`optimizer.lr` = '0.001'",
            order_by=["metrics.test_accuracy DESC"],
        )
        artifacts = client.list_artifacts(best[0].info.run_id)
        history = client.get_metric_history(best[0].info.run_id, "val_accuracy")
    assert [run.info.run_name for run in best] == [f"baseline seed {seed}" for seed in (0, 1, 2)]
    assert {artifact.path for artifact in artifacts} == ARTIFACTS
    assert [value.step for value in history] == [0, 1, 2]


def test_two_mirrors_at_once_double_nothing(tmp_path):
    write_runs(tmp_path / "results", *CALLED)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MIRROR], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    created = sorted(int(process.communicate(timeout=120)[0]) for process in both)
    assert created == [0, 5]
