"""Histories made by hand, for the tests of curves."""

import pandas as pd


def history(val_accuracy, experiment="e", seed=0, **columns):
    """An epoch for each validation accuracy; other columns as given, or constant."""
    n = len(val_accuracy)
    constant = {
        "epoch": range(n),
        "learning_rate": 1e-3,
        "train_loss": 0.5,
        "train_accuracy": 0.75,
        "val_loss": 1.0,
        "val_accuracy": val_accuracy,
        "val_macro_accuracy": val_accuracy,
        "trainable_parameters": 100,
        "seconds": 1.0,
        "images_per_second": 10.0,
    }
    return pd.DataFrame({"experiment": experiment, "seed": seed} | constant | columns)


def histories(*runs):
    return pd.concat(runs, ignore_index=True)
