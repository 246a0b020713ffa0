"""The parts of the bootstrap against closed forms and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics.outcomes import Outcomes
from analysis.statistics.overall import image_weights, resample_measure
from analysis.statistics.resampling import deviation_within, seed_part, seed_variance


def outcomes_of(right, labels=None, classes=("a", "b", "c")):
    """Outcomes of experiments named by their position; `right` is a list of [S, N]."""
    arrays = {f"e{i}": np.asarray(r, dtype=float) for i, r in enumerate(right)}
    n = next(iter(arrays.values())).shape[1]
    labels = np.zeros(n, dtype=np.int64) if labels is None else np.asarray(labels)
    seeds = {name: tuple(range(len(r))) for name, r in arrays.items()}
    return Outcomes(arrays, seeds, labels, classes)


PAIR = np.array([[0, 1]])


def differences_of(right, measure="accuracy"):
    return resample_measure(outcomes_of(right), measure).differences(PAIR)


@pytest.mark.parametrize(("n_right", "n"), [(0, 12), (5, 12), (12, 12), (150, 200)])
def test_with_one_seed_the_interval_is_jeffreys(n_right, n):
    """Beta(k + 1/2, n - k + 1/2), by scipy; ours is wider by (n + 1) / (n - 1) in variance."""
    outcomes = outcomes_of([[[1] * n_right + [0] * (n - n_right)]])
    drawn = resample_measure(outcomes, "accuracy", n_draws=200_000)
    jeffreys = stats.beta(n_right + 0.5, n - n_right + 0.5)
    wider = np.sqrt((n + 1) / (n - 1))
    centre = jeffreys.mean()
    for q in (0.025, 0.5, 0.975):
        expected = centre + (jeffreys.ppf(q) - centre) * wider
        assert np.quantile(drawn.estimate_draws[:, 0], q) == pytest.approx(expected, abs=0.006)


def test_a_difference_spreads_as_scipys_paired_bootstrap_says():
    rng = np.random.default_rng(5)
    a = (rng.random((1, 300)) < 0.7) * 1.0
    b = np.where(rng.random((1, 300)) < 0.8, a, 1 - a)
    ours = differences_of([a, b]).draws[:, 0]
    reference = stats.bootstrap(
        (a[0], b[0]),
        lambda x, y, axis: (x - y).mean(axis=axis),
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
        method="percentile",
    )
    assert ours.std() == pytest.approx(reference.standard_error, rel=0.05)
    assert np.quantile(ours, 0.025) == pytest.approx(reference.confidence_interval.low, abs=0.006)
    assert np.quantile(ours, 0.975) == pytest.approx(reference.confidence_interval.high, abs=0.006)


def test_pairing_by_image_makes_a_difference_sharper_than_two_accuracies():
    rng = np.random.default_rng(6)
    a = (rng.random((1, 400)) < 0.6) * 1.0
    b = a.copy()
    b[0, :10] = 1 - b[0, :10]
    drawn = resample_measure(outcomes_of([a, b]), "accuracy")
    paired = drawn.differences(PAIR).draws[:, 0]
    unpaired = np.hypot(drawn.estimate_draws[:, 0].std(), drawn.estimate_draws[:, 1].std())
    assert paired.std() < unpaired / 3


def test_macro_accuracy_counts_each_class_the_same():
    labels = [0] * 8 + [1] * 2
    right = [[[1] * 8 + [0, 1]]]
    drawn = resample_measure(outcomes_of(right, labels), "macro_accuracy")
    assert drawn.estimates[0] == pytest.approx((1 + 0.5) / 2)
    assert image_weights(outcomes_of(right, labels), "macro_accuracy").tolist() == pytest.approx(
        [1 / 16] * 8 + [1 / 4] * 2
    )
    with pytest.raises(ValueError, match="measure is 'f1'"):
        image_weights(outcomes_of(right, labels), "f1")


def test_macro_accuracy_spreads_as_the_strata_say():
    """Two classes of 50 and 20 images: variance (s1²/50 + s2²/20) / 4, s² with n - 1."""
    right = [[[1] * 30 + [0] * 20 + [1] * 5 + [0] * 15]]
    labels = [0] * 50 + [1] * 20
    drawn = resample_measure(outcomes_of(right, labels), "macro_accuracy")
    variance = (0.6 * 0.4 / 49 + 0.25 * 0.75 / 19) / 4
    assert drawn.estimate_draws[:, 0].std() == pytest.approx(np.sqrt(variance), rel=0.05)


def test_the_seeds_effect_is_the_method_of_moments_of_the_two_way_layout():
    """With equal weights: (MS_seeds - MS_residual) / N, from the sums of squares by hand."""
    rng = np.random.default_rng(7)
    right = (rng.random((4, 30)) < np.array([0.9, 0.5, 0.7, 0.3])[:, None]) * 1.0
    n_seeds, n = right.shape
    by_seed, by_image, mean = right.mean(axis=1), right.mean(axis=0), right.mean()
    ms_seeds = n * ((by_seed - mean) ** 2).sum() / (n_seeds - 1)
    residual = right - by_seed[:, None] - by_image + mean
    ms_residual = (residual**2).sum() / ((n_seeds - 1) * (n - 1))
    expected = (ms_seeds - ms_residual) / n
    assert seed_variance(right, np.full(n, 1 / n)) == pytest.approx(expected)


def test_seeds_that_differ_no_more_than_single_images_would_explain_add_nothing():
    # Each seed is right on half of the images, but on other ones: no effect of the seed.
    right = np.array([[1, 0] * 10, [0, 1] * 10], dtype=float)
    assert seed_variance(right, np.full(20, 1 / 20)) == 0
    assert np.isnan(seed_variance(right[:1], np.full(20, 1 / 20)))


def test_the_seeds_part_is_students_t():
    rng = np.random.default_rng(0)
    drawn = seed_part([0.04], [4]).draw(rng, 40_000)
    scale = np.sqrt(0.04 / 4)
    assert np.quantile(drawn, 0.975) == pytest.approx(stats.t.ppf(0.975, 3) * scale, rel=0.05)
    assert not seed_part([float("nan")], [1]).draw(rng, 10).any()


def test_the_seeds_part_of_a_difference_has_welchs_degrees_of_freedom():
    """Against scipy's Welch interval of two samples with exactly these variances and sizes."""
    a, b = np.array([0.0, 0.1, 0.2]), np.array([0.0, 0.3, 0.1, 0.2])
    part = seed_part([a.var(ddof=1), b.var(ddof=1)], [3, 4])
    drawn = part.draw(np.random.default_rng(0), 100_000)
    reference = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    half = (reference.high - reference.low) / 2
    assert np.quantile(drawn, 0.975) == pytest.approx(half, rel=0.03)


def test_the_same_seed_gives_the_same_draws_and_another_one_others():
    outcomes = outcomes_of([[[1, 0, 1, 1]], [[0, 1, 1, 0]]], [0, 1, 1, 2])
    first, again, other = (
        resample_measure(outcomes, "accuracy", seed, 50).differences(PAIR, seed).draws
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_study_gives_finite_draws_around_what_was_measured(n_seeds, n_images, seed):
    rng = np.random.default_rng(seed)
    right = [rng.integers(0, 2, (n_seeds, n_images)) for _ in range(2)]
    outcomes = outcomes_of(right, rng.integers(0, 3, n_images))
    for measure in ("accuracy", "macro_accuracy"):
        drawn = resample_measure(outcomes, measure, n_draws=64)
        assert np.isfinite(drawn.estimate_draws).all()
        found = drawn.differences(PAIR)
        assert np.isfinite(found.draws).all()
        assert found.estimates[0] == pytest.approx(drawn.estimates[0] - drawn.estimates[1])


def test_a_single_image_of_a_class_varies_as_images_of_other_classes_do():
    """18 classes of one image each, half of them right: s² = 18/17 / 4, over 18 classes."""
    right = [[[1, 0] * 9]]
    classes = tuple(f"class {k}" for k in range(18))
    drawn = resample_measure(outcomes_of(right, range(18), classes), "macro_accuracy")
    assert drawn.estimate_draws[:, 0].std() == pytest.approx(np.sqrt(1 / 4 / 17), rel=0.05)


def test_deviations_are_pooled_within_the_classes():
    values = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 3.0], [1.0, 5.0], [9.0, 9.0]])
    labels = np.array([0, 0, 2, 2, 4])
    # Class 0: squares (½)² twice, and none; class 2: none, and 1 twice. Two degrees of freedom.
    np.testing.assert_allclose(deviation_within(values, labels), [np.sqrt(0.5 / 2), 1.0])
    alone = deviation_within(values[:2], np.array([0, 1]))
    np.testing.assert_allclose(alone, [np.sqrt(0.5), 0.0])
