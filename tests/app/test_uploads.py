"""Files are held to the limits by what they hold, and leave nothing but pixels."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from app.uploads import MOST_MEGABYTES, Refused, read_upload, short_name

from .files import MEGABYTE, bomb, content_of, located, noise, of_size


def refusal(name, content):
    with pytest.raises(Refused) as caught:
        read_upload(name, content)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif"])
def test_formats_are_told_by_content_and_not_by_name(suffix):
    photo = read_upload("photo.heic", content_of(noise(), suffix))
    assert photo.image.mode == "RGB"
    assert photo.image.size == (40, 30)


@pytest.mark.parametrize(
    "content",
    [
        b"just words\n" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        content_of(noise(), "gif"),
        b"%PDF-1.7\n%%EOF",
        b"\x00" * 64,
    ],
    ids=["text", "svg", "gif", "pdf", "zeros"],
)
def test_what_is_no_image_of_these_formats_is_refused_whatever_its_name(content):
    line = refusal("holiday.jpg", content)
    assert line == (
        "holiday.jpg: this is not a JPEG, PNG, WebP, BMP or TIFF image, whatever its name says."
    )


def test_an_empty_and_a_torn_file_are_named_as_such():
    assert refusal("a.jpg", b"") == "a.jpg: this file is empty."
    torn = content_of(noise(300, 400), "png")[:-2000]
    assert refusal("a.png", torn).startswith("a.png: this image is broken (")


def test_ten_megabytes_are_let_in_and_a_byte_more_is_not():
    limit = MOST_MEGABYTES * MEGABYTE
    assert read_upload("a.jpg", of_size(limit)).image.size == (40, 30)
    line = refusal("a.jpg", of_size(limit + 1))
    assert line == "a.jpg has 10.0 MB, and 10 MB is the limit; a smaller copy will do."
    assert "11.0 MB" in refusal("a.jpg", of_size(11 * MEGABYTE))


def test_a_bomb_is_refused_before_it_is_decoded():
    content = bomb()
    assert len(content) < 100_000
    tracemalloc.start()
    line = refusal("bomb.png", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert line == "bomb.png: 10000 × 5000 pixels are more than the limit of 40 megapixels."
    assert peak < 5 * MEGABYTE


def test_as_many_pixels_as_the_limit_are_let_in_and_a_row_more_is_not(monkeypatch):
    monkeypatch.setattr("app.uploads.MOST_MEGAPIXELS", 1)
    assert read_upload("a.png", content_of(Image.new("1", (1000, 1000)))).image.size == (1000, 1000)
    assert "1000 × 1001 pixels" in refusal("a.png", content_of(Image.new("1", (1000, 1001))))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_a_photo_is_turned_upright_and_forgets_where_it_was_taken(suffix):
    photo = read_upload("a", located(suffix))
    assert photo.image.size == (30, 40)
    if suffix != "jpg":
        upright = np.asarray(noise().transpose(Image.Transpose.ROTATE_270))
        np.testing.assert_array_equal(np.asarray(photo.image), upright)
    assert photo.image.info == {}
    assert dict(photo.image.getexif()) == {}
    for format_ in ("jpg", "png", "webp"):
        again = content_of(photo.image, format_)
        assert b"Exif" not in again
        assert b"Camera" not in again


def test_a_name_is_one_short_line():
    assert short_name("paw.jpg") == "paw.jpg"
    assert short_name("a\nb.jpg") == r"'a\nb.jpg'"
    long = short_name("x" * 500 + ".jpg")
    assert len(long) == 61
    assert long.endswith(".jpg")
    assert "…" in long


def test_the_same_file_has_the_same_digest():
    first, second = (content_of(noise(height)) for height in (30, 31))
    assert read_upload("a", first).digest == read_upload("b", first).digest
    assert read_upload("a", first).digest != read_upload("a", second).digest
