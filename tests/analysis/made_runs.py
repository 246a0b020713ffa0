"""Predictions of single runs, made from probabilities."""

import numpy as np
import pandas as pd

from runners.evaluation import Scores


def run_of(p, true, experiment="e", seed=0):
    """Predictions of one run, from probabilities [N, k] and true classes as numbers."""
    p = np.asarray(p, dtype=float)
    names = [f"c{i}" for i in range(p.shape[1])]
    frame = {
        "experiment": experiment,
        "seed": seed,
        "path": [f"{i}.jpg" for i in range(len(p))],
        "true": [names[i] for i in true],
        "predicted": [names[i] for i in p.argmax(axis=1)],
    }
    return pd.DataFrame(frame | {f"p:{name}": p[:, i] for i, name in enumerate(names)})


def random_run(n, k, seed=0, sharpness=3.0, **more):
    rng = np.random.default_rng([n, k, seed])
    true = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k)) * sharpness
    logits[np.arange(n), true] += sharpness
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return run_of(p / p.sum(axis=1, keepdims=True), true, seed=seed, **more)


def scores_of(run):
    columns = [name for name in run.columns if name.startswith("p:")]
    labels = [columns.index(f"p:{name}") for name in run["true"]]
    return Scores(run[columns].to_numpy(), np.array(labels))
