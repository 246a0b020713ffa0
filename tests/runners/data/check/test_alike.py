"""Copies are found however they were edited, and different photos are left apart."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from scipy import ndimage

from runners.data.check.alike import find_pairs
from runners.data.check.reading import SIDE, thumbnail_of
from runners.data.check.turns import N_TURNS, TURNS, hashes, turned

from .drawn import picture

T = Image.Transpose


def thumbnails(*images):
    return np.array([thumbnail_of(image) for image in images])


def as_jpeg(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


EDITS = {
    "the same": lambda image: image,
    "JPEG 30": lambda image: as_jpeg(image, 30),
    "a third": lambda image: image.resize((32, 24)),
    "larger": lambda image: image.resize((144, 108)),
    "squeezed": lambda image: image.resize((96, 50)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.9),
    "cropped all round": lambda image: image.crop((2, 2, 94, 70)),
    "cropped at one corner": lambda image: image.crop((4, 3, 96, 72)),
    "grey": lambda image: image.convert("L").convert("RGB"),
}
MIRRORS = {
    "turned 90° left": T.ROTATE_90,
    "turned 180°": T.ROTATE_180,
    "turned 90° right": T.ROTATE_270,
    "mirrored": T.FLIP_LEFT_RIGHT,
    "mirrored and turned 90° left": T.TRANSPOSE,
    "flipped upside down": T.FLIP_TOP_BOTTOM,
    "mirrored and turned 90° right": T.TRANSVERSE,
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_is_found_as_it_stands(edit):
    for number in range(5):
        original = picture(number)
        (pair,) = find_pairs(thumbnails(original, EDITS[edit](original)))
        assert (pair.first, pair.second, TURNS[pair.turn]) == (0, 1, "")
        assert 0.93 <= pair.likeness <= 1.0001


@pytest.mark.parametrize("name", MIRRORS)
def test_a_turned_copy_is_found_and_its_turn_is_named_as_pillow_makes_it(name):
    original = picture(3)
    copy = as_jpeg(original.transpose(MIRRORS[name]), 80)
    (pair,) = find_pairs(thumbnails(original, copy))
    assert TURNS[pair.turn] == name


def test_of_200_different_pictures_none_are_taken_for_the_same():
    assert find_pairs(thumbnails(*(picture(number) for number in range(200)))) == ()


SIDE_OF_FRAMED = 256
Y, X = np.mgrid[:SIDE_OF_FRAMED, :SIDE_OF_FRAMED] / SIDE_OF_FRAMED
CIRCLE = (X - 0.5) ** 2 + (Y - 0.5) ** 2 < 0.2
OBJECT = (abs(X - 0.5) < 0.25) & (abs(Y - 0.5) < 0.3)


def texture(rng, blur, spread):
    values = ndimage.gaussian_filter(rng.normal(size=(SIDE_OF_FRAMED, SIDE_OF_FRAMED)), blur)
    return values / values.std() * spread


def with_bar(rng):
    values = 90 + texture(rng, 10, 15)
    values[-24:] = 0
    values[-18:-6, 10:90] = values[-18:-6, 150:240] = 255
    return values


FRAMED = {
    "round mask, faint": lambda rng: np.where(CIRCLE, 140 + texture(rng, 12, 10), 0),
    "round mask": lambda rng: np.where(CIRCLE, 140 + texture(rng, 5, 20), 0),
    "an object on white": lambda rng: np.where(OBJECT, 60 + texture(rng, 8, 15), 255),
    "a camera's bar": with_bar,
    "horizon": lambda rng: np.where(Y < 0.5, 200, 90) + texture(rng, 2, 8),
    "vignette": lambda rng: (
        170 - 150 * rng.uniform(1, 2) * ((X - 0.5) ** 2 + (Y - 0.5) ** 2) + texture(rng, 8, 6)
    ),
    "slopes": lambda rng: 128 + rng.uniform(30, 120) * (Y - 0.5) + rng.uniform(-10, 10) * X,
}


@pytest.mark.parametrize("kind", FRAMED)
def test_pictures_that_share_a_frame_alone_are_not_the_same_and_their_copies_are(kind):
    rng = np.random.default_rng(1)
    values = [FRAMED[kind](rng).clip(0, 255).astype(np.uint8) for _ in range(25)]
    images = [Image.fromarray(each).convert("RGB") for each in values]
    assert find_pairs(thumbnails(*images)) == ()
    copies = [as_jpeg(image, 80) for image in images[:5]]
    if kind != "slopes":  # in which there is nothing to tell a copy by
        pairs = find_pairs(thumbnails(*images, *copies))
        assert {(pair.first, pair.second) for pair in pairs} == {(n, 25 + n) for n in range(5)}


def test_many_copies_are_connected_by_one_pair_less_than_there_are():
    copies = [as_jpeg(picture(1), quality) for quality in range(40, 90, 5)]
    pairs = find_pairs(thumbnails(*copies, picture(2)))
    assert len(pairs) == len(copies) - 1
    assert {row for pair in pairs for row in (pair.first, pair.second)} == set(range(10))


def test_copies_are_found_across_the_blocks_in_which_hashes_are_compared(monkeypatch):
    monkeypatch.setattr("runners.data.check.alike._HASHES_AT_ONCE", 30)
    images = [picture(number) for number in range(20)]
    seen = []
    pairs = find_pairs(
        thumbnails(*images, images[4], images[17]), lambda done, n: seen.append((done, n))
    )
    assert {(pair.first, pair.second) for pair in pairs} == {(4, 20), (17, 21)}
    assert seen[-1] == (22, 22)
    assert len(seen) > 10


@pytest.mark.parametrize("n_images", [0, 1])
def test_where_there_is_nothing_to_compare_there_are_no_pairs(n_images):
    assert find_pairs(np.zeros((n_images, SIDE, SIDE), np.uint8)) == ()


def test_each_turn_has_the_hash_of_the_turned_picture():
    image = thumbnail_of(picture(8))
    own = hashes(image)
    assert len(set(own.tolist())) == N_TURNS
    for turn in range(N_TURNS):
        assert hashes(np.ascontiguousarray(turned(image, turn)))[0] == own[turn]
