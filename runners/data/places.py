"""Where the caches lie: outside the repository, shared by all suites on this machine.

Nothing here is part of a result. Deleting the folder costs time, and nothing else.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from bench.experiments.spec import DataSpec, Synthetic
from runners.data.synthetic.version import digest


def cache_home() -> Path:
    """The folder of all caches: `$TRACKBENCH_CACHE`, or the user's cache folder for trackbench."""
    chosen = os.environ.get("TRACKBENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("trackbench")


def fingerprint_memo(root: Path) -> Path:
    """The JSON file that remembers the SHA-256 of each file of the data set at `root`."""
    place = hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]
    return cache_home() / "fingerprints" / f"{place}.json"


def images_folder(fingerprint: str, image_size: int) -> Path:
    """The folder of the decoded images of one data set.

    Args:
        fingerprint: the data set's SHA-256, as hexadecimal digits.
        image_size: side of the decoded images in pixels.
    """
    return cache_home() / "images" / f"{fingerprint}-{image_size}"


def touch(place: Path) -> None:
    """Notes that a cache was used now, which spares it from `bench clean`."""
    with contextlib.suppress(OSError):
        os.utime(place)


def drawn_folder(synthetic: Synthetic) -> Path:
    """The folder of a data set that is drawn by program."""
    return cache_home() / "drawn" / digest(synthetic)


def root_of(data: DataSpec) -> Path:
    """The folder of a data set: the user's own, or the cache's for one that is drawn."""
    if data.root is not None:
        return data.root
    assert data.synthetic is not None  # a DataSpec has one of the two
    return drawn_folder(data.synthetic)
