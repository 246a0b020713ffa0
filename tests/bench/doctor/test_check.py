"""One finding, whatever becomes of the look."""

import pytest

from bench.doctor.check import Check, in_bytes, looked
from bench.errors import UserError


def raising(error: Exception):
    def look() -> Check:
        raise error

    return look


def test_a_look_that_succeeds_is_its_finding():
    found = Check("disk", "note", "1 GB free", "make space")
    assert looked("disk", lambda: found) is found


def test_the_users_mistake_is_a_finding_in_its_own_words():
    found = looked("weights", raising(UserError("experiment.x.weights = 'y': no such file")))
    assert found == Check("weights", "missing", "experiment.x.weights = 'y': no such file")


@pytest.mark.parametrize("error", [ImportError("no\nmodule"), OSError(5, "broken"), KeyError("k")])
def test_any_other_error_is_a_finding_on_one_line(error):
    found = looked("torch", raising(error))
    assert (found.name, found.status) == ("torch", "missing")
    assert found.found.startswith(f"could not be checked: {type(error).__name__}: ")
    assert "\n" not in found.found


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 MB"),
        (84_400_000, "84 MB"),
        (3_240_000_000, "3.2 GB"),
        (85_000_000_000, "85 GB"),
    ],
)
def test_sizes_are_in_units_of_a_thousand(n, text):
    assert in_bytes(n) == text
