"""Answers on corrupted images, few enough to work out by hand.

Images a and b are cats, c is a dog. Below, whether a run named them rightly, a then b then c.

    experiment  seed  none  blur 1  blur 2  snow 1  snow 2
    alpha       0     111   110     100     111     001
    alpha       1     101   100     000     111     001
"""

import pandas as pd

CLASSES = ["cat", "dog"]
TRUE = {"cat/a": "cat", "cat/b": "cat", "dog/c": "dog"}
VARIANTS = (("none", 0), ("blur", 1), ("blur", 2), ("snow", 1), ("snow", 2))
ALPHA = {
    ("alpha", 0): ("111", "110", "100", "111", "001"),
    ("alpha", 1): ("101", "100", "000", "111", "001"),
}


def answers(right=ALPHA, n_test=3, variants=VARIANTS):
    """A row an image and variant of each run; "-" in place of 0 or 1 leaves it out."""
    other = {"cat": "dog", "dog": "cat"}
    rows = [
        (name, seed, n_test, kind, strength, path, true, true if mark == "1" else other[true])
        for (name, seed), marks in right.items()
        for (kind, strength), of_variant in zip(variants, marks, strict=False)
        for (path, true), mark in zip(TRUE.items(), of_variant, strict=True)
        if mark != "-"
    ]
    columns = ["experiment", "seed", "n_test", "corruption", "strength", "path", "true"]
    return pd.DataFrame(rows, columns=[*columns, "predicted"])
