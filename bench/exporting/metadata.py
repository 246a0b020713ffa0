"""What an exported model says of itself."""

import json
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.predictor import Predictor


def about(predictor: "Predictor") -> dict[str, Any]:
    """All that is needed to use the model without trackbench: input, classes, confidence."""
    classifier, spec = predictor.classifier, predictor.record.spec
    side = classifier.image_size
    return {
        "classes": list(predictor.classes),
        "image_size": side,
        "color": "RGB",
        "orientation": "upright, as the EXIF orientation says",
        "transparent": "over white",
        "more_than_8_bits": "grey of 16 bits divided by 257, not clipped",
        "resize": f"to {side} × {side}, bilinear, antialiased, as Pillow's Image.resize does",
        "scale": "divided by 255, then (x - mean) / std by channel",
        "mean": list(classifier.normalization.mean),
        "std": list(classifier.normalization.std),
        "layout": "NCHW, float32",
        "temperature": predictor.temperature,
        "threshold": predictor.threshold.confidence,
        "experiment": predictor.record.experiment,
        "seed": predictor.record.seed,
        "identity": spec["identity"],
        "data_fingerprint": spec["fingerprint"],
        "trackbench": metadata.version("trackbench"),
    }


def as_properties(told: dict[str, Any]) -> dict[str, str]:
    """The same as ONNX's `metadata_props`: texts are as they are, all else is JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in told.items()
    }
