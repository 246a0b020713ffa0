"""Tables laid over tables: file, profile, and `--set`, each remembering where it came from."""

import copy
import datetime
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bench.errors import UserError, nearest, plain, shown

Table = dict[str, Any]

# Keys that only one kind of a table has, so that changing the kind drops the other kinds' keys.
_KEYS_OF_KIND: dict[str, dict[str, frozenset[str]]] = {
    "optimizer": {
        "sgd": frozenset({"momentum"}),
        "adam": frozenset({"betas"}),
        "adamw": frozenset({"betas"}),
    },
    "schedule": {
        "none": frozenset(),
        "step": frozenset({"every_epochs", "gamma"}),
        "cosine": frozenset({"min_lr"}),
    },
}
_BY_COUNT = frozenset({"trainable_blocks", "every_epochs", "add_blocks"})
_MAX_DEPTH = 50
_WEIGHT_SUFFIXES = (".safetensors", ".pth", ".pt")


@dataclass(frozen=True)
class Layer:
    """One table of settings and where its keys stand.

    `origin` is the file or `--set`; `prefix` the dotted path of the table in it.
    """

    origin: str
    prefix: tuple[str, ...]
    table: Table

    def place(self, keys: Iterable[object]) -> str:
        """How a person finds the key: `experiments.toml: experiment.x.epochs`."""
        return f"{self.origin}: {'.'.join(plain(str(key)) for key in (*self.prefix, *keys))}"

    def has(self, keys: Iterable[object]) -> bool:
        """Whether the value at this path (of keys, and of positions in lists) stands here."""
        value: Any = self.table
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return False
        return True


@dataclass(frozen=True)
class Document:
    """A whole tree of settings from one origin: the file, a profile in it, or one `--set`."""

    origin: str
    prefix: tuple[str, ...]
    table: Table

    def layer(self, *keys: str) -> Layer:
        """The table at these keys, empty where there is none; not a table is the user's error."""
        value: Any = self.table
        for depth, key in enumerate(keys):
            value = value.get(key, {})
            if not isinstance(value, dict):
                place = Layer(self.origin, self.prefix, {}).place(keys[: depth + 1])
                raise UserError(f"{place} = {shown(value)}: should be a table")
        return Layer(self.origin, (*self.prefix, *keys), value)

    def layers_for(self, name: str, known: Iterable[str]) -> list[Layer]:
        """The `experiment` tables that speak of this experiment, by name or glob, in file order."""
        names = list(known)
        found = []
        for pattern in self.layer("experiment").table:
            if not any(fnmatchcase(candidate, pattern) for candidate in names):
                place = Layer(self.origin, self.prefix, {}).place(("experiment", pattern))
                raise UserError(f"{place}: matches no experiment{nearest(pattern, names)}")
            if fnmatchcase(name, pattern):
                found.append(self.layer("experiment", pattern))
        return found


def place_of(layers: Sequence[Layer], keys: tuple[object, ...]) -> str:
    """How a person finds the key: in the highest layer that has it.

    A key that is missing is one of the highest layer that has its table, or else of the file.
    """
    for path in (keys, keys[:-1]):
        layer = next((one for one in reversed(layers) if path and one.has(path)), None)
        if layer is not None:
            return layer.place(keys)
    return next(one for one in layers if one.prefix != ("defaults",)).place(keys)


def check_values(document: Document) -> None:
    """Refuses what TOML can say but no key takes.

    Raises:
        UserError: a date, a whole number beyond 64 bits, a text with a NUL, or deep nesting.
    """
    _check_value(document.table, (), Layer(document.origin, document.prefix, {}))


def _check_value(value: object, keys: tuple[object, ...], whole: Layer) -> None:
    if len(keys) > _MAX_DEPTH:
        raise UserError(f"{whole.place(keys[:3])}: is nested too deeply")
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            _check_value(item, (*keys, key), whole)
    elif isinstance(value, datetime.date | datetime.time):
        raise UserError(f"{whole.place(keys)} = {value}: is a date or time; no key takes one")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise UserError(
            f"{whole.place(keys)}: is a whole number of {value.bit_length()} bits; "
            "should be within 64"
        )
    elif isinstance(value, str) and "\0" in value:
        raise UserError(f"{whole.place(keys)} = {shown(value)}: should not hold a NUL")


def merge(layers: Iterable[Layer]) -> Table:
    """One table: later layers win, tables are merged key by key, lists are replaced whole."""
    merged: Table = {}
    for layer in layers:
        merged = _merge(merged, layer.table)
    return merged


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Table:
    merged = dict(copy.copy(base))
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _merge(_without_other_kinds(key, below, value), value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def _without_other_kinds(key: str, below: Table, over: Table) -> Table:
    """What stays of a table below when the one above makes it a table of another kind."""
    dropped: frozenset[str] = frozenset()
    if key == "freezing":
        if "phases" in over:
            dropped = _BY_COUNT
        elif _BY_COUNT & over.keys():
            dropped = frozenset({"phases"})
    elif key in _KEYS_OF_KIND and over.get("name") in _KEYS_OF_KIND[key]:
        kinds = _KEYS_OF_KIND[key]
        dropped = frozenset().union(*kinds.values()) - kinds[over["name"]]
    return {name: value for name, value in below.items() if name not in dropped}


def set_document(assignment: str) -> Document:
    """`--set KEY=VALUE` as a document: a dotted key, and a TOML value or else a plain string."""
    key, equals, text = assignment.partition("=")
    keys = key.strip().split(".")
    if not equals or not all(keys):
        raise UserError(
            f"--set {plain(assignment)}: should be KEY=VALUE, "
            "such as experiment.vit-full-finetune.optimizer.lr=3e-5"
        )
    if any("\ud800" <= character <= "\udfff" for character in assignment):
        raise UserError(f"--set {plain(assignment)}: is not Unicode text")
    table: Any = _value(text.strip())
    for part in reversed(keys):
        table = {part: table}
    return Document("--set", (), table)


def _value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    # More lines of TOML would be more settings, not a value.
    return parsed["value"] if len(parsed) == 1 else text


def absolute_paths(document: Document, folder: Path) -> Document:
    """The same document with relative paths (data roots, weight files) made absolute.

    A path in the file is meant from the file's folder, one given with `--set` from the current
    folder.
    """
    table = copy.deepcopy(document.table)
    for data in _tables_in(table.get("data")):
        _absolute(data, "root", folder, always=True)
    for settings in [table.get("defaults"), *_tables_in(table.get("experiment"))]:
        if isinstance(settings, dict):
            _absolute(settings, "weights", folder, always=False)
    return Document(document.origin, document.prefix, table)


def _tables_in(value: object) -> list[Table]:
    return (
        [item for item in value.values() if isinstance(item, dict)]
        if isinstance(value, dict)
        else []
    )


def _absolute(table: Table, key: str, folder: Path, *, always: bool) -> None:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        return
    if always or is_weights_file(value):
        table[key] = str((folder / _expanded(value)).absolute())


def _expanded(value: str) -> Path:
    """With the home folder for `~`. For one of an unknown user it stays, as in a shell."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return Path(value)


def is_weights_file(weights: str) -> bool:
    """Whether `weights` names a file, not a set that a library knows."""
    return weights.lower().endswith(_WEIGHT_SUFFIXES)
