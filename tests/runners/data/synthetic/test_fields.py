"""How fields are bent."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from runners.data.synthetic.fields import as_field, smooth

fields = hnp.arrays(
    np.float32, st.tuples(*[st.integers(1, 6)] * 2), elements=st.floats(-3, 3, width=32)
)


def test_the_step_by_hand():
    # 3 t^2 - 2 t^3: at a quarter 3/16 - 2/64 = 0.15625.
    found = smooth(np.array([[-1, 0, 0.25, 0.5, 0.75, 1, 9]], np.float32))
    assert found.tolist() == [[0, 0, 0.15625, 0.5, 0.84375, 1, 1]]


@given(field=fields)
def test_the_step_rises_from_0_to_1_as_float32(field):
    stepped = smooth(field)
    assert stepped.dtype == np.float32
    assert stepped.shape == field.shape
    assert stepped.min() >= 0
    assert stepped.max() <= 1
    in_order = np.argsort(field.ravel(), kind="stable")
    # Within float32's rounding near the top, where the step is flat.
    assert np.all(np.diff(stepped.ravel()[in_order]) >= -2e-7)


def test_a_field_is_float32_and_not_copied_where_it_is_that_already():
    field = np.zeros((2, 2), np.float32)
    assert as_field(field) is field
    assert as_field(np.zeros((2, 2))).dtype == np.float32
