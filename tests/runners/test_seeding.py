"""Counter-based randomness: published vectors, and what it promises to depend on."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from runners.seeding import permutation, philox4x32, torch_seed, uniform

# The known answers that the authors of Philox publish with it (Random123, kat_vectors).
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text: str) -> np.ndarray:
    return np.array([int(word, 16) for word in text.split()], dtype=np.uint32)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    got = philox4x32(words(counter)[None], words(key))
    assert got.dtype == np.uint32
    np.testing.assert_array_equal(got, words(answer)[None])


def test_philox_treats_each_counter_alone():
    counters = np.stack([words(counter) for counter, _, _ in KNOWN_ANSWERS])
    together = philox4x32(counters, words("a4093822 299f31d0"))
    np.testing.assert_array_equal(together[2], words(KNOWN_ANSWERS[2][2]))


@given(
    seed=st.integers(-(2**70), 2**70),
    epoch=st.integers(0, 2**32 - 1),
    index=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20),
    n_draws=st.integers(1, 7),
)
def test_draws_are_a_function_of_seed_epoch_and_index_alone(seed, epoch, index, n_draws):
    together = uniform(seed, "test", epoch, np.array(index), n_draws)
    assert together.shape == (len(index), n_draws)
    assert (together >= 0).all()
    assert (together < 1).all()
    for row, one in zip(together, index, strict=True):
        np.testing.assert_array_equal(
            uniform(seed, "test", epoch, np.array([one]), 9)[0, :n_draws], row
        )


@pytest.mark.parametrize(
    "other",
    [
        (1, "order", 3, 5),
        (0, "augment", 3, 5),
        (0, "order", 4, 5),
        (0, "order", 3, 6),
        (0, "order", 3, 2**32 + 5),
    ],
)
def test_another_seed_purpose_epoch_or_index_gives_other_numbers(other):
    def draws(seed, purpose, epoch, index):
        return uniform(seed, purpose, epoch, np.array([index]), 8)

    assert not np.isin(draws(*other), draws(0, "order", 3, 5)).any()


@pytest.mark.parametrize("axis", ["index", "epoch", "draw"])
def test_draws_are_uniform_and_uncorrelated_along_every_axis(axis):
    if axis == "index":
        draws = uniform(0, "test", 0, np.arange(10_000), 1).ravel()
    elif axis == "draw":
        draws = uniform(0, "test", 0, np.array([0]), 10_000).ravel()
    else:
        draws = np.array(
            [uniform(0, "test", epoch, np.array([7]), 1)[0, 0] for epoch in range(2000)]
        )
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 4 / len(draws) ** 0.5


@pytest.mark.parametrize(("epoch", "index"), [(-1, [0]), (2**32, [0]), (0, [-1]), (0, [[1]])])
def test_what_is_out_of_range_is_refused(epoch, index):
    with pytest.raises(ValueError, match=r"epoch|index"):
        uniform(0, "test", epoch, np.array(index), 1)


@given(n=st.integers(0, 300), seed=st.integers(0, 1000))
def test_a_permutation_has_each_number_once(n, seed):
    order = permutation(seed, "order", 0, n)
    assert order.dtype == np.int64
    assert sorted(order) == list(range(n))


def test_all_orders_of_three_are_equally_likely():
    orders = [tuple(permutation(seed, "order", 1, 3)) for seed in range(3000)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.001


def test_torch_seeds_fit_torch_and_differ():
    seeds = {
        torch_seed(seed, purpose, epoch)
        for seed in range(5)
        for purpose in ("dropout", "head")
        for epoch in range(5)
    }
    assert len(seeds) == 50
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert torch_seed(3, "dropout", 2) == torch_seed(3, "dropout", 2)


def test_importing_it_does_not_import_torch():
    code = "import sys, runners.seeding; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
