"""Stores to mirror to: making one takes seconds, so one is made and copied."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.tracking import MirrorResult

from .seen import Seen, own_uri, sync
from .tracked_runs import FOUR, write_run, write_runs

FIRST_MIRROR = """
import sys
from pathlib import Path
from bench.results.records import complete_runs
from bench.tracking import default_tracking_uri, is_mirrored, mirror
results = Path("results")
runs, uri = list(complete_runs(results / "first")), default_tracking_uri(results)
assert not is_mirrored(results, "first", uri, runs)
assert not {"mlflow", "pandas", "matplotlib", "sqlalchemy"} & set(sys.modules)
outcome = mirror(runs, results, "first", uri)
assert (outcome.n_created, outcome.n_present, outcome.warnings) == (1, 0, ()), outcome
assert is_mirrored(results, "first", uri, runs)
"""


@pytest.fixture(scope="session")
def first_mirror(tmp_path_factory):
    """A mirror that makes its store, in a new process where each warning is an error."""
    folder = tmp_path_factory.mktemp("first")
    write_run(folder / "results", "baseline", 0, suite="first")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    command = [sys.executable, "-W", "error", "-c", FIRST_MIRROR]
    source = str(Path(__file__).parents[3])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done


@pytest.fixture(scope="session")
def make_results(first_mirror, tmp_path_factory):
    """Makes results' folders whose store has its tables already, since that takes seconds."""

    def make():
        path = tmp_path_factory.mktemp("mirror") / "results"
        path.mkdir()
        shutil.copy(first_mirror[0] / "results" / "mlflow.db", path)
        return path

    return make


@pytest.fixture(scope="session")
def four(make_results):
    """Two experiments × two seeds, mirrored once, for tests that only look."""
    results = make_results()
    write_runs(results, *FOUR)
    outcome = sync(results)
    assert outcome == MirrorResult(4, 0, own_uri(results), ())
    return Seen(own_uri(results))


@pytest.fixture
def results(make_results):
    return make_results()
