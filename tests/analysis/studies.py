"""Random studies for property tests."""

import pandas as pd
from hypothesis import strategies as st

NAMES = ["gray fox", "bob_cat", "Füchse|x", "a & b", "狐"]


@st.composite
def studies(draw, min_images=1):
    """Predictions, classes and experiments; every run sees the same images."""
    classes = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    experiments = draw(st.lists(st.sampled_from(["p", "q", "r-s"]), min_size=1, unique=True))
    a_class = st.sampled_from(classes)
    true = draw(st.lists(a_class, min_size=min_images, max_size=12))
    frames = [
        pd.DataFrame(
            {
                "experiment": experiment,
                "seed": seed,
                "split": "test",
                "path": [f"{i}.png" for i in range(len(true))],
                "true": true,
                "predicted": draw(st.lists(a_class, min_size=len(true), max_size=len(true))),
            }
        )
        for experiment in experiments
        for seed in range(draw(st.integers(1, 3)))
    ]
    return pd.concat(frames, ignore_index=True), classes, experiments
