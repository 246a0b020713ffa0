"""The models that the page has loaded, shared by all visitors."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.familiarity import Familiarity
from app.mixups import matrix_of_test
from app.overlay import Looked, where_it_looked
from app.predictor import Answer, Predictor, load_predictor
from app.reference import (
    Sample,
    learn_reference,
    load_reference,
    sample,
    seconds_to_learn,
)
from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.store import RunFolder

_MOST_MODELS = 4
_SECONDS_TO_READ = 1  # what was learnt earlier; to learn it takes longer
_BEING_LEARNT = "the model is just learning what belongs in it; look again in a minute"


@dataclass(frozen=True, eq=False)
class Check:
    """Whether images can be held against what is familiar; else why not, in a sentence."""

    familiarity: Familiarity | None
    problem: str = ""


@dataclass(eq=False)
class Model:
    """A run's model with what the page needs of it.

    `matrix` counts what the run called its test images. The network is used by one visitor at a
    time: looking into it hangs hooks on it.
    """

    predictor: Predictor
    matrix: pd.DataFrame
    _turn: Lock = field(default_factory=Lock)
    _check: Check | None = None
    _learning: Lock = field(default_factory=Lock)

    def answer(self, square: NDArray[np.uint8]) -> Answer:
        """What an image shows; uint8 [S, S, 3]."""
        with self._turn:
            return self.predictor.answer_all([square])[0]

    def features(self, square: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network's last layer reads of an image, float32 [D]."""
        with self._turn:
            found = self.predictor.classifier.features(square[None])
        return np.asarray(found[0], dtype=np.float32)

    def looked(self, square: NDArray[np.uint8], answer: Answer) -> Looked:
        """Where the network looked.

        Raises:
            UserError: it gives no saliency map.
        """
        with self._turn:
            return where_it_looked(self.predictor, square, answer)

    def check(self, root: Path | None) -> Check:
        """What is familiar to the run; learnt now, which is shown, if that was never done.

        Meanwhile other visitors are not kept waiting for it: they are told.

        Args:
            root: where the suite has the data set now, if it has a folder of it.
        """
        if self._check is not None:
            return self._check
        if not self._learning.acquire(timeout=_SECONDS_TO_READ):
            return Check(None, _BEING_LEARNT)
        try:
            if self._check is None:
                self._check = self._found(root)
            return self._check
        finally:
            self._learning.release()

    def _found(self, root: Path | None) -> Check:
        found = load_reference(self.predictor)
        if found is not None:
            return Check(found)
        try:
            with st.spinner("Looking for the data set that the model learnt from …"):
                chosen = sample(self.predictor, root)
            return Check(self._learnt(chosen))
        except (UserError, OSError) as error:
            return Check(None, str(error))

    def _learnt(self, chosen: Sample) -> Familiarity:
        seconds = max(1, round(seconds_to_learn(self.predictor, chosen, self._turns)))
        words = (
            f"Learning from {chosen.n_images} photos of the data set what belongs in it: "
            f"about {seconds} s, once …"
        )
        with st.spinner(words, show_time=True):
            return learn_reference(self.predictor, chosen, self._turns)

    def _turns(self) -> Lock:
        return self._turn


def model_of(record: RunRecord) -> Model:
    """The model of a run, loaded now if it is not at hand.

    Raises:
        UserError: it cannot be built or read here.
        DamagedError: a file of the run is not what was sealed.
    """
    return _loaded(record.experiment, record.seed, str(record.folder.path), when_sealed(record))


def when_sealed(record: RunRecord) -> int:
    """When a run was completed, in nanoseconds; what is remembered of another one is of no use."""
    try:
        return record.mark.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=_MOST_MODELS, show_spinner="Loading the model …")
def _loaded(experiment: str, seed: int, folder: str, sealed_ns: int) -> Model:  # noqa: ARG001
    record = RunRecord(experiment, seed, RunFolder(Path(folder)))
    predictor = load_predictor(record)
    return Model(predictor, matrix_of_test(record.predictions(), predictor.classes))
