"""Attention rollout: how much of each image patch reaches the token that the head reads.

Abnar & Zuidema, "Quantifying Attention Flow in Transformers", ACL 2020, arXiv 2005.00928,
section 3.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

_MOST_PREFIX_TOKENS = 16


def rollout(attention: Sequence[Tensor]) -> Tensor:
    """Follows the attention through all blocks.

    The heads of a block are averaged, its residual connection counts as much as its attention,
    A = 0.5 mean(heads) + 0.5 I, rows are scaled to sum 1, and the blocks are multiplied, the last
    one on the left.

    Args:
        attention: of each block, input to output, [B, heads, N, N].

    Returns:
        [B, N, N]; row i says what token i after the last block is made of; rows sum to 1.
    """
    n_tokens = attention[0].shape[-1]
    identity = torch.eye(n_tokens)
    total = identity.expand(len(attention[0]), n_tokens, n_tokens)
    for block in attention:
        mixed = 0.5 * block.mean(dim=1) + 0.5 * identity
        total = mixed / mixed.sum(dim=-1, keepdim=True) @ total
    return total


def fits(attention: Sequence[Tensor], n_images: int, grid: tuple[int, int]) -> bool:
    """Whether it is attention of all tokens to all, in every block, and can be rolled out.

    Windowed attention, attention over channels, and blocks that merge tokens do not fit.

    Args:
        attention: of each block.
        n_images: that went through.
        grid: rows and columns of the image's patches.
    """
    if not attention:
        return False
    n_tokens = attention[0].shape[-1]
    n_prefix = n_tokens - grid[0] * grid[1]
    wanted = (n_images, attention[0].shape[1], n_tokens, n_tokens)
    alike = all(block.shape == wanted for block in attention)
    return alike and 0 <= n_prefix <= _MOST_PREFIX_TOKENS


def patch_shares(rolled: Tensor, grid: tuple[int, int], reads_class_token: bool) -> Tensor:
    """What the head's input is made of, patch by patch.

    Args:
        rolled: [B, N, N]. Tokens that are no patches (class, distillation, registers) come first.
        grid: rows and columns of the image's patches.
        reads_class_token: whether the head reads the first token; else it reads the mean of the
            patches' tokens.

    Returns:
        [B, rows, columns], in the patches' order; without what comes from the other tokens.
    """
    n_prefix = rolled.shape[-1] - grid[0] * grid[1]
    row = rolled[:, 0] if reads_class_token and n_prefix else rolled[:, n_prefix:].mean(dim=1)
    return row[:, n_prefix:].reshape(-1, *grid)
