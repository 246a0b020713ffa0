"""MLflow's server goes away in the middle: the suite does not care, and `bench sync` makes good."""

import pytest

from bench.tracking.quiet import quieted
from tests.bench.cli.command import bench, environment, wait_for
from tests.bench.cli.warm import Started
from tests.bench.tracking.server import Server


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "mlflow"
    folder.mkdir()
    server = Server(folder).start()
    yield server
    server.stop()


def mirrored(server):
    """Each mirrored run's seed and name, and how many figures it has."""
    import mlflow

    with quieted():
        client = mlflow.MlflowClient(server.uri)
        ids = [one.experiment_id for one in client.search_experiments()]
        runs = client.search_runs(ids, max_results=1000)
        return sorted(
            (
                one.info.run_name,
                one.info.status,
                sum(
                    len(client.get_metric_history(one.info.run_id, key)) for key in one.data.metrics
                ),
            )
            for one in runs
        )


@pytest.mark.slow
def test_a_server_that_is_stopped_costs_a_warning_and_sync_completes_the_mirror(
    home, server, monkeypatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    asked = ("run", "--all", "--seeds", "0-2", "--set", "defaults.epochs=30")
    process = Started("bench.cli", asked, home, environment(), merged=True)
    wait_for(lambda: mirrored(server))
    assert len(list(home.glob("results/tiny/*/*/COMPLETE"))) < 6, "that was too late"
    server.stop()
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    assert "MLflow:" in output
    assert "Traceback" not in output
    server.start()
    said = bench(home, "sync")
    assert said.returncode == 0, said.stdout + said.stderr
    first = mirrored(server)
    names = [name for name, _, _ in first]
    assert len(names) == len(set(names)) == 6 + 2, names  # the runs, and a parent an experiment
    assert {status for _, status, _ in first} == {"FINISHED"}
    assert all(n_figures > 0 for _, _, n_figures in first)
    assert bench(home, "sync").returncode == 0
    assert mirrored(server) == first
