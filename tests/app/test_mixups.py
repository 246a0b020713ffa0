"""What a class is confused with is counted in both directions, on test images alone."""

import pandas as pd

from app.mixups import Mixup, Reliability, matrix_of_test, mixups, reliability

CLASSES = ("bear", "cat", "fox")
ROWS = [
    *[("test", "bear", "bear")] * 5,
    *[("test", "bear", "fox")] * 2,
    *[("test", "cat", "cat")] * 3,
    *[("test", "fox", "fox")] * 4,
    *[("test", "fox", "bear")] * 1,
    *[("test", "fox", "cat")] * 3,
    *[("val", "cat", "bear")] * 9,
]
MATRIX = matrix_of_test(pd.DataFrame(ROWS, columns=["split", "true", "predicted"]), CLASSES)


def test_both_directions_are_counted():
    assert mixups(MATRIX, "bear") == [Mixup("bear", "fox", 1, 8, 2, 7)]


def test_the_most_confused_comes_first_and_no_more_than_asked():
    assert [one.other for one in mixups(MATRIX, "fox")] == ["bear", "cat"]
    assert [one.other for one in mixups(MATRIX, "fox", most=1)] == ["bear"]


def test_of_equals_the_one_that_is_taken_for_this_comes_first():
    rows = [("test", "fox", "bear"), ("test", "cat", "fox")]
    matrix = matrix_of_test(pd.DataFrame(rows, columns=["split", "true", "predicted"]), CLASSES)
    assert [one.other for one in mixups(matrix, "fox")] == ["cat", "bear"]


def test_how_far_a_name_can_be_trusted():
    assert reliability(MATRIX, "cat") == Reliability(3, 6)
    assert reliability(MATRIX, "fox") == Reliability(4, 6)
