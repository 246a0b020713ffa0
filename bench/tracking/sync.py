"""Brings an MLflow store up to what lies in results/."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import FailedRun, RunRecord
from bench.results.store import DamagedError
from bench.tracking import marker
from bench.tracking.address import artifact_location, check_database, without_secrets
from bench.tracking.models import ModelRule
from bench.tracking.quiet import patience, quieted

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

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
    `warnings` is a line that says what was not mirrored and why. `n_models` models were logged,
    and `n_unlogged` complete runs are without theirs since the suite or its models are large.
    """

    n_created: int
    n_present: int
    uri: str
    warnings: tuple[str, ...] = ()
    n_models: int = 0
    n_unlogged: int = 0


@dataclass
class _Tally:
    rule: ModelRule
    n_created: int = 0
    n_present: int = 0
    n_models: int = 0
    n_unlogged: int = 0
    warnings: list[str] = field(default_factory=list)
    entries: dict[str, str] = field(default_factory=dict)


def mirror(
    runs: Iterable[RunRecord | FailedRun],
    results: Path,
    suite: str,
    uri: str,
    rule: ModelRule | None = None,
) -> MirrorResult:
    """Adds to an MLflow store what it lacks of a suite's runs; removes nothing.

    Done again it changes nothing. A run that an earlier mirror left half done, or that was run
    anew since, is made again. A parent's mean and deviation are over its children in the store.
    Two mirrors of the same results wait for each other.

    Whatever is wrong with MLflow, the store or the network is one line in the result's warnings;
    a damaged run is one too, and the others go on.

    Args:
        runs: complete and failed runs of the suite.
        results: the folder of all results; the marker and a lock are kept in it.
        suite: its name, which the MLflow experiment gets.
        uri: the tracking URI.
        rule: whose models are logged; None: nobody's. One that was logged stays.
    """
    tally = _Tally(rule or ModelRule())
    records = list(runs)
    if records:
        try:
            with _alone(results), quieted():
                _mirror(records, results, suite, uri, tally)
        except Exception as error:  # noqa: BLE001 - a mirror is never worth a command's failure
            tally.warnings.append(_complaint(uri, error))
    shown = without_secrets(uri)
    warnings = tuple(tally.warnings)
    return MirrorResult(
        tally.n_created, tally.n_present, shown, warnings, tally.n_models, tally.n_unlogged
    )


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


def _mirror(
    records: list[RunRecord | FailedRun], results: Path, suite: str, uri: str, tally: _Tally
) -> None:
    from bench.tracking.new_store import make_store
    from bench.tracking.store import SuiteStore, connect, suite_experiment
    from bench.tracking.summaries import refresh

    make_store(uri)
    check_database(uri, _SECONDS_FOR_THE_FIRST_ANSWER)
    with patience(n_retries=0, seconds=_SECONDS_FOR_THE_FIRST_ANSWER):
        client = connect(uri)
    with patience(n_retries=2, seconds=_SECONDS_FOR_AN_ANSWER):
        experiment_id = suite_experiment(client, suite, artifact_location(results, uri))
        store = SuiteStore(client, experiment_id)
        for record in records:
            try:
                _mirror_run(store, client, record, tally)
            except DamagedError as error:
                tally.warnings.append(f"not mirrored to MLflow: {_one_line(error)}")
        refresh(client, store)
    marker.remember(results, suite, uri, tally.entries)


def _mirror_run(
    store: "SuiteStore", client: "MlflowClient", record: RunRecord | FailedRun, tally: _Tally
) -> None:
    from bench.tracking.contents import place_of

    identity = record.folder.path.name.partition("-")[2]
    try:
        digest = marker.seal_digest(record)
    except OSError as error:  # such as a failed run that is being tried again
        raise DamagedError(str(error)) from error
    short, is_complete = digest[:_TAG_DIGITS], isinstance(record, RunRecord)
    child = store.held(record.experiment, identity, short, place_of(record), is_complete)
    if child is None:
        child = store.add(_read(record), short)
        tally.n_created += 1
    else:
        tally.n_present += 1
    has_model = isinstance(record, RunRecord) and _model_is_logged(client, child, record, tally)
    tally.entries[marker.key(record)] = marker.entry(digest, has_model)


def _model_is_logged(
    client: "MlflowClient", child: "Run", record: RunRecord, tally: _Tally
) -> bool:
    """Logs the run's model where the rule wants that; whether it is there now."""
    from bench.tracking.parameters import MODEL

    if MODEL in child.data.tags:
        return True
    if not marker.wants_model(record, tally.rule):
        tally.n_unlogged += bool(tally.rule.why_not())
        return False
    from bench.tracking.logging_models import log_model

    log_model(client, child, record)
    tally.n_models += 1
    return True


def _read(record: RunRecord | FailedRun) -> "RunContents":
    """Reads a run; whatever its files do not hold is damage."""
    from bench.tracking.contents import read_contents, read_failure

    try:
        return read_contents(record) if isinstance(record, RunRecord) else read_failure(record)
    except (UserError, OSError, KeyError, TypeError, ValueError) as error:
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
