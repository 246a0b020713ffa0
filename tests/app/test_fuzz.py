"""Five hundred broken, lying and odd image files: an answer or a clear word each time.

Never a crash, never a hang. The mutations are drawn from one seed.
"""

import io
import random
import time
import warnings

import numpy as np
import pytest
from PIL import Image

from app.predictor import load_predictor
from bench.results.records import complete_runs
from runners.data.decode import BadImage, decode_bytes, silence
from tests.bench.cli.command import bench_here
from tests.bench.trained_runs import train

N = 1000
# What one file may take at most, on a machine that is busy with other things.
SECONDS = 20
SUFFIXES = ("jpg", "png", "webp", "bmp", "tif", "JPEG")


def saved(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def originals():
    """Sound files of every format and of the odder kinds."""
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (90, 120, 3), dtype=np.uint8))
    grey = Image.fromarray(rng.integers(0, 65536, (40, 50), dtype=np.uint16))
    frames = [noise.rotate(90 * turn) for turn in range(4)]
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "made up " * 40
    return [
        *(saved(noise, form) for form in ("JPEG", "PNG", "WEBP", "BMP", "TIFF")),
        saved(noise, "JPEG", progressive=True, exif=exif),
        saved(noise.convert("CMYK"), "JPEG"),
        saved(noise.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        saved(noise.convert("L"), "TIFF", compression="tiff_deflate"),
        saved(noise, "TIFF", compression="jpeg"),
        saved(grey, "PNG"),
        saved(grey, "TIFF"),
        saved(noise.convert("F"), "TIFF"),
        saved(noise.convert("P"), "PNG", transparency=3),
        saved(noise.convert("1"), "PNG"),
        saved(noise.convert("RGBA"), "WEBP", lossless=True),
        saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        saved(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]),
        saved(noise, "GIF"),
        saved(noise, "PPM"),
    ]


def flipped(content, rng, sound):
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20, 200))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def head_damaged(content, rng, sound):
    """Only where the parsers look first: sizes, offsets, counts and tags."""
    changed = bytearray(content)
    for _ in range(rng.randrange(1, 6)):
        changed[rng.randrange(min(64, len(changed)))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(changed)


def cut(content, rng, sound):
    return content[: rng.randrange(len(content))]


def spliced(content, rng, sound):
    other = rng.choice(sound)
    at = rng.randrange(1, 200)
    return other[:at] + content[at:]


def repeated(content, rng, sound):
    start = rng.randrange(len(content))
    piece = content[start : start + rng.randrange(1, 500)]
    return content[:start] + piece * rng.randrange(2, 60) + content[start:]


def lying(content, rng, sound):
    """A PNG or BMP that says it is as large as its format allows, or nearly."""
    side = rng.choice((0, 1, 9_000, 20_000, 65_535, 2**31 - 1, 2**32 - 1)).to_bytes(4, "big")
    png, bmp = sound[1], sound[3]
    if rng.random() < 0.5:
        return png[:16] + side + rng.choice((side, png[20:24])) + png[24:]
    return bmp[:18] + side[::-1] + rng.choice((side[::-1], bmp[22:26])) + bmp[26:]


def untouched(content, rng, sound):
    return content


MUTATIONS = (flipped, head_damaged, cut, spliced, repeated, lying, untouched)


@pytest.fixture(scope="module")
def mutants():
    rng, sound = random.Random(8), originals()
    return [rng.choice(MUTATIONS)(rng.choice(sound), rng, sound) for _ in range(N)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return train(tmp_path_factory.mktemp("home"))


def test_each_gives_an_answer_or_one_line_in_time(home, mutants):
    predictor = load_predictor(next(complete_runs(home / "results" / "tiny")))
    answers, reasons, slowest = [], [], 0.0
    for content in mutants:
        began = time.perf_counter()
        try:
            with silence():
                answers.append(predictor.answer(decode_bytes(content)))
        except BadImage as error:
            reasons.append(str(error))
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < SECONDS
    assert all(reason and "\n" not in reason for reason in reasons)
    assert all(answer.predicted in predictor.classes for answer in answers)
    assert [answer.raw.sum() for answer in answers] == pytest.approx([1] * len(answers))
    assert 0.2 * N < len(answers) < 0.8 * N


def test_bench_predict_has_a_row_for_each_and_ends(home, mutants, tmp_path):
    rng = random.Random(9)
    for number, content in enumerate(mutants):
        (tmp_path / f"{number:03}.{rng.choice(SUFFIXES)}").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = bench_here(home, "predict", str(tmp_path), "--run", "net", "--csv")
    assert answer.returncode == 1
    heading, *rows = answer.stdout.splitlines()
    assert heading.startswith("path,predicted,confidence,sure,error,p:")
    assert len(rows) == N
    *told, summary = answer.stderr.splitlines()
    assert all("cannot be read as an image" in line for line in told)
    assert f" {len(told)} unreadable" in summary
    n_named = sum(",," not in row.replace(",true,,", "").replace(",false,,", "") for row in rows)
    assert n_named == N - len(told)
