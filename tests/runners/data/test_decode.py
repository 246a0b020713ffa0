"""Every kind of image that may open, and every kind of file that may not."""

import io
import random
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from runners.data.decode import BadImage, decode, decode_bytes, decode_quietly

GRADIENT = np.arange(256, dtype=np.uint8).reshape(16, 16)


def save(image: Image.Image, path: Path, **options) -> Path:
    image.save(path, **options)
    return path


def pixels(path: Path) -> np.ndarray:
    image = decode(path)
    assert image.mode == "RGB"
    return np.asarray(image)


def grey(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=2)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp"])
def test_formats_without_loss_keep_every_byte(tmp_path, noise, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(noise(), tmp_path / f"x.{suffix}", **options)
    np.testing.assert_array_equal(pixels(path), np.asarray(noise()))


def test_jpeg_is_what_pillow_decodes(tmp_path, noise):
    path = save(noise(), tmp_path / "x.jpg")
    with Image.open(path) as image:
        np.testing.assert_array_equal(pixels(path), np.asarray(image))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path, noise, suffix, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(noise(), tmp_path / f"x.{suffix}", exif=exif, **options)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert expected.shape == ((30, 40, 3) if orientation < 5 else (40, 30, 3))
    np.testing.assert_array_equal(pixels(path), expected)


def test_broken_metadata_does_not_spoil_the_pixels(tmp_path, noise):
    path = save(noise(), tmp_path / "x.png", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09broken")
    np.testing.assert_array_equal(pixels(path), np.asarray(noise()))


def test_grey_and_one_bit_become_rgb(tmp_path):
    path = save(Image.fromarray(GRADIENT), tmp_path / "l.png")
    np.testing.assert_array_equal(pixels(path), grey(GRADIENT))
    path = save(Image.fromarray(GRADIENT > 100), tmp_path / "1.png")
    np.testing.assert_array_equal(pixels(path), grey(np.where(GRADIENT > 100, 255, 0)))


def test_palettes_are_looked_up(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    path = save(image, tmp_path / "p.png")
    np.testing.assert_array_equal(pixels(path), [[[10, 20, 30], [200, 100, 50]]])
    # Entry 0 wholly transparent, entry 1 by 60 %: 200 · 0.4 + 255 · 0.6 = 233, 193, 173.
    path = save(image, tmp_path / "pt.png", transparency=bytes([0, 102]))
    np.testing.assert_allclose(pixels(path), [[[255, 255, 255], [233, 193, 173]]], atol=1)


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_transparency_is_laid_over_white(tmp_path, suffix):
    colours = np.array([[[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]]], dtype=np.uint8)
    options = {"lossless": True, "exact": True} if suffix == "webp" else {}
    path = save(Image.fromarray(colours), tmp_path / f"x.{suffix}", **options)
    # 51/255 is a fifth: 200 · 0.2 + 255 · 0.8 = 244, 224, 204.
    expected = [[[200, 100, 0], [255, 255, 255], [244, 224, 204]]]
    np.testing.assert_allclose(pixels(path), expected, atol=1)


def test_grey_with_alpha_is_laid_over_white(tmp_path):
    image = Image.new("LA", (2, 1), (100, 255))
    image.putpixel((1, 0), (100, 51))
    np.testing.assert_allclose(
        pixels(save(image, tmp_path / "x.png")), [[[100] * 3, [224] * 3]], atol=1
    )


def test_a_transparent_colour_becomes_white(tmp_path):
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (9, 9, 9))
    path = save(image, tmp_path / "rgb.png", transparency=(9, 9, 9))
    np.testing.assert_array_equal(pixels(path), [[[1, 2, 3], [255] * 3]])
    grey_image = Image.new("L", (2, 1), 5)
    grey_image.putpixel((1, 0), 7)
    path = save(grey_image, tmp_path / "l.png", transparency=7)
    np.testing.assert_array_equal(pixels(path), [[[5] * 3, [255] * 3]])


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_is_not_inverted(tmp_path, suffix):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # no cyan, all magenta and yellow: red
    path = save(image, tmp_path / f"x.{suffix}")
    np.testing.assert_allclose(pixels(path)[8, 8], [255, 0, 0], atol=3)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("I;16", "png"), ("I;16", "tif"), ("I;16B", "tif"), ("I", "tif")]
)
def test_16_bits_are_scaled_not_clipped(tmp_path, mode, suffix):
    values = GRADIENT.astype(np.uint16) * 257  # 0 … 65535, so that 257 v is v in 8 bits
    dtype = {"I;16": "<u2", "I;16B": ">u2", "I": "<i4"}[mode]
    image = Image.frombytes(mode, (16, 16), values.astype(dtype).tobytes())
    np.testing.assert_array_equal(pixels(save(image, tmp_path / f"x.{suffix}")), grey(GRADIENT))


def test_16_bits_round_to_the_nearest(tmp_path):
    values = np.array([[128, 129, 257, 385, 386, 65406, 65407]], dtype=np.uint16)
    path = save(Image.fromarray(values), tmp_path / "x.png")
    np.testing.assert_array_equal(pixels(path)[0, :, 0], [0, 1, 1, 1, 2, 254, 255])


def test_16_bit_colour_png_keeps_its_high_bytes(tmp_path):
    values = np.array([[[0x1234, 0x8000, 0xFFFF]]], dtype=">u2")
    path = tmp_path / "x.png"
    path.write_bytes(png(width=1, height=1, depth=16, colour=2, rows=b"\0" + values.tobytes()))
    np.testing.assert_array_equal(pixels(path), [[[0x12, 0x80, 0xFF]]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),  # fractions
        ([0.0, 51.0, 255.0], [0, 51, 255]),  # 8 bits
        ([-1.0, 0.0, 1.0], [0, 128, 255]),  # who knows: from its darkest to its brightest
        ([7000.0, 7000.0, 8000.0], [0, 0, 255]),
    ],
)
def test_floats_are_scaled_not_clipped(tmp_path, values, expected):
    image = Image.fromarray(np.array([values], dtype=np.float32))
    path = save(image, tmp_path / "x.tif")
    np.testing.assert_allclose(pixels(path)[0, :, 0], expected, atol=1)


def test_large_integers_are_scaled_not_clipped(tmp_path):
    image = Image.fromarray(np.array([[0, 10**6, 2 * 10**6]], dtype=np.int32))
    path = save(image, tmp_path / "x.tif")
    np.testing.assert_allclose(pixels(path)[0, :, 0], [0, 128, 255], atol=1)


def test_a_constant_float_image_is_no_error(tmp_path):
    path = save(Image.fromarray(np.full((2, 2), -3.0, dtype=np.float32)), tmp_path / "x.tif")
    assert pixels(path).shape == (2, 2, 3)


def test_pixels_that_are_not_numbers_are_refused(tmp_path):
    path = save(Image.fromarray(np.array([[np.nan]], dtype=np.float32)), tmp_path / "x.tif")
    with pytest.raises(BadImage, match="not a number"):
        decode(path)


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_of_an_animation_the_first_frame_is_taken(tmp_path, suffix):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"x.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    np.testing.assert_array_equal(pixels(path), np.asarray(frames[0]))


def png(*, width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("side", [9_460, 13_500, 100_000], ids=["above", "above 2x", "far above"])
@pytest.mark.parametrize("filters", ["error", "ignore"])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path, side, filters):
    path = tmp_path / "bomb.png"
    path.write_bytes(png(width=side, height=side, depth=8, colour=2, rows=b""))
    with warnings.catch_warnings():
        warnings.simplefilter(filters)
        with pytest.raises(BadImage, match=r"limit of 89478485|decompression bomb"):
            decode(path)


def test_the_limit_is_on_the_number_of_pixels(tmp_path, noise, monkeypatch):
    path = save(noise(), tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40 * 30 - 1)
    with pytest.raises(BadImage, match="40 × 30 pixels are more than the limit of 1199"):
        decode(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40 * 30)
    decode(path)


def test_other_formats_do_not_open_whatever_their_name(tmp_path, noise):
    for suffix in ("gif", "ppm", "ico", "tga", "pdf"):
        path = save(noise(), tmp_path / f"x.{suffix}").rename(tmp_path / f"{suffix}.jpg")
        with pytest.raises(BadImage, match="not a JPEG, PNG, WebP, BMP or TIFF image"):
            decode(path)


def test_a_wrong_suffix_does_not_matter(tmp_path, noise):
    path = save(noise(), tmp_path / "x.png").rename(tmp_path / "x.jpg")
    np.testing.assert_array_equal(pixels(path), np.asarray(noise()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty file"), (b"<html>", "not a JPEG"), (b"\0" * 5000, "not a JPEG")],
)
def test_what_is_no_image_is_refused(tmp_path, content, reason):
    path = tmp_path / "x.jpg"
    path.write_bytes(content)
    with pytest.raises(BadImage, match=reason):
        decode(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif"])
def test_half_an_image_is_refused(tmp_path, noise, suffix):
    path = save(noise(), tmp_path / f"x.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadImage):
        decode(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(BadImage, match="No such file"):
        decode(tmp_path / "gone.jpg")
    with pytest.raises(BadImage, match="directory"):
        decode(tmp_path)


def originals(noise) -> list[bytes]:
    """One image of each format and of the modes that are converted in their own way."""
    image = noise(0, (24, 20))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    kinds = [
        (image, "JPEG", {"exif": exif}),
        (image.convert("CMYK"), "JPEG", {}),
        (image, "JPEG", {"progressive": True}),
        (image.convert("P"), "PNG", {"transparency": 3, "exif": exif}),
        (image.convert("RGBA"), "PNG", {}),
        (image.convert("I;16"), "PNG", {}),
        (image.convert("LA"), "WEBP", {"exif": exif}),
        (image, "BMP", {}),
        (image, "TIFF", {"compression": "tiff_lzw"}),
        (image.convert("F"), "TIFF", {}),
    ]
    files = []
    for source, name, options in kinds:
        buffer = io.BytesIO()
        source.save(buffer, name, **options)
        files.append(buffer.getvalue())
    return files


def mutate(content: bytes, dice: random.Random) -> bytes:
    broken = bytearray(content)
    for _ in range(dice.choice([0, 1, 3, 20])):
        # Often in the header, where a byte does most harm.
        end = dice.choice([64, len(broken)])
        broken[dice.randrange(min(end, len(broken)))] = dice.randrange(256)
    if dice.random() < 0.4:
        del broken[dice.randrange(len(broken)) :]
    return bytes(broken)


def test_a_mutated_image_is_an_image_or_bad_and_nothing_else(tmp_path, noise):
    dice = random.Random(0)
    sources = originals(noise)
    path = tmp_path / "x.jpg"
    n_images, reasons = 0, []
    for number in range(400):
        path.write_bytes(mutate(sources[number % len(sources)], dice))
        try:
            image = decode(path)
        except BadImage as bad:
            reasons.append(str(bad))
        else:
            n_images += 1
            assert image.mode == "RGB"
            assert len(image.tobytes()) == 3 * image.width * image.height
    assert min(n_images, len(reasons)) > 50
    assert all(reason and "\n" not in reason for reason in reasons)


def test_a_limit_of_pixels_of_ones_own_is_kept_to():
    file = io.BytesIO()
    Image.new("L", (20, 10)).save(file, "PNG")
    assert decode_bytes(file.getvalue(), most_pixels=200).size == (20, 10)
    with pytest.raises(BadImage, match="20 × 10 pixels are more than the limit of 199"):
        decode_quietly(file.getvalue(), most_pixels=199)
