"""Numbers as people read them."""

import math

import pytest

from analysis.report import numbers

NAN = math.nan


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.fraction(0.8749), "0.87"),
        (numbers.fraction(1, 3), "1.000"),
        (numbers.fraction(NAN), "–"),
        (numbers.with_sd(0.871, 0.034), "0.87 ± 0.03"),
        (numbers.with_sd(0.871, NAN, 3), "0.871"),
        (numbers.with_sd(NAN, NAN), "–"),
        (numbers.interval(0.721, 0.939), "0.72–0.94"),
        (numbers.interval(NAN, NAN), "–"),
        (numbers.percent(0), "0 %"),
        (numbers.percent(0.004), "<1 %"),
        (numbers.percent(0.005), "0 %"),
        (numbers.percent(0.304), "30 %"),
        (numbers.percent(0.996), ">99 %"),
        (numbers.percent(1), "100 %"),
        (numbers.percent(NAN), "–"),
        (numbers.count_of(12, 40), "12 of 40 (30 %)"),
        (numbers.count_of(0, 0), "–"),
        (numbers.duration(0.44), "0.4 s"),
        (numbers.duration(9.96), "10 s"),
        (numbers.duration(99.4), "99 s"),
        (numbers.duration(99.6), "2 min"),
        (numbers.duration(3600), "60 min"),
        (numbers.duration(3.24 * 3600), "3.2 h"),
        (numbers.duration(NAN), "–"),
        (numbers.milliseconds(0.44), "0.4 ms"),
        (numbers.milliseconds(9.96), "10 ms"),
        (numbers.milliseconds(1234.4), "1234 ms"),
        (numbers.milliseconds(NAN), "–"),
        (numbers.per_second(12.34), "12.3"),
        (numbers.per_second(99.96), "100"),
        (numbers.per_second(NAN), "–"),
    ],
)
def test_what_people_read(shown, expected):
    assert shown == expected


@pytest.mark.parametrize(
    ("seeds", "note"),
    [
        ([3, 3], "± is the standard deviation over 3 seeds."),
        ([3, 2], "± is the standard deviation over up to 3 seeds."),
        (
            [3, 1],
            (
                "± is the standard deviation over up to 3 seeds; where there is only one seed "
                "there is none."
            ),
        ),
        ([1, 1], "One seed each, so nothing is known about the spread over seeds."),
        ([], ""),
    ],
)
def test_the_note_says_what_the_deviation_is_over(seeds, note):
    assert numbers.sd_note(seeds) == note
