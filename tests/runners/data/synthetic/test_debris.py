"""What lies about on the ground."""

import numpy as np
import pytest

from runners.data.synthetic.debris import scatter
from runners.data.synthetic.draws import Draws

from .pressed import grid

SIZE = 64
GREY = 0.4


@pytest.fixture(scope="module")
def scenes():
    """Height and colour of 60 pieces of flat grey ground on which things were scattered."""
    made = []
    for number in range(60):
        height = np.zeros((SIZE, SIZE), np.float32)
        color = np.full((SIZE, SIZE, 3), GREY, np.float32)
        scatter(height, color, *grid(SIZE, 1.0), Draws("debris", number))
        made.append((height, color))
    return made


def test_on_some_ground_nothing_lies_and_on_some_several_things(scenes):
    covered = np.array([(height > 0).mean() for height, _ in scenes])
    assert 0.2 < np.mean(covered == 0) < 0.8
    assert covered.max() < 0.5


def test_things_lie_on_the_ground_and_not_in_it(scenes):
    assert all(height.min() == 0 for height, _ in scenes)
    assert 0.005 < max(height.max() for height, _ in scenes) < 0.1


def test_ground_on_which_nothing_lies_keeps_its_colour(scenes):
    for height, color in scenes:
        assert np.allclose(color[height == 0], GREY)


def test_colours_stay_such_as_things_have(scenes):
    everything = np.stack([color for _, color in scenes])
    assert everything.min() > 0
    assert everything.max() < 1
    assert np.ptp(everything) > 0.3


def test_height_and_colour_stay_float32(scenes):
    assert {field.dtype for scene in scenes for field in scene} == {np.dtype(np.float32)}


def test_one_key_lays_the_same_things(scenes):
    height = np.zeros((SIZE, SIZE), np.float32)
    color = np.full((SIZE, SIZE, 3), GREY, np.float32)
    scatter(height, color, *grid(SIZE, 1.0), Draws("debris", 7))
    assert np.array_equal(height, scenes[7][0])
    assert np.array_equal(color, scenes[7][1])
