"""Tensors and plain data in a file: what comes back, bit for bit and laid out as it was."""

import io
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from runners.tensors import NotWhole, read_tensors, write_tensors

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.dictionaries(st.integers(), inner)
    ),
)


def written(content):
    buffer = io.BytesIO()
    write_tensors(buffer, content)
    return buffer.getvalue()


@given(content=plain)
def test_plain_data_come_back(content):
    assert read_tensors(written(content)) == content


def test_floats_come_back_to_the_bit():
    values = [0.1, 1 / 3, 1e-320, -0.0, math.inf, 2**0.5]
    assert list(map(math.copysign, [1] * 6, values)) == list(
        map(math.copysign, [1] * 6, read_tensors(written(values)))
    )
    assert read_tensors(written(values)) == values
    assert math.isnan(read_tensors(written([math.nan]))[0])


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64, torch.bool]
)
@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 4), (2, 3, 4, 5), (1, 1, 3, 1)])
def test_tensors_come_back_with_type_and_shape(dtype, shape):
    tensor = (torch.randn(shape) * 9).to(dtype)
    (back,) = read_tensors(written([tensor]))
    assert back.dtype == dtype
    assert back.shape == tensor.shape
    assert torch.equal(back, tensor)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        torch.randn(6, 7).t(),
        torch.randn(3, 4, 5).permute(2, 0, 1),
    ],
    ids=["channels last", "transposed", "permuted"],
)
def test_they_are_laid_out_as_they_were(tensor):
    """A fused optimizer goes through memory, so that parameter and state must lie alike."""
    (back,) = read_tensors(written([tensor]))
    assert torch.equal(back, tensor)
    assert back.stride() == tensor.stride()


def test_a_slice_comes_back_without_what_lies_between():
    tensor = torch.randn(6, 7)[::2, 1:5]
    (back,) = read_tensors(written([tensor]))
    assert torch.equal(back, tensor)
    assert len(written([tensor])) < 400


def test_what_occurs_twice_is_written_once():
    tensor = torch.randn(10_000)
    assert len(written({"a": tensor, "b": [tensor]})) < 41_000
    back = read_tensors(written({"a": tensor, "b": [tensor]}))
    assert torch.equal(back["a"], back["b"][0])


def test_an_optimizers_state_comes_back():
    parameter = torch.nn.Parameter(torch.randn(3, 2))
    optimizer = torch.optim.Adam([parameter], lr=0.1)
    parameter.sum().backward()
    optimizer.step()
    state = optimizer.state_dict()
    back = read_tensors(written(state))
    assert back["state"].keys() == state["state"].keys() == {0}
    assert torch.equal(back["state"][0]["exp_avg"], state["state"][0]["exp_avg"])
    assert back["param_groups"][0]["lr"] == 0.1


CONTENT = written({"a": torch.arange(100), "n": 3})


@given(at=st.integers(0, len(CONTENT) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(at, bit):
    damaged = bytearray(CONTENT)
    damaged[at] ^= 1 << bit
    with pytest.raises(NotWhole):
        read_tensors(damaged)


@given(n=st.integers(0, len(CONTENT) - 1))
def test_a_torn_file_is_noticed(n):
    with pytest.raises(NotWhole):
        read_tensors(CONTENT[:n])


@pytest.mark.parametrize("content", [object(), {"a": [object()]}, {(1, 2): 3}, b"bytes"])
def test_anything_else_is_refused(content):
    with pytest.raises(TypeError):
        write_tensors(io.BytesIO(), content)
