"""One suite in one MLflow store: what is there, and how a run is added. Imports MLflow."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from bench.tracking.contents import ConfigurationContents, DataInput, RunContents
from bench.tracking.marker import VERSION
from bench.tracking.parameters import (
    CONFIGURATION,
    EXPERIMENT,
    FOLDER,
    IDENTITY,
    KIND,
    MIRRORED,
    MODEL,
    PARENT,
    STATUS,
    SUITE,
)

_PER_PAGE = 500
_METRICS_IN_A_BATCH = 1000  # more are refused


def connect(uri: str) -> MlflowClient:
    """A client of the store, once that has answered a first question.

    Raises:
        Exception: of MLflow, SQLite or the network, where it does not answer.
    """
    client = MlflowClient(tracking_uri=uri)
    client.search_experiments(max_results=1)
    return client


def suite_experiment(client: MlflowClient, suite: str, artifact_location: str | None) -> str:
    """The id of the suite's MLflow experiment, which is made where there is none.

    Args:
        client: of the store.
        suite: the experiment's name.
        artifact_location: where a new experiment keeps its artifacts; None is the store's choice.

    Raises:
        MlflowException: where somebody has deleted the experiment.
    """
    experiment = client.get_experiment_by_name(suite)
    if experiment is None:
        # Without the second tag some versions of MLflow's UI take this for language models.
        tags = {SUITE: suite, "mlflow.experimentKind": "custom_model_development"}
        return str(client.create_experiment(suite, artifact_location, tags))
    if experiment.lifecycle_stage != "active":
        raise MlflowException(
            f"its experiment {suite!r} was deleted; bring it back with `mlflow experiments restore"
            f" -x {experiment.experiment_id}`, or purge it with `mlflow gc`"
        )
    return str(experiment.experiment_id)


class SuiteStore:
    """A suite's MLflow experiment: a parent run a configuration, and under it a child a seed."""

    def __init__(self, client: MlflowClient, experiment_id: str) -> None:
        self._client = client
        self.experiment_id = experiment_id
        self._parents = {
            (run.data.tags.get(EXPERIMENT), run.data.tags.get(CONFIGURATION)): run
            for run in self.search("experiment")
        }
        self._children: defaultdict[tuple[str | None, str | None], list[Run]] = defaultdict(list)
        for run in self.search("run"):
            self._children[run.data.tags.get(EXPERIMENT), run.data.tags.get(IDENTITY)].append(run)

    def search(self, kind: str) -> Iterator[Run]:
        """The runs of a kind, `experiment` or `run`, but those that somebody has deleted."""
        token = None
        while True:
            page = self._client.search_runs(
                [self.experiment_id],
                f"tags.`{KIND}` = '{kind}'",
                max_results=_PER_PAGE,
                page_token=token,
            )
            yield from page
            token = page.token
            if not token:
                return

    def held(
        self, experiment: str, identity: str, digest: str, place: str, is_complete: bool
    ) -> Run | None:
        """The run, if it is there, whole, under a parent, and as it now is on the disk.

        The same run of another results folder serves as well: it has the same identity. But a
        failure there is none of a run that is complete here.
        """
        parents = {parent.info.run_id for parent in self._parents.values()}
        for child in self._children[experiment, identity]:
            is_itself = child.data.tags.get(MIRRORED) == _stamp(digest)
            serves = not _is_stale(child, place) and not (is_complete and _has_failed(child))
            if child.data.tags.get(PARENT) in parents and (is_itself or serves):
                return child
        return None

    def add(self, contents: RunContents, digest: str) -> Run:
        """Adds a run, in place of what was mirrored of it by halves or is out of date."""
        parent = self._parent_of(contents)
        for child in self._children[contents.tags[EXPERIMENT], contents.tags[IDENTITY]]:
            if _is_stale(child, contents.tags[FOLDER]) or _has_failed(child):
                self._delete(child)
        tags = contents.tags | {PARENT: parent.info.run_id}
        child = self._create("run", contents.name, tags, contents.start)
        run_id = child.info.run_id
        params = [Param(name, value) for name, value in contents.params.items()]
        metrics = [Metric(m.name, m.value, m.milliseconds, m.step) for m in contents.measurements]
        self._client.log_batch(run_id, params=params)
        for start in range(0, len(metrics), _METRICS_IN_A_BATCH):
            self._client.log_batch(run_id, metrics[start : start + _METRICS_IN_A_BATCH])
        self._client.log_inputs(run_id, datasets=[_as_input(contents.configuration.data)])
        self._log_files(run_id, contents)
        self._client.set_terminated(run_id, contents.status, contents.end)
        self._client.set_tag(run_id, MIRRORED, _stamp(digest))
        return child

    def _delete(self, child: Run) -> None:
        if MODEL in child.data.tags:
            self._client.delete_logged_model(child.data.tags[MODEL])
        self._client.delete_run(child.info.run_id)

    def _create(self, kind: str, name: str, tags: Mapping[str, str], start: int) -> Run:
        return self._client.create_run(
            self.experiment_id, start_time=start, tags={KIND: kind, **tags}, run_name=name
        )

    def _log_files(self, run_id: str, contents: RunContents) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in contents.files.items():
                (Path(folder) / name).write_bytes(content)
            self._client.log_artifacts(run_id, folder)
        # Beside the CSV, which people read: MLflow's UI compares such tables over runs.
        if contents.per_class is not None:
            self._client.log_table(run_id, contents.per_class, "per_class.json")

    def _parent_of(self, contents: RunContents) -> Run:
        """The run's parent, made where there is none, and completed where that was cut short."""
        wanted = contents.configuration
        key = (wanted.tags[EXPERIMENT], wanted.tags[CONFIGURATION])
        if key not in self._parents:
            self._parents[key] = self._create(
                "experiment", wanted.name, wanted.tags, contents.start
            )
        parent = self._parents[key]
        self._complete(parent, wanted)
        return parent

    def _complete(self, parent: Run, wanted: ConfigurationContents) -> None:
        params = [Param(*kv) for kv in wanted.params.items() if kv[0] not in parent.data.params]
        # The first run of these settings and images may not have said that they are drawn.
        tags = [RunTag(*kv) for kv in wanted.tags.items() if kv[0] not in parent.data.tags]
        self._client.log_batch(parent.info.run_id, params=params, tags=tags)
        if not (parent.inputs and parent.inputs.dataset_inputs):
            self._client.log_inputs(parent.info.run_id, datasets=[_as_input(wanted.data)])


def _stamp(digest: str) -> str:
    """What the tag of a run that is mirrored to its end holds."""
    return f"{VERSION}:{digest}"


def _is_stale(child: Run, place: str) -> bool:
    """Whether a mirrored run was cut short, or is an older state of the run at this place.

    Or was mirrored by an older version, which mirrored less.
    """
    tags = child.data.tags
    version, _, digest = tags.get(MIRRORED, "").rpartition(":")
    return not digest or int(version or 1) < VERSION or tags.get(FOLDER) == place


def _has_failed(child: Run) -> bool:
    return bool(child.data.tags.get(STATUS) == "failed")


def _as_input(data: DataInput) -> DatasetInput:
    dataset = Dataset(data.name, data.digest, "local", data.source, data.columns, data.profile)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "train, val, test")])
