"""Which photos a drawn data set has."""

import itertools
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.experiments.spec import Synthetic
from runners.data.synthetic.recipe import counts, drawings, least_images, species_of
from runners.data.synthetic.species import SPECIES

SPLITS = ("train", "val", "test")


def with_shares(*shares):
    return [replace(SPECIES[0], share=share) for share in shares]


class TestCounts:
    @given(
        shares=st.lists(st.floats(0.01, 100), min_size=1, max_size=40),
        spare=st.integers(0, 5_000),
    )
    def test_they_sum_up_are_never_too_few_and_keep_the_order_of_the_shares(self, shares, spare):
        n_images = 3 * len(shares) + spare
        found = counts(with_shares(*shares), n_images)
        assert sum(found) == n_images
        assert min(found) >= 3
        by_share = [n for _, n in sorted(zip(shares, found, strict=True))]
        # Two of the same share, or of the same within rounding, may differ by one.
        assert all(n <= more + 1 for n, more in itertools.pairwise(by_share))
        for share, n in zip(shares, found, strict=True):
            assert all(n <= m for more, m in zip(shares, found, strict=True) if more > 1.01 * share)

    def test_by_hand(self):
        # 20 images, shares 1 : 1 : 2: exact 5, 5, 10.
        assert counts(with_shares(1, 1, 2), 20) == [5, 5, 10]
        # 10 images, shares 1 : 2: 3.33 and 6.67, rounded by the larger remainder.
        assert counts(with_shares(1, 2), 10) == [3, 7]
        # The rare one would get 0.2 and gets 3; the other gives what is lacking.
        assert counts(with_shares(0.01, 0.99), 20) == [3, 17]

    @pytest.mark.parametrize("n_images", [1_000, 5_400, 100_000])
    def test_the_18_species_are_as_unbalanced_as_their_shares(self, n_images):
        total = sum(one.share for one in SPECIES)
        for one, n in zip(SPECIES, counts(SPECIES, n_images), strict=True):
            assert n == pytest.approx(n_images * one.share / total, abs=1)

    @given(n_images=st.integers(54, 3_000))
    def test_more_images_take_none_away(self, n_images):
        fewer, more = counts(SPECIES, n_images), counts(SPECIES, n_images + 100)
        assert all(n <= m for n, m in zip(fewer, more, strict=True))

    def test_too_few_are_refused(self):
        with pytest.raises(ValueError, match="53 images are fewer than 3 a species"):
            counts(SPECIES, 53)


class TestDrawings:
    @settings(max_examples=25)
    @given(
        images=st.integers(60, 1_500),
        seed=st.integers(0, 2**40),
        invented=st.none() | st.integers(2, 20),
    )
    def test_every_species_is_in_every_split_and_every_photo_once(self, images, seed, invented):
        synthetic = Synthetic(images=images, seed=seed, invented_species=invented)
        planned = list(drawings(synthetic))
        assert len({one.path for one in planned}) == len(planned) == images
        found = Counter((one.split, one.species.name) for one in planned)
        names = [one.name for one in species_of(synthetic)]
        assert set(found) == {(split, name) for split in SPLITS for name in names}

    @pytest.mark.parametrize("images", [54, 180, 1_000])
    def test_each_class_is_split_7_to_1_to_2(self, images):
        of_class = defaultdict(Counter)
        for one in drawings(Synthetic(images=images)):
            of_class[one.species.name][one.split] += 1
        for parts in of_class.values():
            n = sum(parts.values())
            assert abs(parts["val"] - n / 10) <= 0.5 or parts["val"] == 1
            assert abs(parts["test"] - n / 5) <= 0.5 or parts["test"] == 1
            assert abs(parts["train"] - 0.7 * n) <= 1 or n < 10

    def test_a_photo_is_called_after_its_species_and_number(self):
        one = next(one for one in drawings(Synthetic(images=90)) if one.index == 1)
        assert one.path == f"{one.species.name}/{one.species.name}_0001.jpg"

    def test_another_seed_splits_otherwise(self):
        first, second = (
            {(one.path, one.split) for one in drawings(Synthetic(images=90, seed=seed))}
            for seed in (0, 1)
        )
        assert first != second
        assert {path for path, _ in first} == {path for path, _ in second}

    @pytest.mark.parametrize(("invented", "least"), [(None, 54), (2, 6), (20, 60)])
    def test_three_images_a_species_are_the_least(self, invented, least):
        synthetic = Synthetic(images=least, invented_species=invented)
        assert least_images(synthetic) == least
        assert len(list(drawings(synthetic))) == least
        with pytest.raises(ValueError, match="fewer than 3 a species"):
            list(drawings(replace(synthetic, images=least - 1)))


class TestSpecies:
    def test_they_are_the_18_or_as_many_invented_ones_as_asked_for(self):
        assert species_of(Synthetic()) == SPECIES
        invented = species_of(Synthetic(invented_species=7))
        assert len(invented) == 7
        assert not {one.name for one in invented} & {one.name for one in SPECIES}

    def test_the_data_sets_seed_decides_which_are_invented(self):
        first, again, other = (
            species_of(Synthetic(seed=seed, invented_species=3)) for seed in (0, 0, 1)
        )
        assert first == again != other


class TestDraw:
    def test_a_photo_is_the_same_alone_and_in_any_order(self):
        synthetic = Synthetic(images=54, size=24)
        planned = list(drawings(synthetic))[:8]
        in_order = [one.draw(synthetic).pixels for one in planned]
        backwards = [one.draw(synthetic).pixels for one in reversed(planned)][::-1]
        alone = planned[5].draw(synthetic).pixels
        assert all(map(np.array_equal, in_order, backwards))
        assert np.array_equal(alone, in_order[5])

    def test_it_is_the_same_in_a_larger_set(self):
        few, many = Synthetic(images=54, size=24), Synthetic(images=200, size=24)
        by_path = {one.path: one for one in drawings(many)}
        for one in list(drawings(few))[:6]:
            twin = by_path[one.path]
            assert np.array_equal(one.draw(few).pixels, twin.draw(many).pixels)

    def test_no_two_photos_of_a_set_are_the_same(self):
        synthetic = Synthetic(images=54, size=16)
        pixels = {one.draw(synthetic).pixels.tobytes() for one in drawings(synthetic)}
        assert len(pixels) == 54

    def test_another_seed_draws_another_photo(self):
        one = next(iter(drawings(Synthetic(images=54))))
        first, second = (one.draw(Synthetic(images=54, size=24, seed=seed)) for seed in (0, 1))
        assert not np.array_equal(first.pixels, second.pixels)
