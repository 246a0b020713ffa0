"""Files are read in order by a few threads, of which none outlives the reading."""

import threading
import time
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from runners.data.check import reading
from runners.data.check.reading import SIDE, read_all, read_one
from runners.data.decode import decode_bytes

from .drawn import picture


@pytest.fixture
def files(tmp_path):
    made = []
    for number in range(60):
        made.append(tmp_path / f"{number}.png")
        picture(number, (40 + number, 30)).save(made[-1])
    return made


def test_readings_come_in_the_order_of_the_files(files):
    files[7].write_bytes(b"no image")
    found = list(read_all(files, 2))
    assert [one.width for one in found] == [
        0 if number == 7 else 40 + number for number in range(60)
    ]
    assert found[7].reason == "not a JPEG, PNG, WebP, BMP or TIFF image"
    assert found[7].digest != ""
    assert found[8].thumbnail.shape == (SIDE, SIDE)


def test_who_stops_early_waits_for_no_more_than_what_is_under_way(files, monkeypatch):
    read = []
    monkeypatch.setattr(reading, "read_one", lambda file: (read.append(file), read_one(file))[1])
    before = set(threading.enumerate())
    readings = read_all(files, 2)
    assert len(list(islice(readings, 3))) == 3
    readings.close()
    assert not set(threading.enumerate()) - before
    assert len(read) < 30


def test_a_large_jpeg_is_measured_whole_though_decoded_smaller(tmp_path):
    picture(0, (1200, 900)).save(tmp_path / "large.jpg")
    found = read_one(tmp_path / "large.jpg")
    assert (found.width, found.height) == (1200, 900)
    small = picture(0, (1200, 900)).convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    difference = found.thumbnail.astype(float) - np.asarray(small, float)
    assert np.abs(difference).mean() < 4


def test_of_large_images_one_is_decoded_at_a_time(files, monkeypatch):
    under_way, most = [], []

    def slow(content, at_least):
        under_way.append(content)
        most.append(len(under_way))
        time.sleep(0.005)
        under_way.remove(content)
        return decode_bytes(content, at_least)

    monkeypatch.setattr(reading, "decode_bytes", slow)
    assert len(list(read_all(files[:12], 4))) == 12
    assert max(most) > 1
    most.clear()
    monkeypatch.setattr("runners.data.decode._LARGE", 100)
    assert len(list(read_all(files[:12], 4))) == 12
    assert max(most) == 1


def test_what_is_larger_than_any_photo_is_not_read(tmp_path):
    file = tmp_path / "sparse.jpg"
    with file.open("wb") as opened:
        opened.truncate((1 << 30) + 1)
    assert "are not read" in read_one(file).reason
