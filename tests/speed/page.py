"""Makes docs/speed.md and its picture from the figures in docs/speed.json.

    python -m tests.speed.page [FOLDER]

A section that has no figures there is not written.
"""

import sys
from importlib import import_module
from pathlib import Path

from tests.speed import book

FILE = "speed.md"
# Each module has a `section` that takes its figures and gives Markdown, with its heading; what else
# the section shows, its `pictures` gives as bytes by file name.
SECTIONS = {
    "race": "tests.speed.race.section",
    "growth": "tests.speed.growth",
    "overhead": "tests.speed.overhead",
}
_HEAD = """# How fast it is

Made by `make speed`. The raw figures lie in [speed.json](speed.json). `python -m tests.speed.page`
makes this page from them again; `python -m tests.speed.race --cases NAME` races one case anew."""


def write(folder: Path = book.DOCS) -> Path:
    """Writes the page and the pictures that it shows into a folder, and says where the page is."""
    figures = book.read(folder)
    parts = [_HEAD]
    for name, module_name in SECTIONS.items():
        if name not in figures:
            continue
        module = import_module(module_name)
        parts.append(module.section(figures[name]).strip())
        for file, content in _pictures(module, figures[name]).items():
            (folder / "pictures").mkdir(exist_ok=True)
            (folder / "pictures" / file).write_bytes(content)
    page = folder / FILE
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def _pictures(module, figures) -> dict[str, bytes]:
    return module.pictures(figures) if hasattr(module, "pictures") else {}


def main() -> None:
    """Writes the page."""
    print(write(Path(sys.argv[1]) if len(sys.argv) > 1 else book.DOCS))


if __name__ == "__main__":
    main()
