"""The random numbers of one picture."""

import hashlib
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.synthetic.draws import Draws

keys = st.lists(st.one_of(st.integers(), st.text("abc", max_size=3)), min_size=1, max_size=4)
sizes = st.integers(1, 20)


def numbers(draws, n=10):
    return [draws.uniform() for _ in range(n)]


def philox(counter, key):
    """A block of Philox-4x64-10, after Salmon et al., "Parallel random numbers" (2011)."""
    mask = 2**64 - 1
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (
            (second >> 64) ^ c1 ^ k0,
            second & mask,
            (first >> 64) ^ c3 ^ k1,
            first & mask,
        )
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & mask, (k1 + 0xBB67AE8584CAA73B) & mask
    return [c0, c1, c2, c3]


def key_of(*parts):
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


class TestTheStream:
    @given(key=keys)
    def test_the_same_key_gives_the_same_numbers(self, key):
        assert numbers(Draws(*key)) == numbers(Draws(*key))

    @given(keys=st.lists(keys, min_size=2, max_size=2, unique_by=lambda key: tuple(map(str, key))))
    def test_another_key_gives_other_numbers(self, keys):
        first, second = (numbers(Draws(*key)) for key in keys)
        assert first != second

    def test_what_is_drawn_elsewhere_between_two_draws_changes_nothing(self):
        alone, beside, other = Draws("a"), Draws("a"), Draws("b")
        expected = numbers(alone, 200)
        found = []
        for _ in range(200):
            found.append(beside.uniform())
            other.uniform()
            np.random.default_rng().random()
        assert found == expected

    def test_the_numbers_are_those_of_philox_as_it_was_published(self):
        # 64 words are taken at a time, and the last of them first.
        words = [word for block in range(1, 17) for word in philox([block, 0, 0, 0], key_of("a"))]
        assert numbers(Draws("a"), 64) == [(word >> 11) / 2**53 for word in reversed(words)]

    def test_so_are_the_fields(self):
        draws = Draws("a")
        draws.field(3, 5)
        words = [word for block in (1, 2) for word in philox([block, 0, 2, 0], key_of("a"))]
        halves = [half for word in words for half in (word & 0xFFFFFFFF, word >> 32)]
        expected = [(half >> 8) / 2**23 - 1 for half in halves]
        assert draws.field(4, 4).ravel().tolist() == expected


class TestNumbers:
    def test_uniform_numbers_fill_their_range_evenly(self):
        found = numbers(Draws("uniform"), 10_000)
        assert min(found) >= 0
        assert max(found) < 1
        counts = np.histogram(found, 10, (0, 1))[0]
        # Each of the ten counts has a standard deviation of 30.
        assert np.abs(counts - 1000).max() < 150

    @given(key=st.integers(), low=st.floats(-1e6, 1e6), width=st.floats(0, 1e6))
    def test_a_uniform_number_lies_in_its_range(self, key, low, width):
        assert low <= Draws(key).uniform(low, low + width) <= low + width

    def test_a_bell_has_mean_0_its_deviation_and_short_tails(self):
        draws = Draws("bell")
        found = np.array([draws.bell(2.0) for _ in range(10_000)])
        assert abs(found.mean()) < 0.1
        assert found.std() == pytest.approx(2.0, rel=0.05)
        assert np.abs(found).max() <= 7.0
        assert np.mean(np.abs(found) < 2.0) == pytest.approx(0.68, abs=0.04)

    def test_about_varies_by_a_fraction_of_the_value(self):
        draws = Draws("about")
        found = np.array([draws.about(50.0, 0.1) for _ in range(5_000)])
        assert found.mean() == pytest.approx(50.0, rel=0.01)
        assert found.std() == pytest.approx(5.0, rel=0.1)

    def test_about_never_comes_near_zero(self):
        draws = Draws("about")
        found = [draws.about(50.0, 1.0) for _ in range(1_000)]
        assert min(found) == 5.0

    def test_chance_is_as_likely_as_it_says(self):
        draws = Draws("chance")
        assert sum(draws.chance(0.3) for _ in range(10_000)) == pytest.approx(3_000, abs=250)
        assert not any(draws.chance(0.0) for _ in range(100))
        assert all(draws.chance(1.0) for _ in range(100))

    def test_whole_numbers_are_equally_likely_ends_included(self):
        draws = Draws("whole")
        counts = Counter(draws.whole(2, 5) for _ in range(4_000))
        assert counts.keys() == {2, 3, 4, 5}
        assert all(abs(n - 1_000) < 150 for n in counts.values())

    def test_choices_are_as_frequent_as_their_weights(self):
        draws = Draws("choose")
        counts = Counter(draws.choose("abcd", (5, 3, 0, 2)) for _ in range(10_000))
        assert counts.keys() == {"a", "b", "d"}
        for choice, expected in (("a", 5_000), ("b", 3_000), ("d", 2_000)):
            assert abs(counts[choice] - expected) < 250

    def test_choices_and_weights_that_do_not_pair_are_refused(self):
        with pytest.raises(ValueError, match="zip"):
            Draws("choose").choose("ab", (0,))


class TestFields:
    @given(key=st.integers(), rows=sizes, columns=sizes)
    def test_a_field_is_float32_of_its_shape_from_minus_1_to_1(self, key, rows, columns):
        field = Draws(key).field(rows, columns)
        assert field.dtype == np.float32
        assert field.shape == (rows, columns)
        assert field.min() >= -1
        assert field.max() < 1

    def test_a_field_is_white(self):
        field = Draws("white").field(100, 100)
        assert abs(field.mean()) < 0.03
        assert field.std() == pytest.approx(1 / math.sqrt(3), rel=0.05)
        for neighbours in (np.roll(field, 1, axis=0), np.roll(field, 1, axis=1)):
            assert abs(np.mean(field * neighbours)) < 0.02

    @given(key=keys, sizes=st.lists(st.tuples(sizes, sizes), max_size=3))
    def test_fields_do_not_disturb_the_numbers(self, key, sizes):
        alone, among = Draws(*key), Draws(*key)
        expected = numbers(alone, 70)
        found = numbers(among, 3)
        for rows, columns in sizes:
            among.field(rows, columns)
        assert found + numbers(among, 67) == expected

    def test_numbers_do_not_disturb_fields(self):
        before, after = Draws("a"), Draws("a")
        numbers(after, 100)
        assert np.array_equal(before.field(8, 8), after.field(8, 8))

    def test_the_size_of_a_field_does_not_change_the_next(self):
        small, large = Draws("a"), Draws("a")
        small.field(2, 2)
        large.field(30, 40)
        assert np.array_equal(small.field(8, 8), large.field(8, 8))

    def test_two_fields_of_one_stream_have_nothing_in_common(self):
        draws = Draws("a")
        first, second = draws.field(50, 50), draws.field(50, 50)
        assert abs(np.mean(first * second)) < 0.03
        assert not set(first.ravel()) >= set(second.ravel())
