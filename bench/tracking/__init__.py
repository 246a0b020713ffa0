"""MLflow as a mirror of results/, never a need.

Importing this is cheap: MLflow, pandas and matplotlib are loaded by `mirror` alone.
"""

from bench.tracking.address import default_tracking_uri
from bench.tracking.marker import is_mirrored
from bench.tracking.models import ModelRule
from bench.tracking.sync import MirrorResult, mirror

__all__ = ["MirrorResult", "ModelRule", "default_tracking_uri", "is_mirrored", "mirror"]
