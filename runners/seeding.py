"""Randomness by counter: every number is a pure function of (seed, purpose, epoch, index).

There is no generator whose state could be lost, shared or advanced by somebody else, so any epoch
can be repeated alone, and an image's draw does not depend on the batch or process it is in.
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW_32_BITS = np.uint64(0xFFFFFFFF)
_SHIFT_32 = np.uint64(32)


def philox4x32(counter: NDArray[np.uint32], key: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Philox4x32-10: four random words for each counter.

    Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).

    Args:
        counter: uint32 [N, 4].
        key: uint32 [2].

    Returns:
        uint32 [N, 4], uniform over all 32-bit words.
    """
    c0, c1, c2, c3 = (counter[:, i].astype(np.uint64) for i in range(4))
    k0, k1 = int(key[0]), int(key[1])
    for _ in range(_ROUNDS):
        # 32 × 32 bits fit into 64, so that one product gives the high and the low word.
        first, second = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (second >> _SHIFT_32) ^ c1 ^ np.uint64(k0),
            second & _LOW_32_BITS,
            (first >> _SHIFT_32) ^ c3 ^ np.uint64(k1),
            first & _LOW_32_BITS,
        )
        k0, k1 = (k0 + _KEY_STEPS[0]) % 2**32, (k1 + _KEY_STEPS[1]) % 2**32
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def uniform(
    seed: int, purpose: str, epoch: int, index: ArrayLike, n_draws: int
) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) for each index, whatever other indices are asked for with it.

    Args:
        seed: the run's seed, any integer.
        purpose: what the numbers are for; two purposes share no numbers.
        epoch: from 0, below 2³².
        index: int [N], each from 0.
        n_draws: how many numbers each index gets. Asking for more leaves the first ones as they
            were.

    Returns:
        float64 [N, n_draws], multiples of 2⁻⁵³.

    Raises:
        ValueError: an epoch or index out of range.
    """
    rows = np.asarray(index, dtype=np.int64)
    if not 0 <= epoch < 2**32:
        raise ValueError(f"epoch {epoch} is not in [0, 2**32)")
    if rows.ndim != 1 or (rows < 0).any():
        raise ValueError(f"index must be one-dimensional and not negative, not {index!r}")
    n_blocks = -(-n_draws // 2)
    words = philox4x32(_counters(rows.astype(np.uint64), epoch, n_blocks), _key(seed, purpose))
    pairs = words.reshape(-1, 2).astype(np.uint64)
    # 27 bits of one word and 26 of the next make the 53 that a float64 holds.
    bits = ((pairs[:, 0] >> np.uint64(5)) << np.uint64(26)) | (pairs[:, 1] >> np.uint64(6))
    draws = bits.astype(np.float64) * 2.0**-53
    return draws.reshape(len(rows), 2 * n_blocks)[:, :n_draws]


def permutation(seed: int, purpose: str, epoch: int, n: int) -> NDArray[np.int64]:
    """A uniformly random order of `n` things.

    Args:
        seed: the run's seed.
        purpose: what is put in order.
        epoch: from 0.
        n: how many.

    Returns:
        int64 [n], each of 0 … n - 1 once.
    """
    draws = uniform(seed, purpose, epoch, np.arange(n), 1)[:, 0]
    return np.argsort(draws, kind="stable").astype(np.int64)


def torch_seed(seed: int, purpose: str, epoch: int) -> int:
    """A seed for `torch.manual_seed`, for what torch itself draws (dropout, new layers).

    Args:
        seed: the run's seed.
        purpose: what torch is going to draw.
        epoch: from 0.

    Returns:
        An integer in [0, 2⁶³).
    """
    return int.from_bytes(_digest("torch", seed, purpose, epoch)[:8], "little") >> 1


def _counters(rows: NDArray[np.uint64], epoch: int, n_blocks: int) -> NDArray[np.uint32]:
    """uint32 [N * n_blocks, 4]: both halves of the index, the epoch, the block of draws."""
    counter = np.empty((len(rows), n_blocks, 4), dtype=np.uint32)
    counter[..., 0] = (rows & _LOW_32_BITS)[:, None]
    counter[..., 1] = (rows >> _SHIFT_32)[:, None]
    counter[..., 2] = epoch
    counter[..., 3] = np.arange(n_blocks)
    return counter.reshape(-1, 4)


def _key(seed: int, purpose: str) -> NDArray[np.uint32]:
    """uint32 [2]: Philox's key."""
    return np.frombuffer(_digest("philox", seed, purpose)[:8], dtype="<u4").astype(np.uint32)


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
