"""What runs said of corrupted test images: a file a run, beside the runs of its suite."""

import contextlib
import io
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.atomic import write_atomic
from bench.results.lock import BusyError, locked
from bench.results.records import RunRecord

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "robustness"
CLEAN = "none"
COLUMNS = ("corruption", "strength", "path", "true", "predicted", "confidence")
_KEY = b"trackbench.robustness"
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Told:
    """What must be known of such a file.

    Attributes:
        identity: the run's.
        model: the SHA-256 of the run's model.safetensors; "" in files of before it was told.
        fingerprint: the data set's.
        corruptions_version: of the corruptions; others make other pixels.
        amounts: what the strengths of each corruption mean.
        n_images: how many test images were corrupted.
        n_test: how many the run was scored on.
        n_changed: of the images as they are, how many the run had named otherwise.
        versions: of the libraries that made the pixels.
    """

    identity: str
    model: str
    fingerprint: str
    corruptions_version: int
    amounts: dict[str, list[float]]
    n_images: int
    n_test: int
    n_changed: int
    versions: dict[str, str]


@dataclass(frozen=True, eq=False)
class Measured:
    """A run's answers: a row an image and variant, the columns of `COLUMNS`.

    Images as they are have the corruption "none" and strength 0. `confidence` is the probability of
    the class that was named, not calibrated.
    """

    told: Told
    answers: "pd.DataFrame"


def place_of(record: RunRecord) -> Path:
    """Where the answers of a run lie, whether they are there or not."""
    run = record.folder.path
    return run.parents[1] / FOLDER / run.parent.name / f"{run.name}.parquet"


@contextlib.contextmanager
def held(record: RunRecord) -> Iterator[None]:
    """Keeps other commands from writing answers of this experiment's runs, for a moment.

    Raises:
        UserError: nothing can be written there, or another command does not let go.
    """
    folder = place_of(record).parent
    end = time.monotonic() + _PATIENCE_SECONDS
    with contextlib.ExitStack() as stack:
        while True:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(locked(folder))
                break
            except BusyError:
                if time.monotonic() > end:
                    raise UserError(f"{folder}: another command is writing there") from None
                time.sleep(0.05)
            except OSError as error:
                raise _unwritable(folder, error) from None
        yield


def _unwritable(folder: Path, error: OSError) -> UserError:
    return UserError(f"{folder}: cannot be written to: {error.strerror or error}")


def write(record: RunRecord, measured: Measured) -> Path:
    """Writes the answers of a run, whole or not at all.

    Raises:
        UserError: they cannot be written there.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(measured.answers[list(COLUMNS)], preserve_index=False)
    told = json.dumps(asdict(measured.told)).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: told})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    path = place_of(record)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, buffer.getvalue())
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    return path


def read(record: RunRecord) -> Measured | None:
    """The answers of a run; None where there are none.

    Raises:
        UserError: the file is broken, or is of another program or run.
    """
    import pyarrow as pa
    from pyarrow import parquet

    path = place_of(record)
    if not path.is_file():
        return None
    try:
        table = parquet.read_table(io.BytesIO(path.read_bytes()))
        told = json.loads((table.schema.metadata or {})[_KEY])
        measured = Measured(Told(**{"model": "", **told}), table.select(COLUMNS).to_pandas())
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise UserError(f"{path}: cannot be used ({reason}); remove it") from None
    if measured.told.identity != record.spec["identity"]:
        raise UserError(f"{path}: is of the run {measured.told.identity}; remove it")
    return measured


def robustness_frame(
    runs: Iterable[tuple[RunRecord, Measured]],
) -> "pd.DataFrame":
    """The answers of several runs: experiment, seed, `n_test`, and the columns of `COLUMNS`."""
    import pandas as pd

    frames = [
        measured.answers.assign(
            experiment=record.experiment, seed=record.seed, n_test=measured.told.n_test
        )
        for record, measured in runs
    ]
    columns = ["experiment", "seed", "n_test", *COLUMNS]
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True)[columns]
