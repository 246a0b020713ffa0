"""Each corruption is one and the same on every run, and more of it is worse."""

from itertools import pairwise

import numpy as np
import pytest

from bench.errors import UserError
from runners.data.corruptions.catalogue import CORRUPTIONS, STRENGTHS, corrupt, corruptions
from runners.data.synthetic.draws import Draws

each = pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda c: c.name)


def photo(side, seed=0):
    """Smooth, as photos are, with a dark print in the middle of a light ground."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    ground = 0.62 + 0.1 * np.sin(9 * x + seed) * np.cos(7 * y) + 0.05 * np.sin(40 * x + 30 * y)
    print_ = 0.4 * np.exp(-((x / 0.2) ** 2 + ((y - 0.1) / 0.25) ** 2))
    grey = ground - print_
    return (255 * np.stack([grey, 0.9 * grey, 0.8 * grey], axis=2)).astype(np.uint8)


@each
def test_a_greater_strength_changes_more(corruption):
    grain = np.random.default_rng(0).integers(-12, 13, (96, 96, 1))
    image = np.clip(photo(96) + grain, 0, 255).astype(np.uint8)
    far = []
    for strength in STRENGTHS:
        changed = [corrupt(image, corruption, strength, f"fox/{k}.jpg") for k in range(4)]
        far.append(np.mean([np.abs(one - image.astype(float)).mean() for one in changed]))
    assert far[0] > 0.3
    assert (np.diff(far) > 0).all()


@each
def test_the_same_picture_comes_out_again_and_the_given_one_stays(corruption):
    image = photo(40)
    before = image.copy()
    image.setflags(write=False)
    first = corrupt(image, corruption, 3, "fox/1.jpg")
    corrupt(image, corruption, 5, "bear/1.jpg")
    np.testing.assert_array_equal(corrupt(image, corruption, 3, "fox/1.jpg"), first)
    np.testing.assert_array_equal(image, before)
    assert first.dtype == np.uint8
    assert first.shape == image.shape


@pytest.mark.parametrize("name", ["noise", "brightness", "snow", "rotation", "cover", "scale"])
def test_what_is_random_hangs_on_the_path(name):
    (corruption,) = corruptions([name])
    image = photo(32)
    made = {corrupt(image, corruption, 3, f"fox/{k}.jpg").tobytes() for k in range(20)}
    # Brightness, rotation and scale only know two ways.
    assert len(made) == 20 if name in ("noise", "snow", "cover") else len(made) == 2


@each
@pytest.mark.parametrize("side", [1, 8])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_tiny_and_uniform_images_stay_images(corruption, side, strength):
    for value in (0, 128, 255):
        image = np.full((side, side, 3), value, dtype=np.uint8)
        made = corrupt(image, corruption, strength, "a/b.png")
        assert made.dtype == np.uint8
        assert made.shape == (side, side, 3)
        if corruption.name in ("blur", "contrast", "rotation", "scale"):
            np.testing.assert_array_equal(made, image)


@each
def test_a_strength_means_about_the_same_at_other_sizes(corruption):
    """The share of the way that the pixels go does not hang on how many there are."""
    far = []
    for side in (96, 224):
        image = photo(side)
        made = [corrupt(image, corruption, 4, f"a/{k}.png") for k in range(4)]
        far.append(np.mean([np.abs(one - image.astype(float)).mean() for one in made]))
    assert 0.75 < far[0] / far[1] < 1.33


def test_there_is_no_strength_0_and_no_unknown_name():
    with pytest.raises(ValueError, match="strength 0"):
        corrupt(photo(8), CORRUPTIONS[0], 0, "a")
    with pytest.raises(UserError, match="blurr: is no corruption; did you mean 'blur'"):
        corruptions(["blurr"])
    assert [one.name for one in corruptions(["jpeg", "blur"])] == ["blur", "jpeg"]
    assert corruptions() == CORRUPTIONS


def way(corruption, path):
    """Whether the first of two ways was drawn."""
    return Draws("corruption", 1, corruption, path).chance(0.5)


def path_of(corruption, first):
    return next(p for p in map(str, range(50)) if way(corruption, p) == first)


@pytest.mark.parametrize(
    ("too_bright", "expected"),
    # Strength 3 is 1.7: 170 / 1.7, and 255 - 170 / 1.7.
    [(False, [100, 0, 50]), (True, [255 - 50, 255 - 150, 255 - 100])],
)
def test_brightness_by_hand(too_bright, expected):
    (corruption,) = corruptions(["brightness"])
    image = np.broadcast_to(np.array([170, 0, 85], dtype=np.uint8), (4, 4, 3)).copy()
    made = corrupt(image, corruption, 3, path_of("brightness", too_bright))
    np.testing.assert_allclose(made[0, 0].astype(int), expected, atol=1)


def test_contrast_is_torchvisions():
    import torch
    from torchvision.transforms.v2.functional import adjust_contrast

    (corruption,) = corruptions(["contrast"])
    image = photo(48)
    planes = torch.from_numpy(image).permute(2, 0, 1)
    expected = adjust_contrast(planes, 0.4).permute(1, 2, 0).numpy()
    made = corrupt(image, corruption, 3, "a")
    np.testing.assert_allclose(made.astype(int), expected.astype(int), atol=1)


def test_a_cover_hides_its_share_to_the_pixel_and_grows():
    (corruption,) = corruptions(["cover"])
    image = np.full((60, 60, 3), 255, dtype=np.uint8)
    hidden = [(corrupt(image, corruption, s, "x") != 255).any(axis=2) for s in STRENGTHS]
    assert [int(one.sum()) for one in hidden] == [180, 432, 720, 1080, 1512]
    for less, more in pairwise(hidden):
        assert not (less & ~more).any()


@pytest.mark.parametrize("left", [True, False])
def test_a_rotation_is_torchvisions_inside_the_circle(left):
    import torch
    from torchvision.transforms.v2 import InterpolationMode
    from torchvision.transforms.v2.functional import rotate

    (corruption,) = corruptions(["rotation"])
    image = photo(101)
    planes = torch.from_numpy(image).permute(2, 0, 1)
    degrees = 24 if left else -24
    expected = rotate(planes, degrees, interpolation=InterpolationMode.BILINEAR)
    made = corrupt(image, corruption, 3, path_of("rotation", left))
    y, x = np.mgrid[:101, :101] - 50
    inside = np.hypot(x, y) < 48
    gap = np.abs(made.astype(int) - expected.permute(1, 2, 0).numpy().astype(int))
    assert gap[inside].max() <= 2


@pytest.mark.parametrize("near", [True, False])
def test_a_square_in_the_middle_is_magnified_or_made_small(near):
    (corruption,) = corruptions(["scale"])
    image = np.zeros((100, 100, 3), dtype=np.uint8)
    image[40:60, 40:60] = 255
    made = corrupt(image, corruption, 3, path_of("scale", near))
    seen = made[..., 0].sum() / 255  # its area
    magnified = 20 * 1.4 if near else 20 / 1.4
    assert seen == pytest.approx(magnified**2, rel=0.03)


def test_noise_is_as_strong_as_it_says_at_its_own_size():
    (corruption,) = corruptions(["noise"])
    image = np.full((128, 128, 3), 128, dtype=np.uint8)
    made = corrupt(image, corruption, 3, "a").astype(float)
    assert made.std(axis=(0, 1)) == pytest.approx(255 * 0.12, rel=0.03)
    # 0.8² of the variance is shared.
    colours = np.corrcoef(made[..., 0].ravel(), made[..., 1].ravel())
    assert colours[0, 1] == pytest.approx(0.64, abs=0.03)


def test_blur_spreads_a_point_as_far_as_it_says():
    (corruption,) = corruptions(["blur"])
    image = np.zeros((100, 100, 3), dtype=np.uint8)
    image[:, 50:] = 255
    edge = corrupt(image, corruption, 5, "a")[50, :, 0] / 255
    # One standard deviation, 3 pixels, from the edge a normal edge has 84.1 %.
    assert np.interp(52.5, np.arange(100), edge) == pytest.approx(0.841, abs=0.02)


def test_jpeg_is_pillows_at_224_pixels():
    import io

    from PIL import Image

    (corruption,) = corruptions(["jpeg"])
    image = photo(224)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=15, subsampling=2)
    np.testing.assert_array_equal(corrupt(image, corruption, 3, "a"), Image.open(buffer))


def test_snow_whitens_and_never_darkens_what_is_not_white():
    (corruption,) = corruptions(["snow"])
    image = photo(96)
    for strength in STRENGTHS:
        made = corrupt(image, corruption, strength, "a").astype(int)
        assert (made >= image).all()
    black = corrupt(np.zeros_like(image), corruption, 5, "a")
    # Half of the opacity that a patch has in its middle is where it ends.
    assert (black[..., 0] >= 0.425 * 240).mean() == pytest.approx(0.53, abs=0.01)
