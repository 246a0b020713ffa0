"""The part of the card that says how the files beside it are used."""

from collections.abc import Sequence

from analysis.report.card import Section
from analysis.report.markdown import escape
from bench.exporting.checking import Checked

_FILES = {
    "model.onnx": "ONNX: normalised images in, `logits`, `probabilities` (as trained) and "
    "`calibrated` (after temperature scaling) out; batches of any size; how to prepare images is "
    "in its metadata",
    "photos.onnx": "ONNX: photos in, resized and normalised inside",
    "model.pt2": "the same as model.onnx for `torch.export.load`",
    "model.safetensors": "the weights, for `trackbench` or any other program",
    "run.json": "the run's record: all settings, versions, the data's fingerprint",
    "classes.json": "the classes in the order of the outputs, and how to prepare images",
    "MODEL_CARD.md": "this page",
}
_IMAGES = """\
import json
from pathlib import Path
import numpy as np, onnxruntime
from PIL import Image, ImageOps

about = json.loads(Path("classes.json").read_text("utf-8"))
model = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
photo = ImageOps.exif_transpose(Image.open("photo.jpg"))  # 8 bits a channel
white = Image.new("RGBA", photo.size, "white")
photo = Image.alpha_composite(white, photo.convert("RGBA")).convert("RGB")
square = photo.resize((about["image_size"],) * 2, Image.Resampling.BILINEAR)
pixels = np.asarray(square, dtype=np.float32) / 255
images = ((pixels - about["mean"]) / about["std"]).transpose(2, 0, 1)[None].astype(np.float32)
[calibrated] = model.run(["calibrated"], {"images": images})
best = int(calibrated[0].argmax())
sure = "" if calibrated[0, best] >= about["threshold"] else " (unsure)"
print(about["classes"][best], round(float(calibrated[0, best]), 3), sure)"""
_PHOTOS = """\
model = onnxruntime.InferenceSession("photos.onnx", providers=["CPUExecutionProvider"])
[calibrated] = model.run(["calibrated"], {"photos": np.asarray(photo)[None]})"""
_UNPICKLES = (
    "`torch.export.load` can unpickle parts of a `.pt2` file, which may run code: load this one "
    "only if you trust where you have it from. ONNX and safetensors hold data alone."
)
_ORDER = (
    "photos.onnx resizes across, then down, to the byte as Pillow does in that order. Newer "
    "versions of Pillow take some photos that are taller than wide the other way round, which "
    "changes some pixels by one level of 255, and probabilities by as much as is said below; "
    "model.onnx behind Pillow's own resizing has no such difference. A photo is held whole, in 24 "
    "bytes a pixel."
)


def how_to_use(files: Sequence[str], checks: Sequence[Checked]) -> list[Section]:
    """The files, how to ask them, and what was checked.

    Args:
        files: that lie beside the card.
        checks: of those that answer.
    """
    listed = "\n".join(f"- `{name}`: {text}" for name, text in _FILES.items() if name in files)
    told = "\n".join(f"- {escape(check.line())}" for check in checks)
    return [
        Section("Files", listed),
        Section("Use", _use(files)),
        Section(
            "Checked",
            told
            and f"{told}\n\nThese are the largest differences of a probability, as trained or "
            "calibrated, from those of the run's own network.",
        ),
    ]


def _use(files: Sequence[str]) -> str:
    parts = []
    if "model.onnx" in files:
        parts.append(f"```python\n{_IMAGES}\n```")
    if "photos.onnx" in files:
        parts += [f"```python\n{_PHOTOS}\n```", _ORDER]
    if "model.pt2" in files:
        parts.append(_UNPICKLES)
    return "\n\n".join(parts)
