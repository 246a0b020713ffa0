"""Tensors and plain data in one file: a line of JSON, the tensors' bytes, the SHA-256 of both.

As fast as the disk, since no byte is copied on the way, and nothing but data can be in it. Written
for checkpoints, which come after each epoch: pickling takes as long as hashing and writing
together.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import torch

_DIGEST_BYTES = 64
_TENSOR = "tensor of this number"
# What a tensor is in the line of JSON: its type, its shape, and the order of its dimensions in
# memory, outermost first.
_Entry = tuple[str, list[int], list[int]]


class NotWhole(Exception):  # noqa: N818 - a state of the file, not a mistake
    """The bytes are not what was written; the text is the reason."""


def write_tensors(file: BinaryIO, content: object) -> None:
    """Writes content to an open file.

    Args:
        file: open for writing.
        content: None, booleans, numbers, strings, tensors on the CPU, and lists, tuples (read back
            as lists) and dictionaries (by strings or whole numbers) of such. A tensor that occurs
            twice is written once.

    Raises:
        TypeError: for anything else.
        OSError: such as a full disk.
    """
    tensors: dict[int, tuple[int, torch.Tensor]] = {}
    plain = _plain(content, tensors)
    entries: list[_Entry] = []
    pieces: list[bytes | memoryview] = []
    for _, tensor in tensors.values():
        strides = tensor.stride()
        order = sorted(range(tensor.dim()), key=lambda i: (-strides[i], i))
        dense = tensor.detach().permute(order).contiguous()
        entries.append((str(tensor.dtype).removeprefix("torch."), list(tensor.shape), order))
        pieces.append(dense.reshape(-1).view(torch.uint8).numpy().data)
    line = json.dumps({"plain": plain, "tensors": entries}).encode() + b"\n"
    digest = hashlib.sha256()
    for piece in [line, *pieces]:
        digest.update(piece)
        file.write(piece)
    file.write(digest.hexdigest().encode())


def read_tensors(content: bytes | bytearray) -> Any:
    """The content of a file that was written so.

    Raises:
        NotWhole: where it is torn, damaged, or no such file.
    """
    whole = memoryview(content)
    body, footer = whole[:-_DIGEST_BYTES], bytes(whole[-_DIGEST_BYTES:])
    if hashlib.sha256(body).hexdigest().encode() != footer:
        raise NotWhole("it is torn or was changed, or was written by another version of trackbench")
    line = bytes(content[: content.find(b"\n")])
    header = json.loads(line)
    tensors = list(_tensors(header["tensors"], body[len(line) + 1 :]))
    return _rich(header["plain"], tensors)


def _plain(value: object, tensors: dict[int, tuple[int, torch.Tensor]]) -> object:
    """The value as JSON has it, its tensors put aside; dictionaries as lists of pairs."""
    if isinstance(value, torch.Tensor):
        number, _ = tensors.setdefault(id(value), (len(tensors), value))
        return {_TENSOR: number}
    if isinstance(value, dict):
        if not all(isinstance(key, (str, int)) for key in value):
            raise TypeError(f"keys must be strings or whole numbers: {list(value)[:5]}")
        return {"pairs": [[key, _plain(item, tensors)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_plain(item, tensors) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{type(value).__name__} is neither a tensor nor plain data")


def _rich(value: Any, tensors: list[torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_rich(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if _TENSOR in value:
        return tensors[value[_TENSOR]]
    return {key: _rich(item, tensors) for key, item in value["pairs"]}


def _tensors(entries: list[_Entry], data: memoryview) -> Iterator[torch.Tensor]:
    start = 0
    for name, shape, order in entries:
        dtype = getattr(torch, name)
        stop = start + math.prod(shape) * dtype.itemsize
        # A copy, since a piece may lie where its type must not.
        piece = bytearray(data[start:stop])
        flat = torch.frombuffer(piece, dtype=dtype) if piece else torch.empty(0, dtype=dtype)
        dense = flat.view([shape[i] for i in order])
        yield dense.permute([order.index(i) for i in range(len(order))])
        start = stop
