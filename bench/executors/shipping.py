"""What a run reads, found on another machine or brought there: its images and its weights."""

import dataclasses
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import filelock

from bench.errors import DataError, UserError
from bench.experiments.layers import is_weights_file
from bench.experiments.spec import DataSpec, Run

# What goes over the network in one piece, at least.
_PARCEL_BYTES = 64 * 1024 * 1024
Parcel = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Needs:
    """What a run reads, by content. `weights_sha256` is "" where they are no file of the user's."""

    fingerprint: str
    weights_sha256: str

    @classmethod
    def of(cls, run: Run) -> "Needs":
        """What this run reads, as it lies here."""
        from bench.results.atomic import sha256_file

        weights = run.experiment.weights
        return cls(run.fingerprint, sha256_file(Path(weights)) if is_weights_file(weights) else "")


def pack_data(data: DataSpec) -> Iterator[Parcel]:
    """The files of a data set, a few at a time, as (path in the data set, content).

    Raises:
        UserError: where they cannot be read.
    """
    from runners.data import manifest
    from runners.data.folders import SPLITS, scan

    folder = scan(data)
    files = [folder.file(split, image) for split in SPLITS for image in folder.splits[split]]
    if (folder.root / manifest.FILE).is_file():
        files.append(folder.root / manifest.FILE)
    parcel: Parcel = []
    n_bytes = 0
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}") from error
        parcel.append((str(file.relative_to(folder.root)), content))
        n_bytes += len(content)
        if n_bytes >= _PARCEL_BYTES:
            yield parcel
            parcel, n_bytes = [], 0
    if parcel:
        yield parcel


def find_data(run: Run) -> DataSpec | None:
    """The run's data set as it lies on this machine: where it was planned, or brought earlier."""
    from runners.data.places import touch
    from runners.preparation import read_folder

    brought = _lying_at(run, _place(run.fingerprint))
    for data in (run.data, brought):
        try:
            if read_folder(data)[1] == run.fingerprint:
                if data is brought:
                    touch(_place(run.fingerprint))
                return data
        except UserError:
            continue
    return None


def unpack_data(parcels: Iterator[Parcel], run: Run) -> None:
    """Puts a data set where `find_data` finds it. Two processes do not do so at once.

    Raises:
        DataError: it is not the data set that was planned with.
        UserError: where the cache folder cannot be written.
    """
    place = _place(run.fingerprint)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(place.with_name(f"{place.name}.lock")):
            if _is_whole(run, place):
                return
            shutil.rmtree(place, ignore_errors=True)
            temporary = Path(mkdtemp(prefix=f".{place.name}.", dir=place.parent))
            try:
                for parcel in parcels:
                    for name, content in parcel:
                        file = temporary / name
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.write_bytes(content)
                if not _is_whole(run, temporary):
                    raise DataError(
                        "the data set that was sent is not the one that was planned with; has it "
                        "changed since?"
                    )
                temporary.rename(place)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"{place}: the data set that was sent cannot be written: {error.strerror or error}"
        ) from error


def _is_whole(run: Run, root: Path) -> bool:
    """Whether a folder holds the run's data set."""
    from runners.data.fingerprint import fingerprint
    from runners.data.folders import scan

    try:
        return fingerprint(scan(_lying_at(run, root))) == run.fingerprint
    except UserError:
        return False


def _lying_at(run: Run, root: Path) -> DataSpec:
    return dataclasses.replace(run.data, root=root, synthetic=None)


def find_weights(run: Run, sha256: str) -> Path | None:
    """The file of the run's weights on this machine, by content."""
    from bench.results.atomic import sha256_file

    for path in (Path(run.experiment.weights), _weights_place(run, sha256)):
        if path.is_file() and sha256_file(path) == sha256:
            return path
    return None


def unpack_weights(run: Run, sha256: str, content: bytes) -> None:
    """Puts weights where `find_weights` finds them.

    Raises:
        UserError: where the cache folder cannot be written.
    """
    from bench.results.atomic import write_atomic

    place = _weights_place(run, sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(place, content)
    except OSError as error:
        raise UserError(
            f"{place}: the weights that were sent cannot be written: {error.strerror}"
        ) from error


def _place(content: str) -> Path:
    from runners.data.places import cache_home

    return cache_home() / "shipped" / content


def _weights_place(run: Run, sha256: str) -> Path:
    return _place(sha256).with_suffix(Path(run.experiment.weights).suffix)
