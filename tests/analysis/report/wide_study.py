"""A study as wide as the home ground: 18 species, four experiments with long names, three seeds."""

import numpy as np
import pandas as pd

from bench.experiments.spec import Published

SPECIES = [
    "beaver",
    "black_bear",
    "bob_cat",
    "coyote",
    "elephant",
    "goose",
    "gray_fox",
    "horse",
    "lion",
    "mink",
    "mouse",
    "muledeer",
    "otter",
    "raccoon",
    "rat",
    "skunk",
    "turkey",
    "western_grey_squirrel",
]
EXPERIMENTS = [
    "resnet18-baseline",
    "resnet18-progressive-unfreezing",
    "vit-full-finetune",
    "vit-progressive-freezing",
]
PUBLISHED = {"resnet18-baseline": Published(accuracy=0.65, per_class={"gray_fox": 0.28})}


def study(n_images=400, seeds=3, experiments=EXPERIMENTS, classes=SPECIES):
    """Predictions and metrics of runs that are right two times in three."""
    rng = np.random.default_rng(0)
    true = rng.integers(len(classes), size=n_images)
    names = np.array(classes)
    frames, metrics = [], []
    for experiment in experiments:
        for seed in range(seeds):
            guess = rng.integers(len(classes), size=n_images)
            called = np.where(rng.random(n_images) < 2 / 3, true, guess)
            frames.append(
                pd.DataFrame(
                    {
                        "experiment": experiment,
                        "seed": seed,
                        "split": "test",
                        "path": [f"{i}.jpg" for i in range(n_images)],
                        "true": names[true],
                        "predicted": names[called],
                    }
                )
            )
            accuracy = float((true == called).mean())
            metrics.append(
                (experiment, seed, accuracy, accuracy, accuracy, 1.2, 0.1, n_images, 50.0)
            )
    columns = [
        "experiment",
        "seed",
        "accuracy",
        "macro_accuracy",
        "macro_f1",
        "nll",
        "ece",
        "n",
        "seconds",
    ]
    return pd.concat(frames, ignore_index=True), pd.DataFrame(metrics, columns=columns)
