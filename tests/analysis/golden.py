"""A study small enough to work out by hand: 12 images, 3 classes, 2 experiments, 2 seeds.

Four images of each of cat, dog and fox. Each string below is what a run called them, image by
image (c, d, f); the truth is "cccc dddd ffff".

    experiment  seed  cat   dog   fox   right
    alpha       0     cccd  dddd  fffc  3 + 4 + 3 = 10
    alpha       1     ccdd  dddf  ffcc  2 + 3 + 2 = 7
    beta        0     cccc  dddd  ffff  12
    beta        1     cccf  dddd  ffff  11
"""

import pandas as pd

CLASSES = ["cat", "dog", "fox"]
EXPERIMENTS = ["beta", "alpha"]  # not the alphabet's order, so that sorting would be noticed
TRUE = "ccccddddffff"
CALLED = {
    ("alpha", 0): "cccddddd" + "fffc",
    ("alpha", 1): "ccdddddf" + "ffcc",
    ("beta", 0): "ccccddddffff",
    ("beta", 1): "cccfddddffff",
}
_NAMES = {"c": "cat", "d": "dog", "f": "fox"}


def predictions() -> pd.DataFrame:
    rows = [
        {
            "experiment": experiment,
            "seed": seed,
            "split": "test",
            "path": f"test/{i}.jpg",
            "true": _NAMES[true],
            "predicted": _NAMES[called],
        }
        for (experiment, seed), names in CALLED.items()
        for i, (true, called) in enumerate(zip(TRUE, names, strict=True))
    ]
    return pd.DataFrame(rows)


def metrics() -> pd.DataFrame:
    """As a run would have written them: accuracies from the table above, the rest made up."""
    rows = [
        ("alpha", 0, 10 / 12, 10 / 12, 0.8, 0.5, 0.10, 12, 60.0),
        ("alpha", 1, 7 / 12, 7 / 12, 0.6, 0.7, 0.20, 12, 80.0),
        ("beta", 0, 12 / 12, 12 / 12, 1.0, 0.1, 0.02, 12, 100.0),
        ("beta", 1, 11 / 12, 11 / 12, 0.9, 0.3, 0.04, 12, 140.0),
    ]
    columns = ["experiment", "seed", "accuracy", "macro_accuracy", "macro_f1"]
    return pd.DataFrame(rows, columns=[*columns, "nll", "ece", "n", "seconds"])
