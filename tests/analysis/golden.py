"""A study small enough to work out by hand: 12 images, 3 classes, 2 experiments, 2 seeds.

Four test images of each of cat, dog and fox. Each string below is what a run called them, image by
image (c, d, f); the truth is "cccc dddd ffff".

    experiment  seed  cat   dog   fox   right
    alpha       0     cccd  dddd  fffc  3 + 4 + 3 = 10
    alpha       1     ccdd  dddf  ffcc  2 + 3 + 2 = 7
    beta        0     cccc  dddd  ffff  12
    beta        1     cccf  dddd  ffff  11

A run gives the class that it names the tenths in SURE, and each of the other two half of the rest.

Of the six validation images, "cc dd ff", a run is equally sure of each: it gives what it names
ODDS times as much as either other class. With k of n right the likelihood is highest where those
odds are 2k / (n - k), so the temperature is ln(ODDS) / ln(2k / (n - k)).

    experiment  seed  cat  dog  fox  right  odds  temperature
    alpha       0     cd   dc   ff   4      8     ln 8 / ln 4 = 3/2
    alpha       1     cd   dc   fc   3      8     ln 8 / ln 2 = 3
    beta        0     cc   dd   cc   4      2     ln 2 / ln 4 = 1/2
    beta        1     cf   dc   ff   4      4     1

Five epochs each. Alpha thaws ten parameters after two and cuts its learning rate to a tenth after
three; it still improves. Beta's validation loss is lowest in the third epoch (seed 0) and the
second (seed 1), and rises from there.
"""

import pandas as pd

from analysis.study import Study
from bench.experiments.spec import Published

CLASSES = ["cat", "dog", "fox"]
EXPERIMENTS = ["beta", "alpha"]  # not the alphabet's order, so that sorting would be noticed
TRUE = "ccccddddffff"
CALLED = {
    ("alpha", 0): "cccddddd" + "fffc",
    ("alpha", 1): "ccdddddf" + "ffcc",
    ("beta", 0): "ccccddddffff",
    ("beta", 1): "cccfddddffff",
}
SURE = {
    ("alpha", 0): "987699879868",
    ("alpha", 1): "986897648698",
    ("beta", 0): "999899989996",
    ("beta", 1): "998499889987",
}
VALIDATION_TRUE = "ccddff"
VALIDATION_CALLED = {
    ("alpha", 0): "cddcff",
    ("alpha", 1): "cddcfc",
    ("beta", 0): "ccddcc",
    ("beta", 1): "cfdcff",
}
ODDS = {("alpha", 0): 8, ("alpha", 1): 8, ("beta", 0): 2, ("beta", 1): 4}
# A row a run: what each of its five epochs had. Accuracies on validation are of six images.
TRAIN_ACCURACY = {
    ("alpha", 0): (0.2, 0.3, 0.4, 0.5, 0.6),
    ("alpha", 1): (0.1, 0.2, 0.3, 0.4, 0.5),
    ("beta", 0): (0.5, 0.7, 0.8, 0.9, 1.0),
    ("beta", 1): (0.4, 0.6, 0.8, 1.0, 1.0),
}
VALIDATION_RIGHT = {
    ("alpha", 0): (1, 2, 3, 3, 4),
    ("alpha", 1): (1, 2, 2, 3, 2),
    ("beta", 0): (2, 4, 4, 3, 3),  # a tie, which the lower loss decides
    ("beta", 1): (2, 3, 3, 4, 2),
}
VALIDATION_LOSS = {
    ("alpha", 0): (1.4, 1.2, 1.1, 1.0, 0.9),
    ("alpha", 1): (1.5, 1.3, 1.2, 1.1, 1.0),
    ("beta", 0): (1.1, 0.8, 0.7, 0.9, 1.2),
    ("beta", 1): (1.2, 0.6, 0.7, 0.8, 1.0),
}
LEARNING_RATE = {"alpha": (0.01, 0.01, 0.01, 0.001, 0.001), "beta": (0.01,) * 5}
TRAINABLE = {"alpha": (10, 10, 20, 20, 20), "beta": (30,) * 5}
PUBLISHED = {
    "alpha": Published(
        accuracy=0.65, macro_accuracy=0.6, per_class={"fox": 0.28}, source="Smith 2024."
    )
}
_NAMES = {"c": "cat", "d": "dog", "f": "fox"}


def study(**more):
    """All of it; `more` are further fields of the study, or others in place of these."""
    fields = {
        "suite": "golden",
        "classes": tuple(CLASSES),
        "experiments": tuple(EXPERIMENTS),
        "metrics": metrics(),
        "test": predictions(),
        "validation": validation(),
        "histories": histories(),
        "published": PUBLISHED,
    }
    return Study(**(fields | more))


def part(query, **more):
    """Of all of it the runs that a query chooses."""
    fields = {
        "metrics": metrics(),
        "test": predictions(),
        "validation": validation(),
        "histories": histories(),
    }
    return study(**({name: frame.query(query) for name, frame in fields.items()} | more))


def predictions() -> pd.DataFrame:
    """Of the test images."""
    sure = {run: [int(tenth) / 10 for tenth in tenths] for run, tenths in SURE.items()}
    return _predictions("test", TRUE, CALLED, sure)


def validation() -> pd.DataFrame:
    """Of the validation images."""
    sure = {run: [odds / (odds + 2)] * len(VALIDATION_TRUE) for run, odds in ODDS.items()}
    return _predictions("val", VALIDATION_TRUE, VALIDATION_CALLED, sure)


def _predictions(split, truth, called_by, sure_by) -> pd.DataFrame:
    rows = [
        {
            "experiment": experiment,
            "seed": seed,
            "split": split,
            "path": f"{split}/{i}.jpg",
            "true": _NAMES[true],
            "predicted": _NAMES[called],
            **{f"p:{name}": sure if name == _NAMES[called] else (1 - sure) / 2 for name in CLASSES},
        }
        for (experiment, seed), names in called_by.items()
        for i, (true, called, sure) in enumerate(
            zip(truth, names, sure_by[experiment, seed], strict=True)
        )
    ]
    return pd.DataFrame(rows)


def histories() -> pd.DataFrame:
    """An epoch a row, as the runs' history.csv have them."""
    runs = [
        pd.DataFrame(
            {
                "experiment": experiment,
                "seed": seed,
                "epoch": range(5),
                "learning_rate": LEARNING_RATE[experiment],
                "train_loss": [1.0, 0.8, 0.6, 0.4, 0.2],
                "train_accuracy": TRAIN_ACCURACY[experiment, seed],
                "val_loss": VALIDATION_LOSS[experiment, seed],
                "val_accuracy": [n / 6 for n in right],
                "val_macro_accuracy": [n / 6 for n in right],  # two images of each class
                "trainable_parameters": TRAINABLE[experiment],
                "seconds": 2.0,
                "images_per_second": 50.0,
            }
        )
        for (experiment, seed), right in VALIDATION_RIGHT.items()
    ]
    return pd.concat(runs, ignore_index=True)


def renamed(names: dict[str, str]) -> pd.DataFrame:
    """The predictions, with other names for the classes."""
    columns = {f"p:{old}": f"p:{new}" for old, new in names.items()}
    return predictions().replace({"true": names, "predicted": names}).rename(columns=columns)


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
