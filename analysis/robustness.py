"""How much of its accuracy each experiment keeps when test images get worse.

The mean corruption accuracy (mCA) is the mean over corruptions of the mean over their strengths,
every corruption counting the same; the counterpart of the mean corruption error of D. Hendrycks and
T. Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
ICLR 2019, without their division by a reference network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.labels import positions

CLEAN = "none"
N_DRAWS = 2_000
_CHUNK = 100  # draws whose weights are held in memory at once
_SUMMARY = (
    *("experiment", "n_seeds", "n", "n_test", "n_corruptions", "accuracy", "accuracy_sd"),
    *("mca", "mca_sd", "mca_low", "mca_high", "drop", "drop_low", "drop_high", "relative_drop"),
    *("macro_accuracy", "macro_accuracy_sd", "macro_mca", "macro_mca_sd"),
    *("weakest", "weakest_accuracy"),
)
_STRENGTHS = ("experiment", "corruption", "strength", "n_seeds", "accuracy", "accuracy_sd")
_STRENGTHS_MACRO = ("macro_accuracy", "macro_accuracy_sd")
_CLASSES = ("class", "experiment", "n", "corruption", "accuracy", "drop")


@dataclass(frozen=True, eq=False)
class Robustness:
    """What corrupted images tell of each experiment, in the order of the suite.

    Attributes:
        summary: a row an experiment: `experiment, n_seeds, n` (test images that were corrupted),
            `n_test` (test images there are), `n_corruptions`; on the images as they are `accuracy`
            and `macro_accuracy`, on corrupted ones `mca` and `macro_mca`, all with `_sd` over seeds
            (ddof = 1, NaN with one seed); `drop` is `accuracy - mca`, `relative_drop` its share of
            `accuracy`; `weakest` is the corruption that leaves least, `weakest_accuracy` what it
            leaves. `mca_low, mca_high, drop_low, drop_high` bound 95 % of what other test images
            would give (a bootstrap over images; all answers on an image go together, since they are
            not independent; other seeds are not in it); NaN with a single image. What is over all
            corruptions is NaN where a seed lacks a corruption or an image that any run has.
        strengths: a row an experiment, corruption and strength: `experiment, corruption, strength,
            n_seeds, accuracy, accuracy_sd, macro_accuracy, macro_accuracy_sd`. Images as they are
            have the corruption "none" and strength 0.
        classes: a row a class, experiment and corruption: `class, experiment, n` (images),
            `corruption` ("none", "all" for their mean, and each), `accuracy` (mean over seeds and
            strengths), `drop` (from the images as they are). NaN for a class without images.

        gaps: a line an experiment that has no mean over all corruptions: which seeds lack what.
    """

    summary: pd.DataFrame
    strengths: pd.DataFrame
    classes: pd.DataFrame
    gaps: tuple[str, ...] = ()


def robustness(
    answers: pd.DataFrame, classes: Sequence[str], experiments: Sequence[str]
) -> Robustness:
    """Puts together what runs said of corrupted images.

    Of an experiment count the images and the corruptions that all its seeds have; but only one of
    which all seeds have every corruption and image of any run has an mCA, so that all are the mean
    of the same things.

    Args:
        answers: a row an image and variant of a run: `experiment, seed, n_test, corruption,
            strength, path, true, predicted`.
        classes: class names in order.
        experiments: names in the order wanted. Others in `answers` are left out.

    Raises:
        UserError: `answers` name a class that is not in `classes`.
    """
    answers = answers.loc[answers["experiment"].isin(experiments)]
    kinds = [str(name) for name in answers["corruption"].unique() if name != CLEAN]
    of_each = {
        name: runs
        for name in dict.fromkeys(experiments)
        if len(runs := answers.loc[answers["experiment"] == name])
    }
    gaps = {name: _gap(runs, answers) for name, runs in of_each.items()}
    made = [_cube(name, runs, classes, kinds, not gaps[name]) for name, runs in of_each.items()]
    cubes = [cube for cube in made if len(cube.labels)]
    summary = [_summary(cube) for cube in cubes]
    strengths = [row for cube in cubes for row in _strengths(cube)]
    by_class = [
        row for k, name in enumerate(classes) for cube in cubes for row in _of_class(cube, k, name)
    ]
    return Robustness(
        pd.DataFrame(summary, columns=list(_SUMMARY)),
        pd.DataFrame(strengths, columns=[*_STRENGTHS, *_STRENGTHS_MACRO]),
        pd.DataFrame(by_class, columns=list(_CLASSES)),
        tuple(f"{name}: {gap}" for name, gap in gaps.items() if gap),
    )


def _gap(runs: pd.DataFrame, answers: pd.DataFrame) -> str:
    """What seeds of an experiment lack that any run has; '' where it is nothing."""
    wanted, n_images = _variants(answers), answers["path"].nunique()
    seeds_with: dict[str, list[str]] = {}
    for seed, run in runs.groupby("seed"):
        own = _variants(run)
        lacking = dict.fromkeys(kind for kind, strength in wanted if (kind, strength) not in own)
        n = int((run.groupby("path").size() == len(own)).sum())
        parts = [f"not measured under {', '.join(lacking)}"] if lacking else []
        parts += [f"measured on {n} of {n_images} images"] if n < n_images else []
        if parts:
            seeds_with.setdefault(" and ".join(parts), []).append(str(seed))
    listed = "; ".join(
        f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(seeds)} {what}"
        for what, seeds in seeds_with.items()
    )
    return f"no mCA on corrupted images: {listed}" if listed else ""


def _variants(answers: pd.DataFrame) -> list[tuple[str, int]]:
    unique = answers[["corruption", "strength"]].drop_duplicates()
    return list(zip(unique["corruption"], unique["strength"], strict=True))


@dataclass(frozen=True, eq=False)
class _Cube:
    """Whether an experiment was right: `right` bool [seeds, variants, images], clean ones first.

    `variants` are (corruption, strength); `labels` int64 [images], positions of classes. `is_whole`
    says that all seeds have all corruptions and images that any run has.
    """

    experiment: str
    right: NDArray[np.bool_]
    variants: list[tuple[str, int]]
    labels: NDArray[np.int64]
    n_test: int
    is_whole: bool

    @property
    def kinds(self) -> list[str]:
        """The corruptions, in order."""
        return list(dict.fromkeys(kind for kind, _ in self.variants if kind != CLEAN))

    def rows(self, kind: str) -> list[int]:
        """Where a corruption's variants stand."""
        return [k for k, (name, _) in enumerate(self.variants) if name == kind]


def _cube(
    experiment: str,
    runs: pd.DataFrame,
    classes: Sequence[str],
    kinds: Sequence[str],
    is_whole: bool,
) -> _Cube:
    n_seeds = runs["seed"].nunique()
    keys = ["corruption", "strength"]
    right = (runs["true"] == runs["predicted"]).rename("right")
    table = pd.concat([runs[["seed", *keys, "path"]], right], axis=1).pivot_table(
        index="path", columns=["seed", *keys], values="right"
    )
    seeds = table.columns.get_level_values(0).unique()
    order = {kind: place for place, kind in enumerate([CLEAN, *kinds])}
    per_seed = [set(table[seed].columns) for seed in seeds]
    common: set[tuple[str, int]] = set.intersection(*per_seed)
    variants = sorted(common, key=lambda v: (order[v[0]], v[1]))
    wanted = [(seed, *variant) for seed in seeds for variant in variants]
    shared = table[wanted].dropna()
    values = shared.to_numpy(dtype=np.float64).T.reshape(n_seeds, len(variants), len(shared))
    truth = runs.drop_duplicates("path").set_index("path")["true"].loc[shared.index]
    labels = positions(truth, classes)
    n_test = int(runs["n_test"].max())
    return _Cube(experiment, values > 0.5, variants, labels, n_test, is_whole)


def _macro(values: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean over classes of their images' means: [..., images] becomes [...]."""
    parts = [values[..., labels == label].mean(axis=-1) for label in np.unique(labels)]
    return np.asarray(np.mean(parts, axis=0), dtype=np.float64)


def _sd(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _over_kinds(cube: _Cube) -> NDArray[np.float64]:
    """The mean over corruptions of the mean over strengths, [seeds, images]."""
    means = [cube.right[:, cube.rows(kind)].mean(axis=1) for kind in cube.kinds]
    return np.asarray(np.mean(means, axis=0), dtype=np.float64)


def _summary(cube: _Cube) -> dict[str, object]:
    clean = cube.right[:, cube.rows(CLEAN)[0]].astype(np.float64)
    accuracy, macro = clean.mean(axis=1), _macro(clean, cube.labels)
    row: dict[str, object] = {
        "experiment": cube.experiment,
        "n_seeds": len(clean),
        "n": len(cube.labels),
        "n_test": cube.n_test,
        "n_corruptions": len(cube.kinds),
        "accuracy": accuracy.mean(),
        "accuracy_sd": _sd(accuracy),
        "macro_accuracy": macro.mean(),
        "macro_accuracy_sd": _sd(macro),
    }
    if not cube.kinds or not cube.is_whole:
        return row
    corrupted = _over_kinds(cube)
    mca, macro_mca = corrupted.mean(axis=1), _macro(corrupted, cube.labels)
    left = {kind: cube.right[:, cube.rows(kind)].mean() for kind in cube.kinds}
    weakest = min(left, key=lambda kind: left[kind])
    drop = accuracy.mean() - mca.mean()
    row |= {
        "mca": mca.mean(),
        "mca_sd": _sd(mca),
        "drop": drop,
        "relative_drop": drop / accuracy.mean() if accuracy.mean() else float("nan"),
        "macro_mca": macro_mca.mean(),
        "macro_mca_sd": _sd(macro_mca),
        "weakest": weakest,
        "weakest_accuracy": float(left[weakest]),
    }
    return row | _bounds(clean.mean(axis=0), corrupted.mean(axis=0))


def _bounds(
    clean: NDArray[np.float64], corrupted: NDArray[np.float64], confidence: float = 0.95
) -> dict[str, float]:
    """Percentile intervals of the mCA and of the drop, over images drawn anew."""
    n = len(clean)
    if n < 2:
        return {}
    rng = np.random.default_rng(0)
    values = np.stack([corrupted, clean - corrupted], axis=1)
    even = np.full(n, 1 / n)
    drawn = [rng.multinomial(n, even, size=_CHUNK) @ values / n for _ in range(N_DRAWS // _CHUNK)]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(np.concatenate(drawn), tails, axis=0)
    return {"mca_low": low[0], "mca_high": high[0], "drop_low": low[1], "drop_high": high[1]}


def _strengths(cube: _Cube) -> list[dict[str, object]]:
    rows = []
    for k, (kind, strength) in enumerate(cube.variants):
        right = cube.right[:, k].astype(np.float64)
        accuracy, macro = right.mean(axis=1), _macro(right, cube.labels)
        rows.append(
            {
                "experiment": cube.experiment,
                "corruption": kind,
                "strength": int(strength),
                "n_seeds": len(right),
                "accuracy": accuracy.mean(),
                "accuracy_sd": _sd(accuracy),
                "macro_accuracy": macro.mean(),
                "macro_accuracy_sd": _sd(macro),
            }
        )
    return rows


def _of_class(cube: _Cube, label: int, name: str) -> list[dict[str, object]]:
    own = cube.right[:, :, cube.labels == label]
    n = own.shape[2]
    means = {
        kind: float(own[:, cube.rows(kind)].mean()) if n else float("nan")
        for kind in [CLEAN, *cube.kinds]
    }
    clean, each = means.pop(CLEAN), dict(means)
    has_mean = bool(each) and cube.is_whole
    overall = float(np.mean(list(each.values()))) if has_mean else float("nan")
    shown = {CLEAN: clean, "all": overall, **each}
    return [
        {
            "class": name,
            "experiment": cube.experiment,
            "n": n,
            "corruption": kind,
            "accuracy": accuracy,
            "drop": float("nan") if kind == CLEAN else clean - accuracy,
        }
        for kind, accuracy in shown.items()
    ]
