"""What MLflow is told of a run: read from its folder, whole, before anything is sent."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.results.records import RunRecord
from bench.tracking.artifacts import artifact_files, per_class_table
from bench.tracking.measurements import Measurement, curves, final_values, times
from bench.tracking.parameters import (
    FOLDER,
    configuration_parameters,
    configuration_tags,
    run_parameters,
    run_tags,
)

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

    `start` and `end` are milliseconds since 1970; `files` are artifacts by name; `per_class` is
    a row a class of the test images.
    """

    name: str
    configuration: ConfigurationContents
    params: dict[str, str]
    tags: dict[str, str]
    measurements: tuple[Measurement, ...]
    start: int
    end: int
    files: dict[str, bytes]
    per_class: "pd.DataFrame"


def read_contents(record: RunRecord) -> RunContents:
    """Reads a run's folder; every file is checked against its seal.

    Raises:
        DamagedError: where a file is missing or was changed.
        UserError: where its predictions name a class that run.json does not.
        KeyError, TypeError, ValueError: where a file does not hold what it should.
    """
    spec, metrics = record.spec, record.metrics
    start, end = times(spec, metrics)
    name = str(spec["experiment"]["name"])
    configuration = ConfigurationContents(
        name, configuration_parameters(spec), configuration_tags(spec), _data_input(spec)
    )
    final = (Measurement(k, v, 0, end) for k, v in final_values(metrics).items())
    table = per_class_table(record)
    return RunContents(
        name=f"{name} seed {spec['seed']}",
        configuration=configuration,
        params=run_parameters(spec),
        tags=run_tags(spec) | {FOLDER: place_of(record)},
        # In this order, which is that of MLflow's page of the run: the outcome first.
        measurements=(*final, *curves(record.history(), start, end)),
        start=start,
        end=end,
        files=artifact_files(record, table),
        per_class=table,
    )


def place_of(record: RunRecord) -> str:
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
        source=json.dumps({"uri": str(spec["data"]["root"])}),
        columns=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps(profile, ensure_ascii=False),
    )
