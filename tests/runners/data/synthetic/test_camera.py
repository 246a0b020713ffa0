"""From light to a photo."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from runners.data.synthetic.camera import develop, jpeg
from runners.data.synthetic.draws import Draws

SIZE = 24
keys = st.integers(0, 2**40)


def flat(level, size=SIZE):
    return np.full((size, size, 3), level, np.float32)


def photos(light, n=40):
    return [develop(light, Draws("camera", number)) for number in range(n)]


@given(level=st.floats(0, 4, width=32), key=keys, size=st.sampled_from([16, 24, 48]))
def test_any_light_gives_a_photo(level, key, size):
    photo = develop(flat(level, size), Draws(key))
    assert photo.dtype == np.uint8
    assert photo.shape == (size, size, 3)
    assert np.array_equal(photo, develop(flat(level, size), Draws(key)))


def test_in_the_dark_it_is_black_but_for_noise():
    assert all(photo.mean() < 8 for photo in photos(flat(0.0)))


@pytest.mark.parametrize(("level", "aim"), [(0.02, 0.16), (0.3, 0.3), (3.0, 0.52)])
def test_exposure_is_what_a_camera_would_aim_at(level, aim):
    """Dark ground is not left dark, nor bright ground glaring; on average it is as aimed at."""
    means = [photo[..., 1].mean() for photo in photos(flat(level))]
    # The tone curve by hand: 1.12 sqrt(light) / (1 + 0.12 light).
    expected = 255 * 1.12 * aim**0.5 / (1 + 0.12 * aim)
    assert np.mean(means) == pytest.approx(expected, rel=0.05)
    assert max(means) < 1.3 * expected
    assert min(means) > 0.7 * expected


def test_snow_stays_brighter_than_mud():
    mud, snow = (np.mean(photos(flat(level))) for level in (0.2, 0.85))
    assert snow > 1.3 * mud


def test_brighter_points_stay_brighter():
    light = flat(0.1)
    light[:, SIZE // 2 :] = 0.5
    for photo in photos(light):
        assert photo[:, -4:].mean() > photo[:, :4].mean() + 30


def test_grey_ground_gets_no_more_than_a_tinge():
    casts = np.array([photo.mean(axis=(0, 1)) for photo in photos(flat(0.3), 100)])
    red, green, blue = casts.T
    assert np.abs(red - blue).max() < 0.3 * green.mean()
    assert abs(np.mean(red - blue)) < 0.03 * green.mean()


def test_there_is_noise_in_every_photo_and_never_much():
    spreads = [photo[..., 1].std() for photo in photos(flat(0.3))]
    assert min(spreads) > 0.3
    assert max(spreads) < 8


def test_some_photos_are_blurred_and_some_are_sharp():
    light = flat(0.1, 96)
    light[:, 48:] = 0.5
    rows = [photo[..., 1].mean(axis=0) for photo in photos(light)]
    # The largest part of an edge's height that lies between two neighbouring pixels.
    steepest = [np.abs(np.diff(row)).max() / np.ptp(row) for row in rows]
    assert min(steepest) < 0.5
    assert max(steepest) > 0.9


@given(photo=hnp.arrays(np.uint8, (16, 16, 3)))
def test_a_jpeg_is_a_photo_of_the_same_size(photo):
    with Image.open(io.BytesIO(jpeg(photo, 92))) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (16, 16))


def test_a_jpeg_of_high_quality_is_near_to_the_photo_and_larger():
    photo = photos(flat(0.3), 1)[0]
    fine, coarse = jpeg(photo, 95), jpeg(photo, 20)
    assert len(fine) > len(coarse)
    with Image.open(io.BytesIO(fine)) as image:
        assert np.abs(np.asarray(image).astype(int) - photo).mean() < 4
