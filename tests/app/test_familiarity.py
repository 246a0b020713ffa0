"""What is like the training images is recognised, and what is not is turned away."""

import numpy as np
import pytest

from app.familiarity import Familiarity, Seen, balanced, learn

SIDE = 24


def ground(n, seed, n_features=8):
    """Brownish noise, as sand might look; features in a narrow cone."""
    rng = np.random.default_rng(seed)
    light = rng.normal(0, 12, (n, 1, 1, 1)) + np.array([150, 120, 90])
    images = np.clip(light + rng.normal(0, 18, (n, SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    features = 5 + rng.normal(0, 1, (n, n_features))
    return Seen(images, features.astype(np.float32))


@pytest.fixture(scope="module")
def known():
    return learn(ground(300, 1), ground(200, 2))


def test_about_one_in_a_hundred_of_the_same_kind_is_turned_away(known):
    away = 1 - known.recognises(ground(2000, 3)).mean()
    assert 0.001 < away < 0.03


def test_an_image_that_looks_otherwise_is_turned_away_whatever_its_features(known):
    same = ground(4, 4)
    odd = np.stack(
        [
            np.zeros((SIDE, SIDE, 3), np.uint8),
            np.full((SIDE, SIDE, 3), 255, np.uint8),
            np.tile(np.linspace(0, 255, SIDE).astype(np.uint8)[None, :, None], (SIDE, 1, 3)),
            np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8),
        ]
    )
    assert known.recognises(same).all()
    assert not known.recognises(Seen(odd, same.features)).any()


def test_features_that_no_training_image_has_are_turned_away_whatever_it_looks_like(known):
    same = ground(3, 5)
    assert not known.recognises(Seen(same.images, -same.features)).any()


def test_the_length_of_features_does_not_count(known):
    same = ground(50, 6)
    longer = Seen(same.images, 7 * same.features)
    np.testing.assert_array_equal(known.recognises(same), known.recognises(longer))


def test_few_held_out_images_are_all_recognised():
    held_out = ground(20, 8)
    assert learn(ground(40, 7), held_out).recognises(held_out).all()


def test_it_is_the_same_again_from_its_arrays(known):
    again = Familiarity(**known.arrays())
    new = ground(100, 9)
    np.testing.assert_array_equal(known.recognises(new), again.recognises(new))


def test_classes_take_turns():
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 2])
    assert balanced(labels, 3).tolist() == [0, 5, 7]
    assert balanced(labels, 5).tolist() == [0, 1, 5, 6, 7]
    assert balanced(labels, 99).tolist() == list(range(8))
