"""The mirror on a real MLflow server, and two mirrors at once."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bench.tracking import MirrorResult, is_mirrored, mirror
from bench.tracking.quiet import quieted

from .tracked_runs import CALLED, SUITE, write_runs

pytestmark = pytest.mark.slow
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
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    command = f"-m mlflow server --host 127.0.0.1 --port {port} --workers 1".split()
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/served.db"]
    command += ["--artifacts-destination", str(tmp_path / "served")]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command], stdout=log, stderr=log, env=environment, cwd=tmp_path
        )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port, process):
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    pytest.fail("the server did not answer")


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
    assert len(artifacts) == 9
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
