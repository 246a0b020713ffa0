"""A run's model as MLflow serves it: photos in, species and probabilities out.

MLflow loads it by this module's name, so that no code and no pickle lies in the store: only
run.json and model.safetensors. Where it is served, trackbench must be installed.
"""

import base64
import binascii
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError
from bench.tracking.models import RECORD, WEIGHTS

if TYPE_CHECKING:
    import pandas as pd

    from runners.models.trained import TrainedClassifier

IMAGE = "image"
SPECIES = "species"


def probability_column(name: str) -> str:
    """The name of a class's probability, as `predictions.parquet` has it."""
    return f"p:{name}"


class ServedClassifier:
    """Names what is on photos, as `bench` did when it scored the run."""

    def __init__(self, classifier: "TrainedClassifier") -> None:
        self._classifier = classifier

    def predict(
        self, model_input: "pd.DataFrame", params: dict[str, Any] | None = None
    ) -> "pd.DataFrame":
        """The species of each photo.

        Args:
            model_input: a row a photo; `image` holds the bytes of an image file (JPEG, PNG, WebP,
                BMP, TIFF), or their base64 as text.
            params: none are known.

        Returns:
            A row a photo: `species`, the most probable class, and `p:<class>` for each class.

        Raises:
            UserError: where a row holds no image that can be read; by its number.
        """
        import pandas as pd

        del params
        side = self._classifier.image_size
        images = [
            _square(content, side, row) for row, content in enumerate(model_input[IMAGE], start=1)
        ]
        stacked = np.stack(images) if images else np.empty((0, side, side, 3), dtype=np.uint8)
        probabilities = self._classifier.predict(stacked)
        classes = self._classifier.classes
        names = [classes[best] for best in probabilities.argmax(axis=1)] if images else []
        columns = [probability_column(name) for name in classes]
        answer = pd.DataFrame(probabilities, columns=columns)
        answer.insert(0, SPECIES, pd.Series(names, dtype=object))
        return answer


def _square(content: object, side: int, row: int) -> NDArray[np.uint8]:
    from runners.data.decode import BadImage, decode_bytes, to_square

    try:
        return to_square(decode_bytes(_file(content)), side)
    except (BadImage, binascii.Error, TypeError) as error:
        raise UserError(f"row {row}: {IMAGE} is no image file that can be read: {error}") from None


def _file(content: object) -> bytes:
    if isinstance(content, str):
        return base64.b64decode("".join(content.split()), validate=True)
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    raise TypeError(f"it is {type(content).__name__}, not bytes or base64 text")


def _load_pyfunc(data_path: str) -> ServedClassifier:
    """What MLflow calls with the folder that holds the run's record and weights."""
    from runners.models.trained import load_trained

    folder = Path(data_path)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    return ServedClassifier(load_trained(record, (folder / WEIGHTS).read_bytes()))
