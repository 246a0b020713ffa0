"""What was mirrored already, so that nothing to do costs no import of MLflow."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.results.atomic import sha256_file, write_atomic
from bench.results.records import RunRecord
from bench.results.store import COMPLETE
from bench.tracking.address import sqlite_file, without_secrets

MARKER = ".mlflow-mirror.json"


def key(record: RunRecord) -> str:
    """A run's name within its suite: `<experiment>/<seed>-<identity>`.

    Two experiments of the same settings have runs of the same identity, hence the experiment.
    """
    return f"{record.experiment}/{record.folder.path.name}"


def seal_digest(record: RunRecord) -> str:
    """The SHA-256 of the run's COMPLETE, which in turn holds that of every file.

    Raises:
        OSError: where the run is not complete any more.
    """
    return sha256_file(record.folder.path / COMPLETE)


def is_mirrored(results: Path, suite: str, uri: str, records: Iterable[RunRecord]) -> bool:
    """Whether an earlier mirror to this URI has all of these runs, as they now are.

    A hint for commands that shall be quick: it does not ask the store, in which somebody may
    have deleted a run since. `mirror` does.
    """
    file = sqlite_file(uri)
    if file is not None and not file.exists():
        return False
    known = _read(results).get(without_secrets(uri), {}).get(suite, {})
    try:
        return all(known.get(key(record)) == seal_digest(record) for record in records)
    except OSError:
        return False


def remember(results: Path, suite: str, uri: str, digests: Mapping[str, str]) -> None:
    """Adds mirrored runs to the marker: the digest of each run's seal by the run's key."""
    marker = _read(results)
    known = marker.setdefault(without_secrets(uri), {}).setdefault(suite, {})
    if digests.items() <= known.items():
        return
    known.update(digests)
    write_atomic(results / MARKER, json.dumps(marker, indent=1, sort_keys=True) + "\n")


def _read(results: Path) -> dict[str, Any]:
    """{URI: {suite: {key: digest}}}; empty where there is none that makes sense."""
    try:
        marker = json.loads((results / MARKER).read_text(encoding="utf-8"))
        sound = all(
            isinstance(runs, dict) for suites in marker.values() for runs in suites.values()
        )
    except (OSError, ValueError, AttributeError):
        return {}
    return dict(marker) if sound else {}
