"""Logs a mirrored run's model to MLflow, so that its UI shows it and `mlflow models serve` can."""

import tempfile
from pathlib import Path

from mlflow.entities import LoggedModelOutput, Metric, Run
from mlflow.tracking import MlflowClient

from bench.results.records import RunRecord
from bench.tracking.measurements import final_values, times
from bench.tracking.models import RECORD, WEIGHTS, write_model
from bench.tracking.parameters import MODEL, run_parameters, run_tags

_KIND = "image classifier"


def log_model(client: MlflowClient, child: Run, record: RunRecord) -> None:
    """Logs the model that a run selected, with its scores; the run's tag says so last.

    Args:
        client: of the store.
        child: the mirrored run.
        record: what it mirrors.

    Raises:
        DamagedError: where the run's files are not what was sealed.
    """
    run_id, experiment_id = child.info.run_id, child.info.experiment_id
    weights = record.folder.read(WEIGHTS)
    _drop_halves(client, child)
    model = client.create_logged_model(
        experiment_id,
        name=f"{record.experiment}-seed-{record.seed}",
        source_run_id=run_id,
        tags={k: v for k, v in run_tags(record).items() if k.startswith("trackbench.")},
        params=run_parameters(record.spec),
        model_type=_KIND,
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        write_model(
            folder,
            record.folder.read(RECORD),
            weights,
            record.spec["classes"],
            run_id,
            model.model_id,
        )
        client.log_model_artifacts(model.model_id, str(folder))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    client.log_batch(run_id, _scores(record, model.model_id))
    client.set_tag(run_id, MODEL, model.model_id)


def _scores(record: RunRecord, model_id: str) -> list[Metric]:
    """The run's final values once more, as the model's: the run keeps one of each."""
    _, end = times(record.spec, record.metrics)
    return [
        Metric(name, value, end, 0, model_id=model_id)
        for name, value in final_values(record.metrics).items()
    ]


def _drop_halves(client: MlflowClient, child: Run) -> None:
    """Deletes what an interrupted attempt has left of the run's model."""
    query = f"source_run_id = '{child.info.run_id}'"
    for model in client.search_logged_models([child.info.experiment_id], query):
        client.delete_logged_model(model.model_id)
