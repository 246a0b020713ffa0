"""What was mirrored already, so that nothing to do costs no import of MLflow."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.results.atomic import sha256_file, write_atomic
from bench.results.records import FailedRun, RunRecord
from bench.tracking.address import sqlite_file, without_secrets
from bench.tracking.models import WEIGHTS, ModelRule

MARKER = ".mlflow-mirror.json"
# Raised when more, or something else, is mirrored of a run: `bench sync` then mirrors all anew.
VERSION = 2
_WITH_MODEL = " with its model"


def key(record: RunRecord | FailedRun) -> str:
    """A run's name within its suite: `<experiment>/<seed>-<identity>`.

    Two experiments of the same settings have runs of the same identity, hence the experiment.
    """
    return f"{record.experiment}/{record.folder.path.name}"


def seal_digest(record: RunRecord | FailedRun) -> str:
    """The SHA-256 of the run's COMPLETE, which in turn holds that of every file; or of its failure.

    Raises:
        OSError: where the run is not as it was any more.
    """
    return sha256_file(record.mark)


def entry(digest: str, has_model: bool) -> str:
    """What the marker holds of a run that was mirrored."""
    return f"{VERSION}:{digest}{_WITH_MODEL if has_model else ''}"


def is_mirrored(
    results: Path,
    suite: str,
    uri: str,
    records: Iterable[RunRecord | FailedRun],
    rule: ModelRule | None = None,
) -> bool:
    """Whether an earlier mirror to this URI has all of these runs, as they now are.

    A hint for commands that shall be quick: it does not ask the store, in which somebody may
    have deleted a run since. `mirror` does.
    """
    file = sqlite_file(uri)
    if file is not None and not file.exists():
        return False
    known = _read(results).get(without_secrets(uri), {}).get(suite, {})
    try:
        return all(_is_entry_of(record, known.get(key(record)), rule) for record in records)
    except OSError:
        return False


def _is_entry_of(record: RunRecord | FailedRun, found: object, rule: ModelRule | None) -> bool:
    digest = seal_digest(record)
    if found == entry(digest, has_model=True):
        return True
    return found == entry(digest, has_model=False) and not wants_model(record, rule)


def wants_model(record: RunRecord | FailedRun, rule: ModelRule | None) -> bool:
    """Whether the run has a model, and the rule wants that logged.

    Raises:
        OSError: where its weights are not there.
    """
    if rule is None or isinstance(record, FailedRun):
        return False
    return rule.wants(record.folder.path / WEIGHTS)


def remember(results: Path, suite: str, uri: str, entries: Mapping[str, str]) -> None:
    """Adds mirrored runs to the marker: the `entry` of each run by the run's key."""
    marker = _read(results)
    known = marker.setdefault(without_secrets(uri), {}).setdefault(suite, {})
    if entries.items() <= known.items():
        return
    known.update(entries)
    write_atomic(results / MARKER, json.dumps(marker, indent=1, sort_keys=True) + "\n")


def _read(results: Path) -> dict[str, Any]:
    """{URI: {suite: {key: entry}}}; empty where there is none that makes sense."""
    try:
        marker = json.loads((results / MARKER).read_text(encoding="utf-8"))
        sound = all(
            isinstance(runs, dict) for suites in marker.values() for runs in suites.values()
        )
    except (OSError, ValueError, AttributeError):
        return {}
    return dict(marker) if sound else {}
