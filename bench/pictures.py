"""Photos for the report: what was mistaken, samples of each class, what models see."""

import io
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import RunRecord, notice_for
from bench.results.store import DamagedError
from bench.survey import Survey, cpus

if TYPE_CHECKING:
    import pandas as pd

    from analysis.findings import Findings
    from analysis.report.background import Glance, Pictures
    from analysis.study import Study
    from runners.data.folders import ImageFolder

SIDE, _SAMPLE_SIDE = 160, 72
_QUALITY = 72
_N_SAMPLES = 3
# With more classes the samples would be most of the page.
_MOST_SAMPLED_CLASSES = 60
_N_GLANCES = 4
_MOST_WORKERS = 4  # each may hold a photo whole


def pictures_for(
    survey: Survey, records: Sequence[RunRecord], found: "Findings", study: "Study"
) -> "Pictures":
    """Gathers the photos that a report shows.

    A data set that is not here, or is another one by now, costs the photos alone, and the report
    says so.

    Args:
        survey: the suite.
        records: its complete runs.
        found: the findings; say which photos are wanted.
        study: what they were found in.
    """
    from analysis.report.background import Pictures
    from analysis.report.photos import wanted

    try:
        folder = _folder(survey, records)
    except UserError as error:
        return Pictures(notes=(f"No photos: {error}",))
    paths = wanted(found, study.test)
    test = thumbnails({path: folder.folders["test"] / path for path in paths}, SIDE)
    glances, notes = _glances(survey, records, found)
    n_lost = len(paths) - len(test)
    if n_lost:
        photos = "1 photo" if n_lost == 1 else f"{n_lost} photos"
        notes = [*notes, f"{photos} could not be read."]
    corrupted, lost = _corrupted(survey, folder, study)
    return Pictures(test, _samples(folder), tuple(glances), (*notes, *lost), corrupted)


def _corrupted(
    survey: Survey, folder: "ImageFolder", study: "Study"
) -> tuple[str, tuple[str, ...]]:
    """A test image under each corruption, if any was measured; and why there is none."""
    from bench.robustness.pictures import corrupted_svg
    from runners.data.photos import Photos

    if study.robustness.empty:
        return "", ()
    photos = Photos(folder, survey.suite.data.image_size)
    try:
        return corrupted_svg(photos, study.robustness), ()
    except UserError as error:
        return "", (f"No corrupted image: {error}",)


def class_counts(survey: Survey, study: "Study") -> "pd.DataFrame":
    """How many images each class has in each split; those of training are unknown without the data.

    Returns:
        A row a class: `class, train, val, test`.
    """
    import pandas as pd

    counts = pd.DataFrame({"class": list(study.classes)})
    for split, frame in (("val", study.validation), ("test", study.test)):
        true = frame.drop_duplicates("path")["true"] if len(frame) else pd.Series([], dtype=str)
        counts[split] = [int((true == name).sum()) for name in study.classes]
    train: list[float] = [float("nan")] * len(study.classes)
    if survey.runs:
        from runners.data.folders import scan

        images = scan(survey.suite.data).splits["train"]
        train = [float(sum(i.label == k for i in images)) for k in range(len(study.classes))]
    counts.insert(1, "train", train)
    return counts


def _folder(survey: Survey, records: Sequence[RunRecord]) -> "ImageFolder":
    """The data set, if it is the one of these runs."""
    from runners.data.photos import open_photos

    return open_photos(survey.suite.data, str(records[0].spec["fingerprint"])).folder


def _samples(folder: "ImageFolder") -> dict[str, tuple[bytes, ...]]:
    """The first, the middle and the last training image of each class."""
    if len(folder.classes) > _MOST_SAMPLED_CLASSES:
        return {}
    files: dict[str, Path] = {}
    chosen: dict[str, list[str]] = {}
    for label, name in enumerate(folder.classes):
        own = [image.path for image in folder.splits["train"] if image.label == label]
        at = sorted({0, len(own) // 2, len(own) - 1})[:_N_SAMPLES] if own else []
        chosen[name] = [own[i] for i in at]
        files |= {path: folder.folders["train"] / path for path in chosen[name]}
    made = thumbnails(files, _SAMPLE_SIDE)
    return {name: tuple(made[p] for p in paths if p in made) for name, paths in chosen.items()}


def thumbnails(files: dict[str, Path], side: int) -> dict[str, bytes]:
    """JPEG files of at most `side` pixels, by the same keys; what cannot be read is left out."""
    from runners.data.decode import silence

    with silence(), ThreadPoolExecutor(min(cpus(), _MOST_WORKERS)) as pool:
        made = pool.map(lambda file: _thumbnail(file, side), files.values())
        return {key: jpeg for key, jpeg in zip(files, made, strict=True) if jpeg is not None}


def _thumbnail(file: Path, side: int) -> bytes | None:
    from runners.data.decode import BadImage, decode_bytes, size_of, turn_for

    try:
        content = file.read_bytes()
        with turn_for(size_of(content)):
            image = decode_bytes(content, at_least=side)
            image.thumbnail((side, side))  # in place; the large one is gone
    except (OSError, BadImage):
        return None
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _glances(
    survey: Survey, records: Sequence[RunRecord], found: "Findings"
) -> tuple[list["Glance"], list[str]]:
    """What the first run of each kind of network sees, the best experiment's before the others'."""
    glances: list[Glance] = []
    notes: list[str] = []
    for record in _to_look_at(records, found):
        try:
            glances.append(_glance(survey, record, prefix=f"g{len(glances)}"))
        except (UserError, DamagedError) as error:
            notes.append(f"{record.experiment}, seed {record.seed}, cannot be looked into: {error}")
    return glances, notes


def _to_look_at(records: Iterable[RunRecord], found: "Findings") -> list[RunRecord]:
    ranking = found.comparison.ranking
    places = ranking.loc[ranking["measure"] == "accuracy"].set_index("experiment")["place"]
    firsts: dict[str, RunRecord] = {}
    for record in sorted(records, key=lambda r: (places[r.experiment], r.seed)):
        firsts.setdefault(str(record.spec["experiment"]["model"]), record)
    return list(firsts.values())[:_N_GLANCES]


def _glance(survey: Survey, record: RunRecord, prefix: str) -> "Glance":
    from analysis.explain.explain import explain
    from analysis.figures.rendering import themed_svg
    from analysis.report.background import Glance
    from runners.data.photos import open_photos

    explanation = explain(
        record, lambda: open_photos(survey.suite.data, str(record.spec["fingerprint"]))
    )
    name = f"{record.experiment}, seed {record.seed}"
    made = []
    for number, (what, figure) in enumerate(explanation.figures):
        sentence = _caption(what)
        made.append((sentence, themed_svg(figure, f"{name}: {sentence}", f"{prefix}-{number}")))
    return Glance(name, tuple(made), " ".join([*explanation.notes, notice_for([record])]).strip())


def _caption(what: str) -> str:
    if what.startswith("filters-"):
        layer = what.removeprefix("filters-")
        return f"Filters of {layer}, and their answers to an image named rightly and to a mistake."
    return "Where it looks: images that it was surest of, named rightly and wrongly."
