"""Tables as the analysis makes them, of numbers that are easy to follow in a figure."""

import numpy as np
import pandas as pd
from matplotlib.text import Text

from analysis.figures.placement import laid_out, measure
from analysis.figures.rendering import any_letter

# Names that mean something to XML, to mathematics or to a legend, or that the font lacks.
AWKWARD = ["a_b$x", "<b> & \"c\" 'd'", "狐", "_hidden", "$", "two\nlines", "bell\a", "-->"]


def curves(experiments, n_epochs=10, n_seeds=3, lowest=4):
    """Losses that fall and accuracies that rise; the validation loss rises after an epoch."""
    epochs = np.arange(n_epochs)
    of = {
        "train_loss": 2 / (1 + epochs),
        "val_loss": 1 + 0.1 * np.abs(epochs - lowest),
        "train_accuracy": 1 - 0.5 / (1 + epochs),
        "val_accuracy": 0.6 - 0.01 * np.abs(epochs - 6),
        "val_macro_accuracy": 0.5 - 0.01 * np.abs(epochs - 6),
    }
    spread = 0.05 if n_seeds > 1 else np.nan
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "experiment": name,
                    "epoch": epochs,
                    "measure": measure_name,
                    "mean": values,
                    "low": values - spread,
                    "high": values + spread,
                    "n_seeds": n_seeds,
                }
            )
            for name in experiments
            for measure_name, values in of.items()
        ],
        ignore_index=True,
    )


def changes(*rows):
    return pd.DataFrame(rows, columns=["experiment", "epoch", "kind", "before", "after"])


def per_class(accuracies, published=None):
    """From a dict experiment -> accuracies of the classes, in the order of the classes."""
    published = published or {}
    n_classes = len(next(iter(accuracies.values()), []))
    rows = [
        {
            "class": f"class {i:03}",
            "experiment": name,
            "n": 20,
            "accuracy": values[i],
            "sd": 0.02,
            "low": max(0.0, values[i] - 0.1),
            "high": min(1.0, values[i] + 0.1),
            "n_seeds": 3,
            "published": published.get(name, {}).get(i, np.nan),
            "precision": values[i],
            "f1": values[i],
        }
        for i in range(n_classes)
        for name, values in accuracies.items()
    ]
    columns = [
        "class",
        "experiment",
        "n",
        "accuracy",
        "sd",
        "low",
        "high",
        "n_seeds",
        "published",
        "precision",
        "f1",
    ]
    return pd.DataFrame(rows, columns=columns)


def reliability(experiment, rows):
    """From rows (bin, n, confidence, accuracy) of 15 bins."""
    return pd.DataFrame(
        [(experiment, b, b / 15, (b + 1) / 15, n, c, a) for b, n, c, a in rows],
        columns=["experiment", "bin", "low", "high", "n", "confidence", "accuracy"],
    )


def selective(at_full):
    """From a dict experiment -> accuracy over all images."""
    coverage = np.arange(1, 21) / 20
    columns = ["experiment", "coverage", "accuracy", "sd"]
    if not at_full:
        return pd.DataFrame(columns=columns)
    tables = [
        pd.DataFrame(
            {
                "experiment": name,
                "coverage": coverage,
                "accuracy": 1 - (1 - y) * coverage,
                "sd": 0.01,
            }
        )
        for name, y in at_full.items()
    ]
    return pd.concat(tables, ignore_index=True)


def summary(rows):
    """From rows (experiment, accuracy, seconds)."""
    return pd.DataFrame(rows, columns=["experiment", "accuracy", "seconds"])


def comparisons(values, measure_name="accuracy", clear_from=0.05):
    """All pairs of experiments with these values; the interval is 0.04 to either side."""
    names = list(values)
    rows = [
        {
            "measure": measure_name,
            "a": a,
            "b": b,
            "difference": values[a] - values[b],
            "low": values[a] - values[b] - 0.04,
            "high": values[a] - values[b] + 0.04,
            "p": 0.01,
            "p_holm": 0.01 if abs(values[a] - values[b]) > clear_from else 0.4,
            "n_seeds_a": 3,
            "n_seeds_b": 3,
        }
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["measure", "difference"])


def shown_texts(figure):
    """All texts that are drawn, with what they cover, once the figure is laid out."""
    renderer = laid_out(figure)
    with any_letter():
        figure.canvas.draw()
    # The ticks of an axis are made anew when it is drawn; those outside of it stay hidden.
    ticks = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks() + axis.get_minor_ticks()
        for label in (tick.label1, tick.label2)
    }
    kept = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis._update_ticks()
        for label in (tick.label1, tick.label2)
        if axes.axison
    }
    return [
        (text, measure(text, renderer))
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and (text not in ticks or text in kept)
    ]


def overlapping(figure):
    """Pairs of drawn texts that lie on one another."""
    texts = shown_texts(figure)
    x0, y0, x1, y1 = np.array([box.padded(-0.5).extents for _, box in texts]).T
    beside = (x0[:, None] >= x1) | (y0[:, None] >= y1)
    pairs = np.argwhere(np.triu(~(beside | beside.T), k=1))
    return [(texts[i][0].get_text(), texts[j][0].get_text()) for i, j in pairs]


def outside(figure):
    """Drawn texts that the edge of the figure cuts."""
    edge = figure.bbox.padded(0.5)
    return [
        text.get_text()
        for text, box in shown_texts(figure)
        if not (edge.fully_contains(*box.min) and edge.fully_contains(*box.max))
    ]


def all_texts(figure):
    return [text.get_text() for text in figure.findobj(Text)]
