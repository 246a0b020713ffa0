"""On photos of real tracks: nearly all new ones look familiar, and what is no photo does not.

Only by how they look: there is no network here, so all features are alike.
"""

from pathlib import Path

import numpy as np
import pytest

from app.familiarity import Seen, learn
from runners.data.photos import read_photo
from tests.app.nonsense import nonsense

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "footprints-3"
SIDE = 64

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}"),
]


def seen(images):
    return Seen(images, np.ones((len(images), 4), np.float32))


def of(split):
    return seen(np.stack([read_photo(file, SIDE) for file in sorted(PHOTOS.glob(f"{split}/*/*"))]))


def test_new_tracks_look_familiar_and_nonsense_does_not():
    known = learn(of("train"), of("valid"))
    assert known.recognises(of("test")).mean() >= 0.95
    assert not known.recognises(seen(nonsense(SIDE))).any()
