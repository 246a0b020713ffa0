"""That no name breaks any figure, in any format."""

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from analysis import figures
from analysis.figures import png, svg, themed_svg

from . import frames

SVG = "{http://www.w3.org/2000/svg}"


def of(name):
    """Each figure, with an experiment and a class of that name."""
    other = "another"
    numbers = {name: [0.5, 0.6], other: [0.4, 0.7]}
    classes = frames.per_class(numbers).replace("class 001", name)
    matrix = pd.DataFrame(np.eye(2, dtype=np.int64), index=[name, other], columns=[name, other])
    bins = frames.reliability(name, [(9, 40, 0.65, 0.5)])
    marks = frames.changes((name, 3, "unfreeze", 1, 2))
    return {
        "learning": figures.learning_figure(frames.curves([name]), marks, name),
        "classes": figures.per_class_figure(classes),
        "reliability": figures.reliability_figure(bins, bins, name),
        "selective": figures.selective_figure(frames.selective({name: 0.5}), [name]),
        "cost": figures.cost_figure(frames.summary([(name, 0.5, 10), (other, 0.6, 20)])),
        "differences": figures.differences_figure(frames.comparisons({name: 0.5, other: 0.6})),
        "confusion": figures.confusion_figure(matrix, name),
    }


@pytest.mark.parametrize("name", frames.AWKWARD)
@pytest.mark.parametrize("kind", list(of("a")))
def test_an_awkward_name_is_shown_as_it_is(kind, name):
    figure = of(name)[kind]
    expected = name.replace("\a", "\N{REPLACEMENT CHARACTER}").replace("\n", " ")
    markup = themed_svg(figure, name, kind)
    shown = [text.text or "" for text in ET.fromstring(markup).iter(f"{SVG}text")]  # noqa: S314
    assert any(expected in text for text in shown)
    assert not [t for t in figure.findobj(Text) if "$" in t.get_text() and t.get_parse_math()]
    assert png(figure, dpi=50)
    assert svg(figure)
