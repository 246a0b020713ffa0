"""Attention rollout, against products by hand."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from analysis.explain.rollout import fits, patch_shares, rollout


def test_two_blocks_are_the_product_of_their_mixed_attention():
    # One image, two tokens; the first block has two heads.
    first = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]]])
    second = torch.tensor([[[[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [1.0, 0.0]]]])
    # Means [[.5, .5], [0, 1]] and [[.5, .5], [1, 0]]; with half the identity
    # [[.75, .25], [0, 1]] and [[.75, .25], [.5, .5]]; the second times the first:
    wanted = [[0.5625, 0.1875 + 0.25], [0.375, 0.125 + 0.5]]
    np.testing.assert_allclose(rollout([first, second])[0], wanted)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(2, 9), st.integers(0))
def test_rows_sum_to_one(n_images, n_blocks, n_heads, n_tokens, seed):
    generator = torch.Generator().manual_seed(seed % 2**32)
    shape = (n_images, n_heads, n_tokens, n_tokens)
    attention = [
        torch.softmax(torch.randn(shape, generator=generator), dim=-1) for _ in range(n_blocks)
    ]
    found = rollout(attention)
    assert found.shape == (n_images, n_tokens, n_tokens)
    assert (found >= 0).all()
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(n_images, n_tokens))


def test_only_attention_of_all_tokens_to_all_fits():
    def block(n_images, n_tokens, n_columns=None):
        return torch.zeros(n_images, 2, n_tokens, n_columns or n_tokens)

    grid = (2, 3)
    for n_prefix in (0, 1, 5):
        assert fits([block(4, 6 + n_prefix)] * 2, 4, grid)
    assert not fits([], 4, grid)
    assert not fits([block(16, 6)], 4, grid)  # windows: more rows than images
    assert not fits([block(4, 5)], 4, grid)  # over something else than patches
    assert not fits([block(4, 60)], 4, grid)
    assert not fits([block(4, 7), block(4, 6)], 4, grid)  # tokens that get fewer
    assert not fits([block(4, 7, 1)], 4, grid)


def test_the_class_tokens_row_without_the_tokens_that_are_no_patches():
    rolled = torch.arange(64.0).reshape(1, 8, 8)  # two tokens before 2 × 3 patches
    shares = patch_shares(rolled, (2, 3), reads_class_token=True)
    assert shares.tolist() == [[[2, 3, 4], [5, 6, 7]]]


def test_without_a_class_token_the_mean_of_the_patches_rows():
    rolled = torch.arange(64.0).reshape(1, 8, 8)
    shares = patch_shares(rolled, (2, 3), reads_class_token=False)
    # Rows 2 to 7 start with 16, 24, … 56, on average 36; columns from 2.
    assert shares.tolist() == [[[38, 39, 40], [41, 42, 43]]]
    bare = torch.arange(36.0).reshape(1, 6, 6)
    assert torch.equal(
        patch_shares(bare, (2, 3), reads_class_token=True),
        patch_shares(bare, (2, 3), reads_class_token=False),
    )
