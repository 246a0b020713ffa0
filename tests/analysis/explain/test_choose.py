"""The surest right and wrong answers, of different classes first."""

import pandas as pd

from analysis.explain.choose import choose


def frame(*rows):
    """Rows of path, true class and the probabilities of a and b and c."""
    table = pd.DataFrame(rows, columns=["path", "true", "p:a", "p:b", "p:c"])
    likely = table[["p:a", "p:b", "p:c"]].idxmax(axis=1).str.removeprefix("p:")
    return table.assign(predicted=likely)


PREDICTIONS = frame(
    ("a/1", "a", 0.9, 0.1, 0.0),
    ("a/2", "a", 0.8, 0.2, 0.0),
    ("a/3", "a", 0.3, 0.7, 0.0),
    ("b/1", "b", 0.0, 0.6, 0.4),
    ("b/2", "b", 0.5, 0.1, 0.4),
    ("b/3", "b", 0.7, 0.1, 0.2),
    ("c/1", "c", 0.75, 0.0, 0.25),
    ("c/2", "c", 0.6, 0.2, 0.2),
)


def test_each_class_once_before_any_class_twice():
    chosen = choose(PREDICTIONS, 3)
    assert chosen["path"].tolist() == ["a/1", "b/1", "a/2", "c/1", "a/3", "b/3"]
    assert chosen["is_correct"].tolist() == [True] * 3 + [False] * 3
    assert chosen["confidence"].tolist() == [0.9, 0.6, 0.8, 0.75, 0.7, 0.7]
    assert chosen["predicted"].tolist() == ["a", "b", "a", "a", "b", "a"]


def test_there_are_no_more_than_there_are():
    assert len(choose(PREDICTIONS, 100)) == len(PREDICTIONS)
    right = PREDICTIONS[PREDICTIONS["true"] == PREDICTIONS["predicted"]]
    assert choose(right, 2)["is_correct"].tolist() == [True, True]
    assert choose(PREDICTIONS.head(0), 2).empty


def test_of_equals_the_first_path_and_the_order_of_rows_does_not_matter():
    tied = frame(("a/2", "a", 0.9, 0.1, 0.0), ("a/1", "a", 0.9, 0.1, 0.0))
    assert choose(tied, 1)["path"].tolist() == ["a/1"]
    shuffled = PREDICTIONS.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(choose(shuffled, 3), choose(PREDICTIONS, 3))
