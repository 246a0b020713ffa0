"""What makes two runs the same run."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from bench.experiments.spec import DataSpec, Experiment

# Raise it when the same settings come to mean something else: old results then no longer count.
RECIPE_VERSION = 1

# Names, places and comments; what decides where or with how many threads, which is recorded in
# run.json beside the versions and the device; and what is done about accidents.
_PLACES = [
    "name",
    "root",
    "obtain",
    "synthetic",
    "published",
    "chosen_on_seeds",
    "on_bad_image",
    "split_seed",
]
_NOT_IDENTITY = frozenset([*_PLACES, "threads", "checkpoint_every", "stall_seconds"])


def settings(record: Any) -> dict[str, Any]:
    """A record as plain data, without the fields that stand at their default.

    So a field that a later version adds does not orphan the results that are there already.
    """
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.default is not dataclasses.MISSING and value == field.default:
            continue
        plain[field.name] = _plain(value)
    return plain


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return settings(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return value


def identify(
    data: DataSpec,
    experiment: Experiment,
    fingerprint: str,
    weights_sha256: str | None,
    seed: int | None,
) -> str:
    """The first 12 hex digits of the SHA-256 of everything that can change the outcome.

    Args:
        data: the data set's settings; its image size and augmentation count, its place does not.
        experiment: all its settings but the name and the published figures.
        fingerprint: of the data set; it covers the split.
        weights_sha256: of the weights' file where they are a file; its path does not count.
        seed: of the run; None identifies the configuration that its seeds have in common.
    """
    chosen = {key: value for key, value in settings(experiment).items() if key not in _NOT_IDENTITY}
    if weights_sha256 is not None:
        chosen["weights"] = f"sha256:{weights_sha256}"
    canonical = {
        "recipe": RECIPE_VERSION,
        "data": {key: value for key, value in settings(data).items() if key not in _NOT_IDENTITY},
        "experiment": chosen,
        "fingerprint": fingerprint,
        "seed": seed,
    }
    # A whole number may be written 1 or 1.0 in TOML, but the records hold one type a field.
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
