"""What pydantic found wrong, said in one line: file, key, value, and what would be right."""

import dataclasses
import re
import types
import typing
from collections.abc import Sequence
from typing import Any

from bench.errors import nearest, shown
from bench.experiments.layers import Layer, place_of
from bench.experiments.spec import DataSpec

_SHOULD = re.compile(r"^(Input|String|Value|Tuple|Dictionary|List)( error,)? ?")
# Pydantic speaks of JSON, the user wrote TOML.
_IN_TOML = {
    "an object": "a table",
    "a valid array": "a list",
    "less than inf": "a finite number",
}


def explain(error: Any, record: type, layers: Sequence[Layer]) -> str:
    """One line for one of pydantic's errors.

    Args:
        error: an item of `ValidationError.errors()`.
        record: the dataclass that was being made.
        layers: the tables it was made from, lowest first.
    """
    keys = tuple(error["loc"])
    place = place_of(layers, keys)
    match error["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            known = [field.name for field in _fields(_record_at(record, keys[:-1]))]
            return f"{place}: unknown key{nearest(str(keys[-1]), known)}"
        case "missing":
            return f"{place}: missing; {_missing_hint(record, keys)}"
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            hint = nearest(str(error["input"]), allowed) if isinstance(error["input"], str) else ""
            hint = hint if "did you mean" in hint else ""
            return f"{place} = {shown(error['input'])}: {_lower(error['msg'])}{hint}"
        case _:
            return f"{place} = {shown(error['input'])}: {_lower(error['msg'])}"


def _lower(message: str) -> str:
    message = _SHOULD.sub("", message).replace("\n", " ")
    for word, in_toml in _IN_TOML.items():
        message = message.replace(word, in_toml)
    return message[:1].lower() + message[1:]


def _missing_hint(record: type, keys: tuple[Any, ...]) -> str:
    owner = _record_at(record, keys[:-1])
    return f"each {_title(owner)} needs it" if owner is not None else "it is needed"


def _title(record: type) -> str:
    """What the user calls it: its `called` where it has one, else the class's name in words."""
    if record is DataSpec:
        return "data set"
    if isinstance(called := getattr(record, "called", None), str):
        return called
    return re.sub(r"(?<!^)(?=[A-Z])", " ", record.__name__.strip("_")).lower()


def _fields(record: type | None) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(record) if record is not None else ()


def _record_at(record: type, keys: tuple[Any, ...]) -> type | None:
    """The dataclass that the value at this path is made into, if it is one."""
    current: type | None = record
    for key in keys:
        if isinstance(key, int):
            continue
        hints = typing.get_type_hints(current) if current is not None else {}
        current = _dataclass_in(hints.get(str(key)))
    return current


def _dataclass_in(hint: Any) -> type | None:
    """The dataclass inside `X | None`, `tuple[X, ...]` or X."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    if typing.get_origin(hint) in (types.UnionType, typing.Union, tuple, typing.Annotated):
        found = (_dataclass_in(argument) for argument in typing.get_args(hint))
        return next((one for one in found if one is not None), None)
    return None
