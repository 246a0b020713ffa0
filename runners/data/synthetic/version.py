"""What names a drawn data set. Needs no NumPy: a plan can be made without it."""

import hashlib
import json
from dataclasses import asdict

from bench.experiments.spec import Synthetic

# Raise it whenever a picture, or the choice of pictures, changes: caches of older drawings are then
# not taken for new ones.
GENERATOR_VERSION = 3


def digest(synthetic: Synthetic) -> str:
    """16 hex digits that name the data set: of its four values and the generator's version."""
    text = json.dumps({"version": GENERATOR_VERSION, **asdict(synthetic)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
