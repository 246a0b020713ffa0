"""One test image under every corruption, for those who want to see what was measured."""

from typing import TYPE_CHECKING

import numpy as np

from bench.results.robustness import CLEAN

if TYPE_CHECKING:
    import pandas as pd

    from runners.data.photos import Photos

_SHOWN = (3, 5)  # strengths


def corrupted_svg(photos: "Photos", answers: "pd.DataFrame", notice: str = "") -> str:
    """An SVG element: a test image as it is, and as each corruption makes it.

    It is the first that all runs name rightly as it is; where there is none, the first.

    Args:
        photos: the data set.
        answers: as `bench.results.robustness.robustness_frame` makes them.
        notice: a sentence that goes wherever the picture goes.

    Raises:
        UserError: the image cannot be read.
    """
    from analysis.figures.corrupted import corrupted_figure
    from analysis.figures.rendering import themed_svg
    from runners.data.corruptions.catalogue import corrupt, corruptions

    path = _chosen(answers)
    image = photos.read("test", path)
    names = [str(name) for name in answers["corruption"].unique() if name != CLEAN]
    variants = {
        one.name: [corrupt(image, one, strength, path) for strength in _SHOWN]
        for one in corruptions(names)
    }
    figure = corrupted_figure(np.asarray(image), variants, _SHOWN, path, notice)
    return themed_svg(figure, f"A test image under {', '.join(names)}.", "corrupted")


def _chosen(answers: "pd.DataFrame") -> str:
    clean = answers.loc[answers["corruption"] == CLEAN]
    right = (clean["true"] == clean["predicted"]).groupby(clean["path"]).mean()
    return str(right[right == right.max()].index.min())
