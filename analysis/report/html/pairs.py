"""Confused pairs and hard images, with the photos behind them."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.confusion import POOLED
from analysis.findings import Findings
from analysis.report.background import Pictures
from analysis.report.html.cells import photo
from analysis.report.numbers import count_of, fraction, interval, percent
from analysis.report.photos import PHOTOS_A_DIRECTION, Mistaken, hardest, mistaken, worst_pairs


def pairs(found: Findings, test: pd.DataFrame, pictures: Pictures) -> list[dict[str, Any]]:
    """The worst pairs of all experiments together, each with both directions and its photos."""
    by_experiment = found.confused_pairs.loc[found.confused_pairs["experiment"] != POOLED]
    return [
        {
            "rank": int(pair["rank"]),
            "a": pair["a"],
            "b": pair["b"],
            "errors": int(pair["errors"]),
            "share": percent(pair["share"]),
            "directions": list(_directions(pair, test, pictures)),
            "experiments": _in_each(by_experiment, pair["a"], pair["b"]),
        }
        for _, pair in worst_pairs(found).iterrows()
    ]


def _directions(
    pair: "pd.Series[Any]", test: pd.DataFrame, pictures: Pictures
) -> Iterator[dict[str, Any]]:
    for a, b, called in (("a", "b", "a_as_b"), ("b", "a", "b_as_a")):
        images = mistaken(test, pair[a], pair[b])
        yield {
            "true": pair[a],
            "called": pair[b],
            "count": count_of(int(pair[called]), int(pair[f"n_{a}"])),
            "interval": interval(pair[f"{called}_low"], pair[f"{called}_high"]),
            "n_images": len(images),
            "photos": [_photo(image, pictures) for image in images[:PHOTOS_A_DIRECTION]],
        }


def _photo(image: Mistaken, pictures: Pictures) -> dict[str, Any]:
    return {
        "path": image.path,
        "source": _source(image.path, pictures),
        "caption": f"called {image.called} in {image.n_called} of {image.n_runs} runs",
        "alt": f"{image.path}: {image.true}, called {image.called}",
    }


def _source(path: str, pictures: Pictures) -> str | None:
    jpeg = pictures.test.get(path)
    return None if jpeg is None else photo(jpeg)


def _in_each(pairs_of: pd.DataFrame, a: str, b: str) -> list[dict[str, Any]]:
    own = pairs_of.loc[(pairs_of["a"] == a) & (pairs_of["b"] == b)]
    return [
        {
            "experiment": row["experiment"],
            "there": count_of(int(row["a_as_b"]), int(row["n_a"])),
            "back": count_of(int(row["b_as_a"]), int(row["n_b"])),
        }
        for _, row in own.iterrows()
    ]


def hard_images(found: Findings, pictures: Pictures) -> list[dict[str, Any]]:
    """The hard images by kind, each with its photo."""
    groups = []
    for kind, rows in hardest(found).groupby("kind", sort=False):
        in_all = int((found.hard_images["kind"] == kind).sum())
        photos = [_hard(row, pictures) for _, row in rows.iterrows()]
        groups.append({"kind": kind, "n": in_all, "photos": photos})
    return groups


def _hard(row: "pd.Series[Any]", pictures: Pictures) -> dict[str, Any]:
    runs = f"{row['n_answer']} of {row['n_runs']}"
    return {
        "path": row["path"],
        "source": _source(row["path"], pictures),
        "true": row["true"],
        "caption": f"called {row['answer']} in {runs} runs ({fraction(row['confidence'])} sure)",
        "alt": f"{row['path']}: {row['true']}, called {row['answer']}",
    }
