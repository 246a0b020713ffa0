"""Batched augmentation against torchvision's transforms, one image at a time."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from bench.experiments.spec import Augment, ColorJitter
from runners.data import augment as augment_module
from runners.data.augment import AugmentParameters, apply, draw

RECIPE = Augment(
    rotation_degrees=30,
    horizontal_flip=0.5,
    vertical_flip=0.5,
    color_jitter=ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1),
)
EXTREME = Augment(
    rotation_degrees=180,
    horizontal_flip=0.5,
    vertical_flip=0.5,
    color_jitter=ColorJitter(brightness=1.5, contrast=1.5, saturation=1.5, hue=0.5),
)
NOTHING = draw(Augment(), 0, 0, np.arange(1))


def noise(n_images: int, side: int = 32) -> Tensor:
    """uint8 [N, 3, S, S]. Neighbours differ wildly, so that a misplaced lookup shows."""
    generator = torch.Generator().manual_seed(n_images)
    return torch.randint(0, 256, (n_images, 3, side, side), dtype=torch.uint8, generator=generator)


def by_torchvision(image: Tensor, parameters: AugmentParameters, row: int) -> Tensor:
    """One image, float32 [3, S, S], by torchvision's functions in the recipe's order."""
    one = parameters[row : row + 1]
    image = functional.to_dtype(image, torch.float32, scale=True)
    bilinear = v2.InterpolationMode.BILINEAR
    image = functional.rotate(image, one.angle_degrees.item(), bilinear, fill=None)
    if one.horizontal_flip:
        image = functional.horizontal_flip(image)
    if one.vertical_flip:
        image = functional.vertical_flip(image)
    changes = (
        (functional.adjust_brightness, one.brightness),
        (functional.adjust_contrast, one.contrast),
        (functional.adjust_saturation, one.saturation),
        (functional.adjust_hue, one.hue),
    )
    for number in one.order[0].tolist():
        change, value = changes[number]
        image = change(image, value.item())
    return image


def assert_like_torchvision(images: Tensor, parameters: AugmentParameters, tolerance: float):
    result = apply(images, parameters)
    assert result.dtype == torch.float32
    assert result.min() >= 0
    assert result.max() <= 1
    expected = [by_torchvision(image, parameters, row) for row, image in enumerate(images)]
    torch.testing.assert_close(result, torch.stack(expected), rtol=0, atol=tolerance)


def only(**changes: float) -> AugmentParameters:
    """The parameters of one image that is changed in these ways alone."""
    return replace(NOTHING, **{name: torch.tensor([value]) for name, value in changes.items()})


@pytest.mark.parametrize("side", [32, 33])
def test_it_equals_torchvision(side):
    assert_like_torchvision(noise(48, side), draw(RECIPE, 0, 0, np.arange(48)), 1e-5)


def test_it_equals_torchvision_in_the_extreme():
    # Factors up to 2.5 after each other magnify what float32 leaves uncertain.
    assert_like_torchvision(noise(48), draw(EXTREME, 0, 0, np.arange(48)), 5e-5)


def test_it_equals_torchvision_at_full_size():
    # In float32 a lookup at 224 px is uncertain by about 1e-5 px, and noise changes by up to 1 a
    # pixel: torchvision differs as much from itself in float64.
    assert_like_torchvision(noise(4, 224), draw(RECIPE, 0, 0, np.arange(4)), 1e-4)


@pytest.mark.parametrize("angle", [0.0, 1e-3, 15.0, -30.0, 45.0, 90.0, -90.0, 135.0, 180.0])
def test_each_rotation_equals_torchvision_up_to_the_border(angle):
    assert_like_torchvision(noise(1), only(angle_degrees=angle), 2e-5)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
@pytest.mark.parametrize("factor", [0.0, 0.3, 1.0, 1.7, 3.0])
def test_each_factor_equals_torchvision(name, factor):
    assert_like_torchvision(noise(1), only(**{name: factor}), 2e-6)


@pytest.mark.parametrize("turns", [-0.5, -0.25, -0.1, 1 / 6, 1 / 3, 0.4, 0.5])
def test_each_hue_equals_torchvision(turns):
    assert_like_torchvision(noise(1), only(hue=turns), 2e-6)


def test_the_hue_of_pure_and_grey_colours():
    colours = torch.tensor(
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1],
         [0.5, 0.5, 0.5]]
    )  # fmt: skip
    image = colours.T.reshape(1, 3, 3, 3).contiguous()
    third = apply(image, only(hue=1 / 3))[0].reshape(3, 9).T
    # A third of a turn takes red to green, green to blue, blue to red, and leaves grey alone.
    torch.testing.assert_close(third[:6], colours[:6].roll(1, 1), rtol=0, atol=1e-6)
    assert torch.equal(third[6:], colours[6:])


def test_a_positive_angle_turns_counter_clockwise():
    image = torch.zeros(1, 3, 9, 9)
    image[0, :, 4, 8] = 1  # at the right; a quarter turn takes it to the top
    turned = apply(image, only(angle_degrees=90.0))
    assert turned[0, 0].argmax() == 4


def test_the_flip_comes_after_the_rotation():
    image = torch.zeros(1, 3, 9, 9)
    image[0, :, 4, 8] = 1
    # From the right by an eighth to the top right, and from there to the top left.
    turned = apply(image, only(angle_degrees=45.0, horizontal_flip=True))[0, 0]
    row, column = divmod(int(turned.argmax()), 9)
    assert row < 4
    assert column < 4


def test_without_rotation_pixels_are_exact():
    images = noise(4)
    p = replace(
        draw(Augment(), 0, 0, np.arange(4)),
        horizontal_flip=torch.tensor([False, True, False, True]),
        vertical_flip=torch.tensor([False, False, True, True]),
        angle_degrees=torch.zeros(4),
    )
    exact = images.float() / 255
    expected = torch.stack([exact[0], exact[1].flip(2), exact[2].flip(1), exact[3].flip(1, 2)])
    assert torch.equal(apply(images, p), expected)
    # Also beside an image that is rotated.
    p = replace(p, angle_degrees=torch.tensor([0.0, 20.0, 0.0, 0.0]))
    assert torch.equal(apply(images, p)[[0, 2, 3]], expected[[0, 2, 3]])


def some_turned() -> AugmentParameters:
    """For 24 images, of which every third is not rotated."""
    p = draw(EXTREME, 0, 0, np.arange(24))
    return replace(p, angle_degrees=torch.where(torch.arange(24) % 3 == 0, 0, p.angle_degrees))


def test_an_image_is_the_same_alone_and_in_a_batch():
    images, p = noise(24), some_turned()
    whole = apply(images, p)
    for row in range(24):
        assert torch.equal(whole[row], apply(images[row : row + 1], p[row : row + 1])[0])


def test_all_at_once_as_on_a_gpu_gives_the_same():
    images, p = noise(24), some_turned()
    at_once = augment_module._change_all(images, p)
    torch.testing.assert_close(at_once, apply(images, p), rtol=0, atol=1e-6)


def test_the_number_of_threads_changes_nothing():
    images, p = noise(10, 224), draw(RECIPE, 0, 0, np.arange(10))
    before = torch.get_num_threads()
    results = []
    try:
        for n_threads in (1, 2):
            torch.set_num_threads(n_threads)
            results.append(apply(images, p))
            assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*results)


def test_the_images_given_stay_as_they_were():
    images = noise(2).float() / 255
    before = images.clone()
    apply(images, draw(EXTREME, 0, 0, np.arange(2)))
    assert torch.equal(images, before)


def test_bytes_and_floats_give_the_same():
    p = draw(RECIPE, 0, 0, np.arange(3))
    assert torch.equal(apply(noise(3), p), apply(noise(3).float() / 255, p))


def test_channels_last_input_gives_the_same():
    p = draw(RECIPE, 0, 0, np.arange(3))
    laid_out = noise(3).contiguous(memory_format=torch.channels_last)
    assert torch.equal(apply(laid_out, p), apply(noise(3), p))


def test_an_empty_batch_stays_empty():
    assert apply(noise(0), draw(RECIPE, 0, 0, np.arange(0))).shape == (0, 3, 32, 32)


def test_what_is_switched_off_is_not_even_called(monkeypatch):
    for name in ("_sample", "_brighten", "_contrast", "_saturate", "_shift_hue"):
        monkeypatch.setattr(augment_module, name, None)
    images = noise(3)
    plain = apply(images, draw(Augment(horizontal_flip=1.0), 0, 0, np.arange(3)))
    assert torch.equal(plain, images.flip(3).float() / 255)


# Distributions: with 4,000 draws a wrong range or shape has a p-value of practically zero.
DRAWS = draw(EXTREME, 5, 2, np.arange(4000))
JITTER = EXTREME.color_jitter


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (draw(RECIPE, 5, 2, np.arange(4000)).angle_degrees, -30, 30),
        (draw(RECIPE, 5, 2, np.arange(4000)).brightness, 0.8, 1.2),
        (draw(RECIPE, 5, 2, np.arange(4000)).hue, -0.1, 0.1),
        (DRAWS.brightness, 0, 2.5),  # 1 - 1.5 is cut off at 0, as torchvision does
        (DRAWS.contrast, 0, 2.5),
        (DRAWS.saturation, 0, 2.5),
        (DRAWS.hue, -0.5, 0.5),
    ],
)
def test_values_are_uniform_in_torchvisions_range(values, low, high):
    assert stats.kstest(values.numpy(), "uniform", (low, high - low)).pvalue > 0.001


def test_factors_are_distributed_as_torchvision_draws_them():
    transform = v2.ColorJitter(0.7, 0.7, 0.7, 0.3)
    torch.manual_seed(0)
    theirs = [transform.make_params([]) for _ in range(2000)]
    ours = draw(Augment(color_jitter=ColorJitter(0.7, 0.7, 0.7, 0.3)), 0, 0, np.arange(2000))
    for name in ("brightness", "contrast", "saturation", "hue"):
        expected = [params[f"{name}_factor"] for params in theirs]
        assert stats.ks_2samp(getattr(ours, name).numpy(), expected).pvalue > 0.001


@pytest.mark.parametrize("probability", [0.0, 0.2, 1.0])
def test_flips_have_their_probability(probability):
    p = draw(Augment(horizontal_flip=probability, vertical_flip=0.5), 0, 0, np.arange(4000))
    n_flips = int(p.horizontal_flip.sum())
    assert stats.binomtest(n_flips, 4000, probability).pvalue > 0.001


def test_all_orders_are_equally_likely():
    orders, counts = np.unique(DRAWS.order.numpy(), axis=0, return_counts=True)
    assert len(orders) == 24
    assert stats.chisquare(counts).pvalue > 0.001


def test_the_draws_of_an_image_are_independent_of_each_other():
    names = ("angle_degrees", "horizontal_flip", "vertical_flip", "brightness", "contrast")
    names += ("saturation", "hue")
    table = np.stack([getattr(DRAWS, name).numpy().astype(float) for name in names])
    correlations = np.corrcoef(np.vstack([table, DRAWS.order.numpy().T[:3]]))
    # The columns of a permutation exclude each other, so that they correlate by -1/3.
    correlations[7:, 7:] = 0
    assert np.abs(correlations - np.diag(np.diag(correlations))).max() < 4.5 / 4000**0.5


def rows_of(parameters: AugmentParameters, rows: Tensor) -> list[Tensor]:
    return [getattr(parameters, field.name)[rows] for field in fields(parameters)]


@given(
    index=st.lists(st.integers(0, 10**6), min_size=1, max_size=12),
    seed=st.integers(0, 10**6),
    epoch=st.integers(0, 1000),
)
def test_a_draw_does_not_depend_on_the_batch(index, seed, epoch):
    together = draw(RECIPE, seed, epoch, np.array(index))
    for row, one in enumerate(index):
        alone = draw(RECIPE, seed, epoch, np.array([one]))
        for a, b in zip(
            rows_of(together, torch.tensor([row])), rows_of(alone, torch.tensor([0])), strict=True
        ):
            assert torch.equal(a, b)


def test_every_image_and_every_epoch_has_its_own_draw():
    angles = torch.cat([draw(RECIPE, 0, epoch, np.arange(50)).angle_degrees for epoch in range(3)])
    assert len(angles.unique()) == 150


def test_changing_one_setting_leaves_the_other_draws():
    without = draw(replace(RECIPE, rotation_degrees=0), 0, 0, np.arange(5))
    assert torch.equal(without.hue, draw(RECIPE, 0, 0, np.arange(5)).hue)
    assert torch.equal(without.angle_degrees, torch.zeros(5))
