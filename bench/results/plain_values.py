"""Makes frozen records of plain values again, as JSON has them, and takes no others."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


def as_record(kind: type, value: object, where: str = "") -> Any:
    """What a value is as this kind: a dataclass, a tuple, a mapping, or a plain value.

    Pydantic would refuse the lone surrogates that stand in paths for bytes that are not UTF-8.

    Args:
        kind: a type as dataclasses name it: `tuple[X, ...]`, `Mapping[str, X]`, a `Literal`,
            `X | None`, str, int, float or a dataclass of such.
        value: what JSON gave.
        where: the key, for what is said of a mistake.

    Raises:
        ValueError: where it is something else; says at which key.
    """
    if is_dataclass(kind):
        return _dataclass(kind, value, where)
    origin = get_origin(kind)
    if origin is None:
        return _plain(kind, value, where)
    return _MAKERS[origin](get_args(kind), value, where)


def _dataclass(kind: type, value: object, where: str) -> Any:
    kinds = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise _wrong(where, f"an object of {', '.join(names)}")
    return kind(**{name: as_record(kinds[name], value[name], f"{where}.{name}") for name in names})


def _plain(kind: type, value: object, where: str) -> object:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
        raise _wrong(where, kind.__name__)
    return value


def _tuple(kinds: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "a list")
    return tuple(as_record(kinds[0], one, f"{where}[{n}]") for n, one in enumerate(value))


def _mapping(kinds: tuple[Any, ...], value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "an object")
    return {str(key): as_record(kinds[1], one, f"{where}.{key}") for key, one in value.items()}


def _literal(choices: tuple[Any, ...], value: object, where: str) -> object:
    if value not in choices:
        raise _wrong(where, " or ".join(map(str, choices)))
    return value


def _optional(kinds: tuple[Any, ...], value: object, where: str) -> Any:
    (kind,) = (one for one in kinds if one is not NoneType)
    return None if value is None else as_record(kind, value, where)


def _wrong(where: str, right: str) -> ValueError:
    return ValueError(f"{where.lstrip('.') or 'it'} must be {right}")


_MAKERS: dict[Any, Callable[[tuple[Any, ...], object, str], Any]] = {
    tuple: _tuple,
    Mapping: _mapping,
    Literal: _literal,
    UnionType: _optional,
}
