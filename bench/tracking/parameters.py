"""A run's parameters and tags, flat, as MLflow compares them."""

import json
from collections.abc import Mapping
from typing import Any

from bench.results.records import FailedRun, RunRecord

# What MLflow's stores take at most; longer values are cut.
_PARAM_CHARACTERS = 6000
_TAG_CHARACTERS = 8000

KIND = "trackbench.kind"
IDENTITY = "trackbench.identity"
CONFIGURATION = "trackbench.configuration"
SUITE = "trackbench.suite"
EXPERIMENT = "trackbench.experiment"
SEED = "trackbench.seed"
PROFILE = "trackbench.profile"
DATA_FINGERPRINT = "trackbench.data_fingerprint"
DEVICE = "trackbench.device"
# `complete` or `failed`; of an experiment `failed` where one of its seeds is.
STATUS = "trackbench.status"
# The id of the run's model in MLflow, where that was logged.
MODEL = "trackbench.model"
DRAWN = "trackbench.drawn"
NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
_NO_PROFILE = "none"
# Where the mirrored run lies: host and path. Another results folder may hold the same run.
FOLDER = "trackbench.folder"
# Set last: the digest of the run's seal. A run without it was not mirrored to the end.
MIRRORED = "trackbench.mirrored"


def configuration_parameters(spec: Mapping[str, Any]) -> dict[str, str]:
    """What all seeds of a configuration share, with dotted names as `--set` has them.

    The experiment's settings stand at the root (`optimizer.lr`), the data set's under `data.`.
    `experiment` is the experiment's name. Published figures and how to obtain the data are not
    parameters.

    Args:
        spec: the content of run.json.
    """
    experiment = {k: v for k, v in spec["experiment"].items() if k not in ("name", "published")}
    settings = {
        "experiment": spec["experiment"]["name"],
        **experiment,
        "data": {k: v for k, v in spec["data"].items() if k != "obtain"},
        "recipe": spec["recipe"],
        "n_classes": len(spec["classes"]),
        "n_parameters": spec["parameters"],
    }
    return {name: _cut(text, _PARAM_CHARACTERS) for name, text in _flat(settings).items()}


def run_parameters(spec: Mapping[str, Any]) -> dict[str, str]:
    """All of a run's parameters: the configuration's, and what was resolved for this run.

    `precision` and `threads` are those that the run computed with, in place of `auto` or of
    nothing.
    """
    resolved = {name: str(spec[name]) for name in ("seed", "threads", "precision")}
    return configuration_parameters(spec) | resolved


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Dotted names; None is left out, lists and empty tables are JSON."""
    flat: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = value if isinstance(value, str) else _json(value)
    return flat


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, n_characters: int) -> str:
    return text if len(text) <= n_characters else text[: n_characters - 1] + "…"


def configuration_tags(record: RunRecord | FailedRun) -> dict[str, str]:
    """What the runs of a configuration can be found by."""
    spec = record.spec
    return _tags(
        {
            SUITE: spec["suite"],
            EXPERIMENT: spec["experiment"]["name"],
            CONFIGURATION: spec["configuration"],
            "trackbench.data": spec["data"]["name"],
            PROFILE: spec.get("profile") or _NO_PROFILE,
            DATA_FINGERPRINT: spec["fingerprint"],
            "mlflow.source.name": "bench run",
            "mlflow.source.type": "LOCAL",
            DRAWN: "true" if record.is_drawn else None,
        }
    )


def run_tags(record: RunRecord | FailedRun) -> dict[str, str]:
    """What a run can be found by: the configuration's tags, and seed, identity, commit, machine."""
    spec = record.spec
    commit = spec.get("git_commit")
    return configuration_tags(record) | _tags(
        {
            SEED: spec["seed"],
            IDENTITY: spec["identity"],
            STATUS: "complete" if isinstance(record, RunRecord) else "failed",
            DEVICE: spec["device"],
            "trackbench.host": spec.get("host"),
            "trackbench.git_commit": commit,
            # MLflow's own tag holds a bare commit, which its UI shows and links.
            "mlflow.source.git.commit": commit and commit.removesuffix("-dirty"),
        }
    )


def _tags(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: _cut(str(value), _TAG_CHARACTERS)
        for name, value in values.items()
        if value is not None
    }
