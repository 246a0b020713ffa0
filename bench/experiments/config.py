"""experiments.toml -> Suite.

The file, the chosen profile and each `--set` are layers; a later layer wins over an earlier one,
and within a layer an experiment's own table wins over `defaults`. Every mistake becomes one line.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import TypeAdapter, ValidationError

from bench.errors import UserError, nearest, plain, shown
from bench.experiments.layers import (
    Document,
    Layer,
    Table,
    absolute_paths,
    check_values,
    merge,
    place_of,
    set_document,
)
from bench.experiments.messages import explain
from bench.experiments.search_spec import FOLDER
from bench.experiments.spec import DataSpec, Experiment, LogModels, Name, NonNegativeInt, Suite

_SECTIONS = ("suite", "data", "defaults", "experiment", "profile", "search")
_MAY_BE_NONE = ("freezing", "clip_norm", "early_stopping", "published", "threads")
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
# What tables call the pool of all experiments, and the folders beside the runs'.
_RESERVED_NAMES = ("all", "report", "robustness", "export", "familiarity", FOLDER)
_Record = TypeVar("_Record")


@dataclass(frozen=True)
class _SuiteSection:
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "strict": True}

    name: Name
    data: Name
    seeds: tuple[NonNegativeInt, ...] = (0,)
    log_models: LogModels = "auto"


def load_suite(
    file: Path,
    *,
    profile: str | None = None,
    assignments: Sequence[str] = (),
    seeds: Sequence[int] | None = None,
    names: Sequence[str] = (),
    folder: Path | None = None,
) -> Suite:
    """Reads, overlays and validates a suite.

    Args:
        file: the TOML file.
        profile: the `[profile.NAME]` to lay over it.
        assignments: `KEY=VALUE` texts, laid over both.
        seeds: instead of the suite's.
        names: names or globs of experiments to keep; all where empty.
        folder: where relative paths in the file are meant from; the file's own where None.

    Raises:
        UserError: one line for each mistake, with file, key, value, and what would be right.
    """
    try:
        documents = read_documents(file, profile, assignments, folder or file.absolute().parent)
        return suite_of(documents, file, profile, seeds, names)
    except RecursionError:
        raise UserError(f"{file}: its tables are nested too deeply") from None


def suite_of(
    documents: Sequence[Document],
    file: Path,
    profile: str | None,
    seeds: Sequence[int] | None,
    names: Sequence[str],
) -> Suite:
    """The suite that documents describe; arguments and errors as `load_suite` has them."""
    section_layers = [document.layer("suite") for document in documents]
    section = validated(_SuiteSection, merge(section_layers), section_layers)
    check_folder_name(section.name, place_of(section_layers, ("name",)))
    known = list(documents[0].layer("experiment").table)
    if not known:
        raise UserError(f"{file}: it has no [experiment.NAME] table; at least one is needed")
    experiments = _experiments(documents, known)
    if section.data != documents[0].layer("suite").table.get("data"):
        experiments = [replace(experiment, published=None) for experiment in experiments]
    return Suite(
        name=section.name,
        data=_data(documents, section.data),
        seeds=checked_seeds(
            section.seeds if seeds is None else tuple(seeds), place_of(section_layers, ("seeds",))
        ),
        experiments=tuple(_selected(experiments, names)),
        file=file,
        profile=profile,
        log_models=section.log_models,
    )


def read_documents(
    file: Path, profile: str | None, assignments: Sequence[str], folder: Path
) -> list[Document]:
    """The file, its profile and each `--set`, lowest first, with relative paths made absolute."""
    whole = Document(str(file), (), _parse(file))
    overrides = [set_document(assignment) for assignment in assignments]
    for document in [whole, *overrides]:
        check_values(document)
    _check_sections(whole, _SECTIONS)
    documents = [whole]
    profiles = whole.layer("profile").table
    if profile is not None:
        if profile not in profiles:
            raise UserError(
                f"{file}: profile.{plain(profile)}: there is no such profile"
                f"{nearest(profile, profiles)}"
            )
        layer = whole.layer("profile", profile)
        documents.append(Document(str(file), layer.prefix, layer.table))
    for document in [*documents[1:], *overrides]:
        _check_sections(document, [name for name in _SECTIONS if name != "profile"])
    return [
        *(absolute_paths(document, folder) for document in documents),
        *(absolute_paths(document, Path.cwd()) for document in overrides),
    ]


def _parse(file: Path) -> Table:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file}: no such file; name a suite file with -f FILE") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: is not UTF-8 text (byte {error.start})") from None
    except ValueError as error:
        raise UserError(f"{file}: is not valid TOML: {str(error)[:200]}") from None


def _check_sections(document: Document, known: Sequence[str]) -> None:
    for name, value in document.table.items():
        place = Layer(document.origin, document.prefix, {}).place([name])
        if name not in known:
            raise UserError(f"{place}: unknown section{nearest(name, known)}")
        if not isinstance(value, dict):
            raise UserError(f"{place} = {shown(value)}: should be a table")


def validated(record: type[_Record], table: Table, layers: Sequence[Layer]) -> _Record:
    """Makes the record. By way of JSON, where pydantic's strict mode still makes records."""
    try:
        return TypeAdapter(record).validate_json(json.dumps(table))
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise UserError("\n".join(explain(detail, record, layers) for detail in details)) from None


def _experiments(documents: Sequence[Document], known: Sequence[str]) -> list[Experiment]:
    """All experiments of the file; the mistakes of all of them are reported together."""
    made: list[Experiment] = []
    mistakes: dict[str, None] = {}
    for name in known:
        layers = experiment_layers(documents, name, known)
        try:
            check_folder_name(name, documents[0].layer("experiment").place([name]))
            made.append(validated(Experiment, experiment_table(name, layers), layers))
        except UserError as error:
            mistakes.update(dict.fromkeys(str(error).splitlines()))
    if mistakes:
        raise UserError("\n".join(mistakes))
    return made


def experiment_layers(
    documents: Sequence[Document], name: str, known: Sequence[str]
) -> list[Layer]:
    """The tables that speak of an experiment, lowest first."""
    layers = []
    for document in documents:
        layers.append(document.layer("defaults"))
        if document is documents[0]:
            layers.append(document.layer("experiment", name))
        else:
            layers += document.layers_for(name, known)
    return layers


def experiment_table(name: str, layers: Sequence[Layer]) -> Table:
    """Its layers as one table, ready to be validated."""
    table = merge(layers)
    for key in _MAY_BE_NONE:
        if table.get(key) == "none":
            del table[key]
    for layer in layers:
        if "name" in layer.table:
            raise UserError(f"{layer.place(['name'])}: an experiment's name is its table's name")
    return {**table, "name": name}


def _data(documents: Sequence[Document], name: str) -> DataSpec:
    layers = [document.layer("data", name) for document in documents]
    known = {key for document in documents for key in document.layer("data").table}
    asked_by = next(d for d in reversed(documents) if "data" in d.layer("suite").table)
    if name not in known:
        place = asked_by.layer("suite").place(["data"])
        raise UserError(
            f"{place} = {shown(name)}: there is no [data.{plain(name)}]{nearest(name, known)}"
        )
    for document in documents:
        for key in document.layer("data").table:
            if document.origin == "--set" and key != name:
                place = document.layer("data").place([key])
                raise UserError(f"{place}: the suite uses data set {name!r}{nearest(key, [name])}")
    table = merge(layers)
    if table.get("root") == "":
        raise UserError(f"{place_of(layers, ('root',))} = '': should name a folder")
    return validated(DataSpec, {**_in_one_place(table, layers), "name": name}, layers)


def _in_one_place(table: Table, layers: Sequence[Layer]) -> Table:
    """A later layer's `root` puts away an earlier one's `synthetic`, and the other way round."""
    named = [key for layer in layers for key in ("root", "synthetic") if key in layer.table]
    in_one_layer = any({"root", "synthetic"} <= layer.table.keys() for layer in layers)
    if not named or in_one_layer:
        return table
    other = "synthetic" if named[-1] == "root" else "root"
    return {key: value for key, value in table.items() if key != other}


def _selected(experiments: Iterable[Experiment], patterns: Sequence[str]) -> list[Experiment]:
    made = list(experiments)
    names = [experiment.name for experiment in made]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UserError(
                f"{plain(pattern)}: no experiment has this name{nearest(pattern, names)}"
            )
    if not patterns:
        return made
    return [one for one in made if any(fnmatchcase(one.name, pattern) for pattern in patterns)]


def checked_seeds(seeds: tuple[int, ...], place: str) -> tuple[int, ...]:
    """The seeds, unless there is none, one twice, or one too large."""
    if not seeds:
        raise UserError(f"{place} = []: at least one seed is needed")
    if len(set(seeds)) != len(seeds):
        raise UserError(f"{place} = {shown(list(seeds))}: a seed is named twice")
    if any(not 0 <= seed < 2**63 for seed in seeds):
        raise UserError(f"{place} = {shown(list(seeds))}: seeds are from 0 to 2^63 - 1")
    return seeds


def check_folder_name(name: str, place: str) -> None:
    """Suites and experiments become folders, and parts of a dotted key; tables pool as `all`."""
    if not _FOLDER_NAME.fullmatch(name):
        raise UserError(
            f"{place}: {shown(name)} should be up to 100 letters, digits, '-' and '_', "
            "a letter or digit first (it names a folder)"
        )
    if name in _RESERVED_NAMES:
        raise UserError(f"{place}: {name!r} has a meaning of its own; choose another name")


def parse_seeds(text: str) -> tuple[int, ...]:
    """`0,1,2` or `0-4` or a mixture, as the numbers it means.

    Raises:
        UserError: for anything else.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})(?:\s*-\s*(\d{1,18}))?\s*", part)
        if match is None:
            raise UserError(f"--seeds {plain(text)}: should be numbers, such as 0,1,2 or 0-4")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 0 <= last - first < 10_000:
            raise UserError(
                f"--seeds {plain(text)}: {part.strip()} is not a range of up to 10,000 seeds"
            )
        seeds += range(first, last + 1)
    return checked_seeds(tuple(seeds), "--seeds")
