"""The raw figures of docs/speed.md, in docs/speed.json: a key a section."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.results.atomic import write_atomic

DOCS = Path(__file__).parents[2] / "docs"
FILE = "speed.json"


def read(folder: Path = DOCS) -> dict[str, Any]:
    """The figures of each section that was measured; {} where none was."""
    try:
        found: dict[str, Any] = json.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        return {}
    return found


def put(folder: Path, section: str, figures: Mapping[str, Any]) -> None:
    """Keeps a section's figures in place of those that it had; other sections stay."""
    known = {**read(folder), section: figures}
    text = json.dumps(known, indent=1, ensure_ascii=False) + "\n"
    write_atomic(folder / FILE, text.encode())
