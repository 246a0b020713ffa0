"""A data set at a glance: a few images of each class in one picture."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bench.errors import UserError
from runners.data.decode import BadImage, decode
from runners.data.folders import SPLITS, ImageFile, ImageFolder

_GAP = 4
_LABEL_HEIGHT = 18
_TITLE_HEIGHT = 24


def contact_sheet(folder: ImageFolder, per_class: int, image_size: int, title: str) -> Image.Image:
    """Lays out the first images of each class, class by class in two columns.

    Args:
        folder: what `scan` found.
        per_class: images of each class, at most; train before val before test.
        image_size: side of each image in pixels; images are cropped to squares.
        title: stands at the top.

    Raises:
        UserError: an image that cannot be read.
    """
    n_columns = 2 if len(folder.classes) > 4 else 1
    n_rows = -(-len(folder.classes) // n_columns)
    column_width = per_class * (image_size + _GAP) + 4 * _GAP
    row_height = image_size + _LABEL_HEIGHT + 2 * _GAP
    size = (n_columns * column_width + _GAP, n_rows * row_height + _TITLE_HEIGHT)
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    draw.text((2 * _GAP, _GAP), title, fill="black", font=font)
    for label, name in enumerate(folder.classes):
        left = (label // n_rows) * column_width + 2 * _GAP
        top = (label % n_rows) * row_height + _TITLE_HEIGHT
        draw.text((left, top), name, fill="black", font=font)
        for index, file in enumerate(_some(folder, label, per_class)):
            image = _square(file, image_size)
            sheet.paste(image, (left + index * (image_size + _GAP), top + _LABEL_HEIGHT))
    return sheet


def _some(folder: ImageFolder, label: int, n_images: int) -> list[Path]:
    files = [folder.file(split, image) for split, image in _of_class(folder, label)]
    return files[:n_images]


def _of_class(folder: ImageFolder, label: int) -> Iterator[tuple[str, ImageFile]]:
    for split in SPLITS:
        yield from ((split, image) for image in folder.splits[split] if image.label == label)


def _square(file: Path, size: int) -> Image.Image:
    try:
        return ImageOps.fit(decode(file), (size, size))
    except BadImage as error:
        raise UserError(f"{file}: cannot be read as an image: {error}") from None
