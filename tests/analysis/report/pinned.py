"""Holds a table to what it must say: every cell, every number."""

import pandas as pd


def assert_shown(table, expected):
    """Every cell that people read, column by column, headings and their order with them."""
    assert list(table.shown.columns) == list(expected)
    assert table.shown.to_dict("list") == expected


def assert_numbers(frame, expected, but=()):
    """Every number of a tidy frame, column by column, in order; `but` are told elsewhere.

    Numbers must agree to nine digits, which is what summing in another order may cost.
    """
    assert list(frame.columns) == [*expected] if not but else set(frame) == {*expected, *but}
    pd.testing.assert_frame_equal(
        frame[list(expected)],
        pd.DataFrame(expected),
        check_dtype=False,
        check_index_type=False,
        rtol=1e-9,
        atol=1e-12,
    )
