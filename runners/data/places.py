"""Where the caches lie: outside the repository, shared by all suites on this machine.

Nothing here is part of a result. Deleting the folder costs time, and nothing else.
"""

import hashlib
import os
from pathlib import Path


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
