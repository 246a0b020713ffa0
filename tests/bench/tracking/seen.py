"""What MLflow's own client sees of a mirror."""

from pathlib import Path

import pytest

from bench.tracking import MirrorResult, default_tracking_uri, mirror
from bench.tracking.quiet import quieted
from bench.tracking.suites import runs_to_mirror

from .tracked_runs import SUITE

ARTIFACTS = {
    *("run.json", "history.csv", "metrics.json", "predictions.parquet", "log.txt"),
    *("per_class.csv", "per_class.json", "confusion_matrix.csv", "confusion_matrix.png"),
    *("confused_pairs.csv", "calibration.csv", "overfitting.csv"),
    *("learning_curves.png", "reliability.png"),
}


def own_uri(results) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        return default_tracking_uri(results)


def sync(results, rule=None, suite=SUITE) -> MirrorResult:
    return mirror(runs_to_mirror(results / suite), results, suite, own_uri(results), rule)


class Seen:
    """What MLflow's own client sees in the store."""

    def __init__(self, uri, suite=SUITE):
        with quieted():
            from mlflow.tracking import MlflowClient

            self._uri = uri
            self.client = MlflowClient(tracking_uri=uri)
            self.experiment = self.client.get_experiment_by_name(suite)
            runs = self.client.search_runs([self.experiment.experiment_id])
        self.runs = {run.info.run_name: run for run in runs}
        self.n_runs = len(runs)

    def histories(self):
        """Every value of every metric of every run."""
        return {
            (name, metric): [
                (m.step, m.value, m.timestamp)
                for m in self.client.get_metric_history(run.info.run_id, metric)
            ]
            for name, run in self.runs.items()
            for metric in run.data.metrics
        }

    def artifacts(self, name):
        return {file.path for file in self.client.list_artifacts(self.runs[name].info.run_id)}

    def file(self, name, artifact):
        uri = self.runs[name].info.artifact_uri
        return Path(uri.removeprefix("file://")) / artifact

    def model(self, name):
        """A run's model, as MLflow loads it; leaves no address in this process's environment."""
        with quieted():
            import mlflow
            from mlflow import pyfunc

            mlflow.set_tracking_uri(self._uri)
            try:
                return pyfunc.load_model(f"models:/{self.runs[name].data.tags['trackbench.model']}")
            finally:
                mlflow.set_tracking_uri(None)


def seen(results, suite=SUITE):
    return Seen(own_uri(results), suite)
