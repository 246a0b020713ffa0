"""What MLflow is told of a run: read from its folder, whole, before anything is sent."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from bench.results.records import FailedRun, RunRecord, predictions_frame
from bench.tracking.artifacts import artifact_files, failure_files, per_class_table
from bench.tracking.descriptions import of_failure, of_run
from bench.tracking.measurements import Measurement, curves, final_values, started, times
from bench.tracking.parameters import (
    FOLDER,
    NOTE,
    configuration_parameters,
    configuration_tags,
    run_parameters,
    run_tags,
)
from bench.tracking.usage import history_so_far, usage

if TYPE_CHECKING:
    import pandas as pd

_DIGEST_CHARACTERS = 12  # MLflow takes 36, and shows them all


@dataclass(frozen=True)
class DataInput:
    """The data set, as an MLflow run's input. `source`, `columns` and `profile` are JSON."""

    name: str
    digest: str
    source: str
    columns: str
    profile: str


@dataclass(frozen=True)
class ConfigurationContents:
    """What all seeds of a configuration have in common."""

    name: str
    params: dict[str, str]
    tags: dict[str, str]
    data: DataInput


@dataclass(frozen=True)
class RunContents:
    """All that is mirrored of one run.

    `status` is MLflow's word for how it ended. `start` and `end` are milliseconds since 1970;
    `files` are artifacts by name; `per_class` is a row a class of the test images, and None for
    a run that failed.
    """

    name: str
    configuration: ConfigurationContents
    params: dict[str, str]
    tags: dict[str, str]
    measurements: tuple[Measurement, ...]
    start: int
    end: int
    files: dict[str, bytes]
    per_class: "pd.DataFrame | None"
    status: Literal["FINISHED", "FAILED"] = "FINISHED"


def read_contents(record: RunRecord) -> RunContents:
    """Reads a run's folder; every file is checked against its seal.

    Raises:
        DamagedError: where a file is missing or was changed.
        UserError: where its predictions name a class that run.json does not.
        KeyError, TypeError, ValueError: where a file does not hold what it should.
    """
    spec, metrics = record.spec, record.metrics
    start, end = times(spec, metrics)
    final = (Measurement(k, v, 0, end) for k, v in final_values(metrics).items())
    table = per_class_table(record)
    description = of_run(record, predictions_frame([record]))
    return RunContents(
        name=_name(record),
        configuration=_configuration(record),
        params=run_parameters(spec),
        tags=run_tags(record) | {FOLDER: place_of(record), NOTE: description},
        # In this order, which is that of MLflow's page of the run: the outcome first.
        measurements=(
            *final,
            *curves(record.history(), start, end),
            *usage(record.folder.path),
        ),
        start=start,
        end=end,
        files=artifact_files(record, table),
        per_class=table,
    )


def read_failure(run: FailedRun) -> RunContents:
    """Reads what a failed run left: its settings, its curves so far, its log and the reason.

    Raises:
        OSError: where a file cannot be read.
        KeyError, TypeError, ValueError: where run.json does not hold what it should.
    """
    spec = run.spec
    start, end = started(spec), round(run.mark.stat().st_mtime * 1000)
    history = history_so_far(run.folder.path)
    so_far = [] if history.empty else curves(history, start, end)
    return RunContents(
        name=_name(run),
        configuration=_configuration(run),
        params=run_parameters(spec),
        tags=run_tags(run) | {FOLDER: place_of(run), NOTE: of_failure(run)},
        measurements=(*so_far, *usage(run.folder.path)),
        start=start,
        end=end,
        files=failure_files(run),
        per_class=None,
        status="FAILED",
    )


def _name(run: RunRecord | FailedRun) -> str:
    return f"{run.spec['experiment']['name']} seed {run.spec['seed']}"


def _configuration(run: RunRecord | FailedRun) -> ConfigurationContents:
    spec = run.spec
    return ConfigurationContents(
        str(spec["experiment"]["name"]),
        configuration_parameters(spec),
        configuration_tags(run),
        _data_input(spec),
    )


def place_of(record: RunRecord | FailedRun) -> str:
    """Where a run lies, as its mirror remembers it: `host:/path`."""
    return f"{socket.gethostname()}:{record.folder.path.resolve()}"


def _data_input(spec: Mapping[str, Any]) -> DataInput:
    n_images = spec["n_images"]
    profile = {
        "num_rows": sum(n_images.values()),
        **{f"n_{split}": n for split, n in n_images.items()},
        "n_classes": len(spec["classes"]),
        "classes": spec["classes"],
        "n_skipped": len(spec["skipped_images"]),
    }
    columns = [
        {"type": "binary", "name": "image", "required": True},
        {"type": "string", "name": "class", "required": True},
    ]
    return DataInput(
        name=str(spec["data"]["name"]),
        digest=str(spec["fingerprint"])[:_DIGEST_CHARACTERS],
        source=json.dumps({"uri": _uri(spec["data"])}),
        columns=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps(profile, ensure_ascii=False),
    )


def _uri(data: Mapping[str, Any]) -> str:
    """Where a data set lies or, where it is drawn, what it is drawn from."""
    if data["root"] is not None:
        return str(data["root"])
    drawn_from = {k: v for k, v in dict(data["synthetic"]).items() if v is not None}
    return f"synthetic:{urlencode(drawn_from)}"
