"""Writes a run's model as one folder: checked, or not at all."""

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chosen import Chosen
from bench.errors import UserError, shown
from bench.exporting.checking import (
    Checked,
    asking_onnx,
    asking_program,
    check_images,
    check_photos,
)
from bench.exporting.metadata import about, as_properties
from bench.exporting.samples import Samples, samples_for
from bench.exporting.usage import how_to_use
from bench.results.atomic import PART
from bench.results.store import DamagedError

if TYPE_CHECKING:
    from app.predictor import Predictor

ABOUT = "classes.json"
CARD = "MODEL_CARD.md"
OLD = ".old"
_COPIES = ("model.safetensors", "run.json")
_NAMES = {*_COPIES, ABOUT, CARD, "model.onnx", "photos.onnx", "model.pt2"}
_PACKAGES = ("onnx", "onnxscript", "onnxruntime")


@dataclass(frozen=True)
class Wanted:
    """Which graphs are to be there besides the weights.

    `onnx`: model.onnx. `photos`: photos.onnx, with the preprocessing inside. `program`: model.pt2.
    """

    onnx: bool = True
    photos: bool = False
    program: bool = True


@dataclass(frozen=True)
class Exported:
    """The folder, its files, how far each graph was from the run, and what should be known."""

    folder: Path
    files: tuple[str, ...]
    checks: tuple[Checked, ...]
    notes: tuple[str, ...]


def default_folder(chosen: Chosen) -> Path:
    """Where an export goes, unless the user says."""
    name = f"{chosen.record.experiment}-{chosen.record.seed}"
    return chosen.record.folder.path.parents[1] / "export" / name


def export_run(chosen: Chosen, folder: Path, wanted: Wanted) -> Exported:
    """Writes the folder whole, or leaves everything as it was.

    Args:
        chosen: the run.
        folder: where to; one that an export of the same run made is replaced.
        wanted: the graphs.

    Raises:
        UserError: the folder is something else or cannot be written to, a package lacks, or a
            graph does not answer as the run does.
    """
    from app.predictor import load_predictor

    record = chosen.record
    _check_packages(wanted)
    check_place(folder, record.spec["identity"])
    try:
        predictor = load_predictor(record)
        with _whole(folder) as part:
            for name in _COPIES:
                (part / name).write_bytes(record.folder.read(name))
            told = about(predictor)
            text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
            (part / ABOUT).write_text(f"{text}\n", encoding="utf-8")
            samples = samples_for(chosen)
            checks = _add_graphs(part, predictor, wanted, as_properties(told), samples)
            _add_card(part, chosen, checks)
            files = tuple(sorted(file.name for file in part.iterdir()))
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None
    notes = (samples.note,) if checks and samples.note else ()
    return Exported(folder, files, tuple(checks), notes)


def _check_packages(wanted: Wanted) -> None:
    if not (wanted.onnx or wanted.photos):
        return
    lacking = [one for one in _PACKAGES if importlib.util.find_spec(one) is None]
    if lacking:
        raise UserError(
            f"bench export: {', '.join(lacking)}: not installed; pip install 'trackbench[export]', "
            "or leave ONNX out: --no-onnx"
        )


def check_place(folder: Path, identity: str) -> None:
    """Refuses a folder that holds anything but an export of this run.

    Raises:
        UserError: it does.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UserError(f"{shown(str(folder))}: is there already, and is no folder")
    strange = sorted(file.name for file in folder.iterdir() if file.name not in _NAMES)
    if strange:
        raise UserError(
            f"{shown(str(folder))}: holds {shown(strange[0])}, which is not of an export; name "
            "another folder with --out"
        )
    found = _identity_in(folder)
    if found not in ("", identity):
        raise UserError(
            f"{shown(str(folder))}: holds an export of run {found}, and this is {identity}; name "
            "another folder with --out"
        )


def _identity_in(folder: Path) -> str:
    """Of the run that the folder is an export of; '' where it is empty."""
    try:
        return str(json.loads((folder / ABOUT).read_bytes())["identity"])
    except (OSError, ValueError, KeyError, TypeError):
        return "" if not any(folder.iterdir()) else "unknown"


def _add_graphs(
    part: Path,
    predictor: "Predictor",
    wanted: Wanted,
    properties: dict[str, str],
    samples: Samples,
) -> list[Checked]:
    """Writes the graphs that are wanted, and checks each as it was written."""
    from runners.models.export import (
        IMAGES,
        PHOTOS,
        images_program,
        onnx_bytes,
        photos_program,
        program_bytes,
    )

    model, checks = (predictor.classifier, predictor.temperature), []
    if wanted.onnx or wanted.program:
        program = images_program(*model)
    if wanted.onnx:
        content = onnx_bytes(program, IMAGES, properties)
        (part / "model.onnx").write_bytes(content)
        checks.append(check_images("model.onnx", asking_onnx(content), predictor, samples))
    if wanted.program:
        content = program_bytes(program)
        (part / "model.pt2").write_bytes(content)
        checks.append(check_images("model.pt2", asking_program(content), predictor, samples))
    if wanted.photos:
        content = onnx_bytes(photos_program(*model), PHOTOS, properties)
        (part / "photos.onnx").write_bytes(content)
        checks.append(check_photos("photos.onnx", asking_onnx(content), predictor, samples))
    return checks


def _add_card(part: Path, chosen: Chosen, checks: list[Checked]) -> None:
    from analysis.report.card import as_markdown, card_facts

    files = [CARD, *(file.name for file in part.iterdir())]
    card = as_markdown(card_facts(chosen.record), how_to_use(files, checks))
    (part / CARD).write_text(card, encoding="utf-8")


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside the place, which takes it in the end; where that fails, all is as it was."""
    place = Path(os.path.realpath(folder))
    part = place.with_name(f".{place.name}.{os.getpid()}{PART}")
    old = place.with_name(f".{place.name}.{os.getpid()}{OLD}")
    try:
        part.mkdir(parents=True)
        yield part
        _swap(part, place, old)
    except OSError as error:
        raise UserError(
            f"{shown(str(folder))}: cannot be written to: {error.strerror or error}"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _swap(part: Path, place: Path, old: Path) -> None:
    """Puts `part` into a place; what stood there, if anything did, is `old` then."""
    if not place.is_dir():
        part.replace(place)
        return
    place.replace(old)
    try:
        part.replace(place)
    except BaseException:
        old.replace(place)
        raise
