"""What holds for every test."""

import hypothesis
import pytest

# How long an example takes says how busy the machine is, not whether the code is right. A change is
# judged by the same examples each time; `--hypothesis-profile explore` looks for new ones.
hypothesis.settings.register_profile(
    "explore", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "trackbench", hypothesis.settings.get_profile("explore"), derandomize=True
)
hypothesis.settings.load_profile("trackbench")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Keeps the tests away from the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TRACKBENCH_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def empty_mirror(tmp_path_factory):
    """MLflow's database without a run; to make one takes longer than a small suite."""
    from mlflow import MlflowClient

    from bench.tracking.quiet import quieted

    file = tmp_path_factory.mktemp("mirror") / "mlflow.db"
    with quieted():
        MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture(autouse=True)
def own_mirror(monkeypatch):
    """Keeps the tests away from the user's MLflow, and from one that another test has named."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
