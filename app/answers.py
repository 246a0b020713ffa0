"""Answers to a visitor's files, each worked out once, and forgotten with the file."""

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.models import Model
from app.predictor import Answer
from app.uploads import Refused, read_upload

_KEPT = "answers"
_PREVIEW_PIXELS = 960


@dataclass(frozen=True, eq=False)
class Answered:
    """A photo with its answer.

    `key` is the server's own name for the file. `preview` is a small JPEG of the photo, `square`
    what the network saw of it, uint8 [S, S, 3], and `features` float32 [D] what its last layer
    read. `is_familiar` is None where that is not known.
    """

    key: str
    name: str
    preview: bytes
    square: NDArray[np.uint8]
    features: NDArray[np.float32]
    answer: Answer
    is_familiar: bool | None = None


def answer_files(files: list[UploadedFile], model: Model) -> tuple[list[Answered], list[str]]:
    """Answers to files, in their order, and a line on each that was refused.

    What is worked out is kept for this visitor alone, as long as the file is there.
    """
    kept: dict[object, Answered | str] = st.session_state.get(_KEPT, {})
    run = str(model.predictor.record.folder.path)
    found = {(file.file_id, run): kept.get((file.file_id, run)) for file in files}
    new = [file for file in files if found[file.file_id, run] is None]
    if new:
        with st.spinner("Looking …"):
            for file in new:
                found[file.file_id, run] = _looked_at(file, model)
    st.session_state[_KEPT] = found
    answers = list(found.values())
    return (
        [one for one in answers if isinstance(one, Answered)],
        [one for one in answers if isinstance(one, str)],
    )


def _looked_at(file: UploadedFile, model: Model) -> Answered | str:
    try:
        photo = read_upload(file.name, file.getvalue())
    except Refused as refused:
        return str(refused)
    square = model.predictor.square(photo.image)
    return Answered(
        key=file.file_id,
        name=photo.name,
        preview=_preview(photo.image),
        square=square,
        features=model.features(square),
        answer=model.answer(square),
    )


def _preview(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((_PREVIEW_PIXELS, _PREVIEW_PIXELS))
    content = io.BytesIO()
    small.save(content, "JPEG", quality=88)
    return content.getvalue()
