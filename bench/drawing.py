"""Draws footprints: a suite's data set before it is first needed, or a folder of one's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench.errors import UserError
from bench.experiments.spec import DataSpec, Suite, Synthetic
from bench.survey import cpus


def draw(suite: Suite, console: Console) -> None:
    """Draws the suite's data set into the cache folder, unless it is there, or the user's own.

    Raises:
        UserError: too few images for its species, or a cache folder that cannot be written.
    """
    synthetic = suite.data.synthetic
    if synthetic is None:
        return
    from runners.data.synthetic.cached import ensure

    with _bar(synthetic, console) as on_progress:
        drawn = ensure(synthetic, cpus(), on_progress)
    if drawn.note:
        console.print(f"note: {drawn.note}", style="yellow", soft_wrap=True)


def draw_into(synthetic: Synthetic, folder: Path, console: Console) -> str:
    """Draws a data set into a new folder, and gives its fingerprint.

    Raises:
        UserError: too few images for its species, or a folder that is not empty.
    """
    from runners.data.fingerprint import fingerprint
    from runners.data.folders import scan
    from runners.data.synthetic.writing import write_drawings

    with _bar(synthetic, console) as on_progress:
        write_drawings(synthetic, folder, cpus(), on_progress)
    return fingerprint(scan(DataSpec(name="drawn", root=folder)))


def write_sheet(data: DataSpec, out: Path, per_class: int, image_size: int) -> None:
    """Writes a contact sheet of a data set.

    Raises:
        UserError: where the data set or one of its images cannot be read, or `out` not written.
    """
    from runners.data.contact_sheet import contact_sheet
    from runners.data.folders import scan
    from runners.data.manifest import is_drawn

    folder = scan(data)
    what = "drawn footprints" if is_drawn(folder.root) else str(folder.root)
    n_images = sum(len(images) for images in folder.splits.values())
    title = f"{what}: {per_class} of each class, of {n_images} images of {len(folder.classes)}"
    try:
        contact_sheet(folder, per_class, image_size, f"{title} classes").save(out)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--out {out}: cannot be written: {reason}") from None


@contextmanager
def _bar(synthetic: Synthetic, console: Console) -> Iterator[Callable[[int, int], None]]:
    with Progress(
        TextColumn("drawing footprints"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("draw", total=synthetic.images)
        yield lambda done, n: bar.update(task, completed=done, total=n)
