"""The photo under the colours of where the model looked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.explain.examples import SaliencyExample
from analysis.explain.figures import overlay
from analysis.explain.saliency import saliency
from app.predictor import Answer, Predictor


@dataclass(frozen=True, eq=False)
class Looked:
    """Where a model looked: `image` uint8 RGB [S, S, 3]; `method` says how that was found."""

    image: NDArray[np.uint8]
    method: str


def where_it_looked(predictor: Predictor, square: NDArray[np.uint8], answer: Answer) -> Looked:
    """Draws where the model looked for the class that it named.

    Args:
        predictor: its network is not to be used by another thread meanwhile.
        square: the image as the network takes it, uint8 [S, S, 3].
        answer: what was said of it.

    Raises:
        UserError: the network gives no saliency map.
    """
    classifier = predictor.classifier
    inputs = classifier.inputs(square[None])
    found = saliency(classifier, inputs, [answer.classes.index(answer.predicted)])
    example = SaliencyExample(
        image=square,
        path="",
        true=None,
        predicted=answer.predicted,
        confidence=answer.confidence,
        map=found.maps[0],
        method=found.method,
    )
    return Looked(np.rint(overlay(example) * 255).astype(np.uint8), found.method)
