"""Brings an MLflow store up to what lies in results/."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.store import DamagedError
from bench.tracking import marker
from bench.tracking.address import artifact_location, check_database, without_secrets
from bench.tracking.quiet import patience, quieted

if TYPE_CHECKING:
    from bench.tracking.contents import RunContents
    from bench.tracking.store import SuiteStore

_LOCK = ".mlflow-mirror.lock"
_SECONDS_FOR_ANOTHER_MIRROR = 120
_SECONDS_FOR_THE_FIRST_ANSWER = 3
_SECONDS_FOR_AN_ANSWER = 30
_LONGEST_REASON = 300
_TAG_DIGITS = 12  # MLflow's UI hides the name of a tag whose value is long


@dataclass(frozen=True)
class MirrorResult:
    """What a mirror did.

    `n_created` runs were added to the store at `uri`, `n_present` were there already; each of
    `warnings` is a line that says what was not mirrored and why.
    """

    n_created: int
    n_present: int
    uri: str
    warnings: tuple[str, ...] = ()


@dataclass
class _Tally:
    n_created: int = 0
    n_present: int = 0
    warnings: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)


def mirror(runs: Iterable[RunRecord], results: Path, suite: str, uri: str) -> MirrorResult:
    """Adds to an MLflow store what it lacks of a suite's runs; removes nothing.

    Done again it changes nothing. A run that an earlier mirror left half done, or that was run
    anew since, is made again. A parent's mean and deviation are over its children in the store.
    Two mirrors of the same results wait for each other.

    Whatever is wrong with MLflow, the store or the network is one line in the result's warnings;
    a damaged run is one too, and the others go on.

    Args:
        runs: complete runs of the suite.
        results: the folder of all results; the marker and a lock are kept in it.
        suite: its name, which the MLflow experiment gets.
        uri: the tracking URI.
    """
    tally = _Tally()
    records = list(runs)
    if records:
        try:
            with _alone(results), quieted():
                _mirror(records, results, suite, uri, tally)
        except Exception as error:  # noqa: BLE001 - a mirror is never worth a command's failure
            tally.warnings.append(_complaint(uri, error))
    shown = without_secrets(uri)
    return MirrorResult(tally.n_created, tally.n_present, shown, tuple(tally.warnings))


@contextlib.contextmanager
def _alone(results: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(results / _LOCK, timeout=_SECONDS_FOR_ANOTHER_MIRROR)
    try:
        lock.acquire()
    except Timeout:
        seconds = _SECONDS_FOR_ANOTHER_MIRROR
        raise TimeoutError(f"another process was mirroring for more than {seconds} s") from None
    try:
        yield
    finally:
        lock.release()


def _mirror(records: list[RunRecord], results: Path, suite: str, uri: str, tally: _Tally) -> None:
    from bench.tracking.store import SuiteStore, connect, suite_experiment

    check_database(uri, _SECONDS_FOR_THE_FIRST_ANSWER)
    with patience(n_retries=0, seconds=_SECONDS_FOR_THE_FIRST_ANSWER):
        client = connect(uri)
    with patience(n_retries=2, seconds=_SECONDS_FOR_AN_ANSWER):
        experiment_id = suite_experiment(client, suite, artifact_location(results, uri))
        store = SuiteStore(client, experiment_id)
        for record in records:
            _mirror_run(store, record, tally)
        store.refresh_parents()
    marker.remember(results, suite, uri, tally.digests)


def _mirror_run(store: "SuiteStore", record: RunRecord, tally: _Tally) -> None:
    from bench.tracking.contents import place_of

    identity = record.folder.path.name.partition("-")[2]
    try:
        digest = marker.seal_digest(record)
        short = digest[:_TAG_DIGITS]
        held = store.holds(record.experiment, identity, short, place_of(record))
        contents = None if held else _read(record)
    except (DamagedError, OSError) as error:
        tally.warnings.append(f"not mirrored to MLflow: {_one_line(error)}")
        return
    if contents is None:
        tally.n_present += 1
    else:
        store.add(contents, short)
        tally.n_created += 1
    tally.digests[marker.key(record)] = digest


def _read(record: RunRecord) -> "RunContents":
    """Reads a run; whatever its files do not hold is damage."""
    from bench.tracking.contents import read_contents

    try:
        return read_contents(record)
    except (UserError, KeyError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise DamagedError(f"{record.folder.path}: {what}") from error


def _complaint(uri: str, error: Exception) -> str:
    shown = without_secrets(uri)
    reason = _one_line(_reason(error)).replace(uri, shown)
    return f"MLflow at {shown} was not brought up to date: {reason}"


def _reason(error: BaseException) -> BaseException:
    """The innermost error where it is of the network or the disk: the others only wrap it."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(inner)
    return chain[-1] if any(isinstance(each, OSError) for each in chain) else error


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"
