"""Four experiments × two seeds on a real MLflow server, asked by its REST API as a user would."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bench.tracking import mirror
from bench.tracking.suites import runs_to_mirror
from tests.bench.cli.command import bench

from .server import Server
from .tracked_runs import (
    EIGHT,
    FINGERPRINT,
    HISTORY,
    SUITE,
    SUITE_FILE,
    right,
    write_failed_run,
    write_runs,
)

pytestmark = [pytest.mark.slow, pytest.mark.side_by_side]
NAMES = ["baseline", "frozen", "cosine", "wide"]
SEEDS_ALONE = "tags.`trackbench.kind` = 'run'"


class Rest:
    def __init__(self, uri, results):
        self.uri, self.results = uri, results
        self._host = urlsplit(uri).netloc
        self.experiment = self.get("experiments/get-by-name", experiment_name=SUITE)["experiment"]

    def _ask(self, method, path, body=None):
        connection = HTTPConnection(self._host, timeout=60)
        connection.request(
            method,
            f"/api/2.0/mlflow/{path}",
            json.dumps(body) if body is not None else None,
            {"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        content = json.loads(answer.read())
        assert answer.status == 200, content
        connection.close()
        return content

    def get(self, path, **query):
        return self._ask("GET", f"{path}?{'&'.join(f'{k}={v}' for k, v in query.items())}")

    def search(self, query, *order):
        body = {
            "experiment_ids": [self.experiment["experiment_id"]],
            "filter": query,
            "order_by": list(order),
            "max_results": 1000,
        }
        return self._ask("POST", "runs/search", body).get("runs", [])

    def names(self, query, *order):
        return [run["info"]["run_name"] for run in self.search(query, *order)]


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder).start()
    results = folder / "results"
    runs = write_runs(results, *EIGHT)
    write_failed_run(results, "baseline", 2)
    outcome = mirror(runs_to_mirror(results / SUITE), results, SUITE, server.uri)
    assert (len(runs), outcome.n_created, outcome.warnings) == (8, 9, ())
    yield Rest(server.uri, results)
    server.stop()


def table(run, kind):
    return {one["key"]: one["value"] for one in run["data"].get(kind, [])}


def test_names_tell_experiment_and_seed(rest):
    complete = f"{SEEDS_ALONE} and tags.`trackbench.status` = 'complete'"
    assert sorted(rest.names(complete)) == sorted(f"{name} seed {seed}" for name, seed in EIGHT)
    assert sorted(rest.names("tags.`trackbench.kind` = 'experiment'")) == sorted(NAMES)


@pytest.mark.parametrize(
    ("query", "n"),
    [
        (f"tags.`trackbench.suite` = '{SUITE}'", 9),
        ("tags.`trackbench.experiment` = 'frozen'", 2),
        ("tags.`trackbench.seed` = '1'", 4),
        ("tags.`trackbench.profile` = 'none'", 9),
        (f"tags.`trackbench.data_fingerprint` = '{FINGERPRINT}'", 9),
        ("tags.`trackbench.status` = 'failed'", 1),
        ("attributes.status = 'FAILED'", 1),
        ("params.`schedule.name` = 'cosine'", 2),
        ("params.seed = '0' and params.model = 'torchvision:resnet18'", 3),
        ("params.`freezing.trainable_blocks` = '1' and metrics.test_accuracy > 0.6", 1),
        ("metrics.test_macro_accuracy >= 0.75", 4),
    ],
)
def test_runs_are_found_by_tags_parameters_and_metrics(rest, query, n):
    assert len(rest.names(f"{SEEDS_ALONE} and {query}")) == n


def test_runs_and_experiments_are_sorted_by_the_same_metric(rest):
    order = "metrics.test_macro_accuracy DESC", "attributes.run_name ASC"
    complete = f"{SEEDS_ALONE} and tags.`trackbench.status` = 'complete'"
    expected = sorted(EIGHT, key=lambda one: (-right(*one), *one))
    assert rest.names(complete, *order) == [f"{name} seed {seed}" for name, seed in expected]
    means = {name: (right(name, 0) + right(name, 1)) / 2 for name in NAMES}
    by_mean = sorted(NAMES, key=lambda name: (-means[name], name))
    assert rest.names("tags.`trackbench.kind` = 'experiment'", *order) == by_mean


def test_all_have_the_same_metrics_and_their_settings_whole(rest):
    complete = rest.search(f"{SEEDS_ALONE} and tags.`trackbench.status` = 'complete'")
    metrics = {frozenset(table(run, "metrics")) for run in complete}
    assert len(metrics) == 1
    curves = set(HISTORY) - {"epoch", "seconds"}
    assert curves | {"test_accuracy", "test_macro_accuracy", "total_seconds"} <= set(*metrics)
    for parent in rest.search("tags.`trackbench.kind` = 'experiment'"):
        (run, *_) = rest.search(
            f"{SEEDS_ALONE} and tags.`mlflow.parentRunId` = '{parent['info']['run_id']}'"
        )
        of_run, of_parent = table(run, "params"), table(parent, "params")
        own = {"seed", "threads", "precision"}
        assert set(of_run) - set(of_parent) <= own
        assert all(of_run[name] == of_parent[name] for name in set(of_parent) - own)


def test_curves_have_a_point_an_epoch_so_that_they_overlay(rest):
    for run in rest.search("tags.`trackbench.seed` = '0'"):
        history = rest.get(
            "metrics/get-history", run_id=run["info"]["run_id"], metric_key="val_accuracy"
        )
        points = [(point.get("step", 0), point["value"]) for point in history["metrics"]]
        assert points == list(zip(HISTORY["epoch"], HISTORY["val_accuracy"], strict=True))


def test_a_parent_has_its_seeds_as_children(rest):
    for name in NAMES:
        (parent,) = rest.search(
            f"tags.`trackbench.kind` = 'experiment' and attributes.run_name = '{name}'"
        )
        children = rest.names(f"tags.`mlflow.parentRunId` = '{parent['info']['run_id']}'")
        seeds = (0, 1, 2) if name == "baseline" else (0, 1)
        assert sorted(children) == [f"{name} seed {seed}" for seed in seeds]


def test_the_suite_has_its_summary_and_views(rest):
    tags = {tag["key"]: tag["value"] for tag in rest.experiment["tags"]}
    assert "| baseline | 2 | 0.917 ± 0.118 |" in tags["mlflow.note.content"]
    assert "mlflow.sharedViewState.trackbench" in tags


def test_bench_ui_shows_the_server_that_is_there(rest, tmp_path, monkeypatch):
    (tmp_path / "experiments.toml").write_text(SUITE_FILE)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", rest.uri)
    results = str(rest.results)
    answer = bench(tmp_path, "ui", "--no-browser", "--no-log-models", "--results", results)
    assert answer.returncode == 0, answer.stderr
    page = f"{rest.uri}/#/experiments/{rest.experiment['experiment_id']}/runs?"
    assert answer.stdout.startswith(f"MLflow shows {SUITE} at {page}")
    assert len(answer.stdout.splitlines()) == 1
