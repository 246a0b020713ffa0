"""A search in MLflow: a parent run a study with its figures, and under it a child a trial."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.tracking import sync
from bench.tracking.address import artifact_location, check_database
from bench.tracking.parameters import KIND, SUITE
from bench.tracking.quiet import patience, quieted

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

STUDY, TRIAL, STATE = "trackbench.study", "trackbench.trial", "trackbench.status"
_PARENT, _NOTE = "mlflow.parentRunId", "mlflow.note.content"
_SECONDS_FOR_THE_FIRST_ANSWER, _SECONDS_FOR_AN_ANSWER = 3, 30
_MOST_TRIALS = 5000
_STATUS = {"complete": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


@dataclass(frozen=True)
class MirroredTrial:
    """What MLflow is told of a trial that has ended: `state` is complete, pruned or failed."""

    number: int
    state: str
    value: float | None
    settings: Mapping[str, object]
    curve: Mapping[int, float]
    reason: str


@dataclass(frozen=True)
class MirroredStudy:
    """What MLflow is told of a study; `files` are artifacts by name, `note` is Markdown."""

    suite: str
    name: str
    metric: str
    settings: Mapping[str, object]
    trials: Sequence[MirroredTrial]
    best: MirroredTrial | None
    files: Mapping[str, bytes]
    note: str


def mirror_study(study: MirroredStudy, results: Path, uri: str) -> tuple[str, ...]:
    """Adds what MLflow lacks of a study; done again it changes nothing but the parent's figures.

    Args:
        study: what there is.
        results: the folder of all results.
        uri: the tracking URI.

    Returns:
        What was not mirrored, and why: a line each.
    """
    try:
        with sync._alone(results), quieted():
            _mirror(study, results, uri)
    except Exception as error:  # noqa: BLE001 - a mirror is never worth a command's failure
        return (sync._complaint(uri, error),)
    return ()


def _mirror(study: MirroredStudy, results: Path, uri: str) -> None:
    from bench.tracking.store import connect, suite_experiment

    check_database(uri, _SECONDS_FOR_THE_FIRST_ANSWER)
    with patience(n_retries=0, seconds=_SECONDS_FOR_THE_FIRST_ANSWER):
        client = connect(uri)
    with patience(n_retries=2, seconds=_SECONDS_FOR_AN_ANSWER):
        place = artifact_location(results, uri)
        experiment_id = suite_experiment(client, study.suite, place)
        parent = _parent(client, experiment_id, study)
        known = _known(client, experiment_id, study.name)
        for trial in study.trials:
            if trial.number not in known:
                _add(client, experiment_id, parent, study, trial)
        _refresh(client, parent, study)


def _parent(client: "MlflowClient", experiment_id: str, study: MirroredStudy) -> str:
    found = client.search_runs(
        [experiment_id], f"tags.`{KIND}` = 'search' and tags.`{STUDY}` = '{study.name}'"
    )
    if found:
        return str(found[0].info.run_id)
    tags = {KIND: "search", SUITE: study.suite, STUDY: study.name, "mlflow.source.type": "LOCAL"}
    tags["mlflow.source.name"] = "bench search"
    made = client.create_run(experiment_id, tags=tags, run_name=f"search {study.name}")
    return str(made.info.run_id)


def _known(client: "MlflowClient", experiment_id: str, study: str) -> set[int]:
    """The trials that are there whole; what was cut short is removed."""
    found = client.search_runs(
        [experiment_id],
        f"tags.`{KIND}` = 'trial' and tags.`{STUDY}` = '{study}'",
        max_results=_MOST_TRIALS,
    )
    for run in found:
        if run.info.status not in _STATUS.values():
            client.delete_run(run.info.run_id)
    whole = [run for run in found if run.info.status in _STATUS.values()]
    return {int(run.data.tags[TRIAL]) for run in whole}


def _add(
    client: "MlflowClient",
    experiment_id: str,
    parent: str,
    study: MirroredStudy,
    trial: MirroredTrial,
) -> None:
    from mlflow.entities import Metric, Param

    tags: dict[str, Any] = {KIND: "trial", SUITE: study.suite, STUDY: study.name, _PARENT: parent}
    tags |= {TRIAL: str(trial.number), STATE: trial.state}
    tags |= {_NOTE: trial.reason} if trial.reason else {}
    run = client.create_run(experiment_id, tags=tags, run_name=f"trial {trial.number}")
    now = round(time.time() * 1000)
    metrics = [Metric(study.metric, value, now, step) for step, value in trial.curve.items()]
    if trial.value is not None:
        metrics.append(Metric(f"best_{study.metric}", trial.value, now, 0))
    params = [Param(key, str(value)) for key, value in trial.settings.items()]
    client.log_batch(run.info.run_id, metrics=metrics, params=params)
    client.set_terminated(run.info.run_id, _STATUS[trial.state])


def _refresh(client: "MlflowClient", parent: str, study: MirroredStudy) -> None:
    """The parent's best trial, note and figures as they are now."""
    from mlflow.entities import Metric, Param, RunTag

    now = round(time.time() * 1000)
    metrics = [Metric("n_trials", len(study.trials), now, 0)]
    tags = [RunTag(_NOTE, study.note)]
    if study.best is not None and study.best.value is not None:
        metrics.append(Metric(f"best_{study.metric}", study.best.value, now, 0))
        tags.append(RunTag("trackbench.best_trial", str(study.best.number)))
    known = client.get_run(parent).data.params
    params = [Param(k, str(v)) for k, v in study.settings.items() if k not in known]
    client.log_batch(parent, metrics=metrics, params=params, tags=tags)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in study.files.items():
            (Path(folder) / name).write_bytes(content)
        client.log_artifacts(parent, folder)
    client.set_terminated(parent, "FINISHED")
