"""The name of a drawn data set, and that the generator's version goes with its pictures."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.experiments.spec import Synthetic
from runners.data.synthetic import version
from runners.data.synthetic.draws import Draws
from runners.data.synthetic.invented import invent
from runners.data.synthetic.scene import photograph
from runners.data.synthetic.species import SPECIES
from runners.data.synthetic.version import GENERATOR_VERSION, digest

# The version and what it draws: a guard and no golden value, for the pictures are right or wrong
# by other tests. Where the test fails and the pictures were meant to change, raise
# GENERATOR_VERSION and pin both anew. Where nothing of the generator was changed, another Pillow
# or NumPy draws otherwise: then that is to be told in CHANGELOG.md, and pinned anew without
# raising anything.
PINNED = (3, "8b81471ad27dbf64e549364007b8c2c1b37d98405577c9852a7b90628f0ee110")

synthetics = st.builds(
    Synthetic,
    images=st.integers(1, 10**6),
    size=st.integers(16, 1024),
    seed=st.integers(0),
    invented_species=st.none() | st.integers(2, 10_000),
)


def pixels_sha256():
    """Over the pixels of one photo of each species and of four invented ones, 48 px."""
    total = hashlib.sha256()
    for one in (*SPECIES, *invent(0, 4)):
        total.update(photograph(one, 48, Draws("pinned", one.name)).pixels.tobytes())
    return total.hexdigest()


def test_the_version_is_raised_when_a_picture_changes():
    pinned_version, pinned_pixels = PINNED
    pixels = pixels_sha256()
    if pixels != pinned_pixels:
        raised = pinned_version < GENERATOR_VERSION
        pytest.fail(
            f"the pictures changed, and GENERATOR_VERSION was raised: pin "
            f"({GENERATOR_VERSION}, {pixels!r}) here"
            if raised
            else f"the pictures changed and GENERATOR_VERSION is still {GENERATOR_VERSION}: raise "
            f"it, or take the change back; then pin the new pixels here, {pixels!r}"
        )
    assert pinned_version == GENERATOR_VERSION, "raised, though these pictures did not change"


class TestDigest:
    @given(synthetic=synthetics)
    def test_it_is_16_hex_digits_that_a_folder_can_be_named_with(self, synthetic):
        name = digest(synthetic)
        assert len(name) == 16
        assert set(name) <= set("0123456789abcdef")
        assert name == digest(replace(synthetic))

    @given(first=synthetics, second=synthetics)
    def test_each_data_set_has_its_own(self, first, second):
        assert (digest(first) == digest(second)) == (first == second)

    @pytest.mark.parametrize(
        "change", [{"images": 999}, {"size": 95}, {"seed": 1}, {"invented_species": 18}]
    )
    def test_each_value_counts(self, change):
        assert digest(replace(Synthetic(), **change)) != digest(Synthetic())

    def test_drawings_of_another_version_are_not_taken_for_these(self, monkeypatch):
        before = digest(Synthetic())
        monkeypatch.setattr(version, "GENERATOR_VERSION", GENERATOR_VERSION + 1)
        assert digest(Synthetic()) != before
