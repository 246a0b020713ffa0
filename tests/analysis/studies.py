"""Random studies for property tests."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

NAMES = ["gray fox", "bob_cat", "Füchse|x", "a & b", "狐"]


@st.composite
def studies(draw, min_images=1, min_experiments=1):
    """Predictions, classes and experiments; every run sees the same images."""
    classes = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    some = st.lists(st.sampled_from(["p", "q", "r-s"]), min_size=min_experiments, unique=True)
    experiments = draw(some)
    a_class = st.sampled_from(classes)
    true = draw(st.lists(a_class, min_size=min_images, max_size=12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames = []
    for experiment in experiments:
        for seed in range(draw(st.integers(1, 3))):
            called = draw(st.lists(a_class, min_size=len(true), max_size=len(true)))
            run = {
                "experiment": experiment,
                "seed": seed,
                "split": "test",
                "path": [f"{i}.png" for i in range(len(true))],
                "true": true,
                "predicted": called,
            }
            frames.append(pd.DataFrame(run | _probabilities(rng, called, classes)))
    return pd.concat(frames, ignore_index=True), classes, experiments


def _probabilities(rng, called, classes):
    """A column a class; rows sum to 1, and the class that was named has the most."""
    p = rng.dirichlet(np.ones(len(classes)), size=len(called))
    rows, named = np.arange(len(called)), [classes.index(name) for name in called]
    most, before = p.max(axis=1), p[rows, named]
    p[rows, p.argmax(axis=1)] = before
    p[rows, named] = most
    return {f"p:{name}": p[:, k] for k, name in enumerate(classes)}
