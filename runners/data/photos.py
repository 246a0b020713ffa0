"""Single images, each as the decode cache would hold it: of a run's data set, or the user's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import DataError, UserError
from bench.experiments.spec import DataSpec, Synthetic
from runners.data import places
from runners.data.decode import BadImage, decode, to_square
from runners.data.fingerprint import fingerprint
from runners.data.folders import ImageFolder, scan, where_of
from runners.data.listing import show


@dataclass(frozen=True)
class Photos:
    """The images of a data set, decoded when they are asked for; `image_size` in pixels."""

    folder: ImageFolder
    image_size: int

    def read(self, split: str, path: str) -> NDArray[np.uint8]:
        """An image by its split and its path in it (`class/name.jpg`), uint8 [S, S, 3].

        Raises:
            UserError: as `read_photo` does.
        """
        return read_photo(self.folder.folders[split] / path, self.image_size)


def read_photo(path: Path, image_size: int) -> NDArray[np.uint8]:
    """Any image file, decoded and resized as for a run.

    Args:
        path: a JPEG, PNG, WebP, BMP or TIFF file.
        image_size: side of the result in pixels.

    Returns:
        RGB, uint8 [S, S, 3].

    Raises:
        UserError: it is not there, or cannot be read as an image.
    """
    try:
        return to_square(decode(path), image_size)
    except BadImage as error:
        raise UserError(f"{show(path)}: cannot be read as an image: {error}") from None


def open_photos(data: DataSpec, planned: str) -> Photos:
    """The images of a data set, if it is still the one that was trained on.

    Args:
        data: where it lies, how it is split, and `image_size`.
        planned: the fingerprint that it had.

    Raises:
        DataError: it is not there, or holds other images now.
    """
    try:
        folder = scan(data)
        found = fingerprint(folder, places.fingerprint_memo(folder.root))
    except UserError as error:
        raise DataError(str(error)) from error
    if found != planned:
        raise DataError(
            f"{where_of(data)}: has other images than the run was trained on "
            f"(fingerprint {found[:12]}, the run's {planned[:12]})"
        )
    return Photos(folder, data.image_size)


def recorded_data(record: Mapping[str, Any]) -> DataSpec:
    """The data set of a run, from its run.json; as far as its images are found by it."""
    data = record["data"]
    synthetic = data["synthetic"]
    return DataSpec(
        name=data["name"],
        root=None if data["root"] is None else Path(data["root"]),
        image_size=data["image_size"],
        split_seed=data["split_seed"],
        on_bad_image=data["on_bad_image"],
        synthetic=None if synthetic is None else Synthetic(**synthetic),
    )
