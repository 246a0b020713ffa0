"""Confusable classes stand together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.class_order import class_order
from analysis.confusion import confusion_matrix

from .golden import CLASSES, predictions


def matrix_of(counts, names=None):
    names = names or [f"class {i}" for i in range(len(counts))]
    return pd.DataFrame(np.asarray(counts, dtype=np.int64), index=names, columns=names)


def test_two_families_that_alternate_are_told_apart():
    # a, c, e are taken for one another, and b, d, f.
    counts = np.diag([4] * 6)
    counts[::2, ::2] += 3
    counts[1::2, 1::2] += 3
    order = class_order(matrix_of(counts, list("abcdef")))
    assert {frozenset(order[:3]), frozenset(order[3:])} == {frozenset("ace"), frozenset("bdf")}


def test_a_chain_is_laid_out_as_a_chain():
    # d is taken for b, b for a, a for c; only neighbours.
    names = ["a", "b", "c", "d"]
    matrix = matrix_of(np.diag([6] * 4), names)
    for true, called in (("d", "b"), ("b", "a"), ("a", "c")):
        matrix.loc[true, called] = 4
    assert class_order(matrix) == ["c", "a", "b", "d"]


def test_rates_count_and_not_numbers_of_images():
    # 10 of 1,000 a's are called b, 5 of 10 c's are called b.
    assert class_order(matrix_of([[990, 10, 0], [0, 10, 0], [0, 5, 5]], list("abc"))) == [
        "a",
        "b",
        "c",
    ]
    # b stands beside a and c, whichever way the classes are sorted.
    matrix = matrix_of([[10, 0, 0], [10, 990, 0], [5, 0, 5]], list("bac"))
    assert class_order(matrix) == ["a", "b", "c"]


def test_a_class_without_images_stands_beside_the_one_that_is_called_so():
    counts = [[9, 0, 1, 0], [0, 0, 0, 0], [1, 0, 9, 0], [0, 5, 0, 5]]
    order = class_order(matrix_of(counts, list("abcd")))
    assert abs(order.index("b") - order.index("d")) == 1
    assert abs(order.index("a") - order.index("c")) == 1


@pytest.mark.parametrize("k", [0, 1, 2, 3, 200])
@pytest.mark.parametrize("fill", ["zeros", "diagonal", "random"])
def test_any_number_of_classes(k, fill):
    rng = np.random.default_rng(k)
    counts = {
        "zeros": np.zeros((k, k)),
        "diagonal": np.diag(np.full(k, 5)),
        "random": rng.poisson(0.2, (k, k)),
    }[fill]
    matrix = matrix_of(counts)
    order = class_order(matrix)
    assert sorted(order) == sorted(matrix.index)
    assert class_order(matrix) == order
    assert not order or list(matrix.index).index(order[0]) <= list(matrix.index).index(order[-1])


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 6), st.integers(0, 2**32 - 1))
def test_the_blocks_do_not_depend_on_how_classes_are_sorted(k, seed):
    rng = np.random.default_rng(seed)
    # No two rates are the same, so that no tie is to be broken.
    matrix = matrix_of(rng.permutation(np.arange(1, k * k + 1) ** 2).reshape(k, k))
    shuffled = matrix.sample(frac=1, random_state=seed % 2**32)
    order, again = class_order(matrix), class_order(shuffled[shuffled.index])
    assert again in (order, order[::-1])


def test_golden():
    # cat is taken for dog and fox for cat, 3 of 8 each; dog for fox but 1 of 8.
    matrix = confusion_matrix(predictions().query("experiment == 'alpha'"), CLASSES)
    assert class_order(matrix) == ["dog", "cat", "fox"]
