"""The `space` of a search, from its tables to parameters; every mistake is one line."""

import dataclasses
import math
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from bench.errors import UserError, nearest, plain, shown
from bench.experiments.layers import Layer, Table, place_of
from bench.experiments.search_spec import Choices, Condition, Parameter, Range
from bench.experiments.spec import Experiment

_RANGE = ("low", "high", "log", "step")
_KEYS = (*_RANGE, "choices", "when")
# They change nothing of the outcome, or have one value only.
_FIXED = {"name", "published", "chosen_on_seeds", "threads", "checkpoint_every", "stall_seconds"}
_FIXED |= {"select"}
_NONE = "none"
_MOST_BITS = 53


@cache
def searchable() -> dict[str, object]:
    """Every dotted key of an experiment that can be searched, with its type."""
    return {key: hint for key, hint in _walk(Experiment, "") if key.split(".")[0] not in _FIXED}


def _walk(record: type, prefix: str) -> Iterator[tuple[str, object]]:
    hints = typing.get_type_hints(record)
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        yield f"{prefix}{field.name}", hint
        for one in (hint, *typing.get_args(hint)):
            if isinstance(one, type) and dataclasses.is_dataclass(one):
                yield from _walk(one, f"{prefix}{field.name}.")


def _takes(hint: object, kind: type) -> bool:
    is_union = typing.get_origin(hint) in (types.UnionType, typing.Union)
    return kind in typing.get_args(hint) if is_union else hint is kind


def flattened(layer: Layer) -> Layer:
    """The layer with a key a parameter, whether it was written quoted or as tables in tables."""
    return Layer(layer.origin, layer.prefix, dict(_flat(layer, layer.table, ())))


def _flat(layer: Layer, table: Table, above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        keys = (*above, key)
        dotted = ".".join(keys)
        if value == _NONE or (isinstance(value, dict) and _is_parameter(dotted, value)):
            yield dotted, value
        elif isinstance(value, dict):
            yield from _flat(layer, value, keys)
        else:
            raise UserError(
                f"{layer.place(keys)} = {shown(value)}: should be a table with low and high, or "
                "with choices"
            )


def _is_parameter(key: str, table: Table) -> bool:
    """Whether a table says what a parameter may be, or holds the tables of several."""
    known = searchable()
    is_one_value = key in known and not any(other.startswith(f"{key}.") for other in known)
    return is_one_value or not table or bool(table.keys() & {*_KEYS})


def merged_space(layers: Sequence[Layer]) -> Table:
    """A key a parameter; a later layer adds to what an earlier one says, or takes it out.

    A range that becomes choices loses its bounds, and the other way round.
    """
    merged: Table = {}
    for layer in layers:
        for key, value in layer.table.items():
            if value == _NONE:
                merged.pop(key, None)
                continue
            below = dict(merged.get(key, {}))
            if "choices" in value:
                below = {name: one for name, one in below.items() if name not in _RANGE}
            elif value.keys() & {*_RANGE}:
                below.pop("choices", None)
            merged[key] = {**below, **value}
    return merged


def read_space(layers: Sequence[Layer]) -> tuple[Parameter, ...]:
    """The parameters, each after those that its conditions name.

    Args:
        layers: the `space` tables, flattened, lowest first.

    Raises:
        UserError: a line for each mistake.
    """
    known, made, mistakes = searchable(), list[Parameter](), list[str]()
    for key, table in merged_space(layers).items():
        place = place_of(layers, (key,))
        try:
            made.append(_parameter(key, table, place, known))
        except UserError as error:
            mistakes += str(error).splitlines()
    mistakes += _overlaps(made, layers)
    if not mistakes:
        mistakes += [line for one in made for line in _bad_conditions(one, made, layers)]
    if mistakes:
        raise UserError("\n".join(dict.fromkeys(mistakes)))
    return _ordered(made, layers)


def _parameter(key: str, table: Table, place: str, known: Mapping[str, object]) -> Parameter:
    if key not in known:
        first = key.split(".", maxsplit=1)[0]
        if first in _FIXED:
            raise UserError(f"{place}: {first} is not searched: it does not change the outcome")
        raise UserError(f"{place}: no setting of an experiment{nearest(key, known)}")
    for name in table:
        if name not in _KEYS:
            raise UserError(f"{place}.{plain(str(name))}: unknown key{nearest(str(name), _KEYS)}")
    when = _conditions(table.get("when", {}), f"{place}.when")
    if "choices" in table:
        unfit = [name for name in _RANGE if name in table]
        if unfit:
            raise UserError(f"{place}: has choices, to which {unfit[0]} does not belong")
        return Choices(key, _choices(table["choices"], f"{place}.choices"), when)
    return _range(key, table, place, known[key], when)


def _choices(value: object, place: str) -> tuple[object, ...]:
    if not isinstance(value, list) or not value:
        raise UserError(f"{place} = {shown(value)}: should be a list of at least one value")
    for index, one in enumerate(value):
        if Choices("", tuple(value[:index])).holds(one):
            raise UserError(f"{place} = {shown(value)}: {shown(one)} is named twice")
    return tuple(value)


def _range(key: str, table: Table, place: str, hint: object, when: tuple[Condition, ...]) -> Range:
    is_whole = _takes(hint, int)
    if not is_whole and not _takes(hint, float):
        raise UserError(f"{place}: takes no numbers; should have choices = […]")
    low, high = (_number(table, name, place, is_whole) for name in ("low", "high"))
    log = table.get("log", False)
    if not isinstance(log, bool):
        raise UserError(f"{place}.log = {shown(log)}: should be true or false")
    step = _number(table, "step", place, is_whole) if "step" in table else None
    if low > high:
        raise UserError(f"{place}: low = {low} is above high = {high}")
    if log and low <= 0:
        raise UserError(f"{place}.low = {low}: should be above 0, since log = true")
    if log and step is not None:
        raise UserError(f"{place}: has step and log = true; only one of them is possible")
    _check_step(low, high, step, place)
    return Range(key, low, high, log, step, is_whole, when)


def _number(table: Table, name: str, place: str, is_whole: bool) -> float:
    if name not in table:
        raise UserError(f"{place}: missing {name}; should have low and high, or choices")
    value = table[name]
    wanted = "a whole number" if is_whole else "a finite number"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"{place}.{name} = {shown(value)}: should be {wanted}")
    is_fit = math.isfinite(value) and abs(value) < 1e300
    if not is_fit or (is_whole and (value != int(value) or abs(value) > 2**_MOST_BITS)):
        raise UserError(f"{place}.{name} = {shown(value)}: should be {wanted}")
    return int(value) if is_whole else float(value)


def _check_step(low: float, high: float, step: float | None, place: str) -> None:
    if step is None:
        return
    if step <= 0:
        raise UserError(f"{place}.step = {step}: should be above 0")
    span, by = Decimal(str(high)) - Decimal(str(low)), Decimal(str(step))
    if span / by > 10**6:
        raise UserError(f"{place}.step = {step}: makes more than a million steps")
    if span % by:
        last = Decimal(str(low)) + span // by * by
        raise UserError(
            f"{place}.high = {high}: is not low plus a whole number of steps of {step}; "
            f"{last} would be"
        )


def _conditions(value: object, place: str) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise UserError(
            f'{place} = {shown(value)}: should be a table, such as {{ "optimizer.name" = "sgd" }}'
        )
    return tuple(
        Condition(key, tuple(one) if isinstance(one, list) else (one,))
        for key, one in _flat_values(value, ())
    )


def _flat_values(table: Table, above: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat_values(value, (*above, key))
        else:
            yield ".".join((*above, key)), value


def _overlaps(made: Sequence[Parameter], layers: Sequence[Layer]) -> Iterator[str]:
    keys = [one.key for one in made]
    for key in keys:
        for other in keys:
            if key.startswith(f"{other}."):
                place = place_of(layers, (key,))
                yield f"{place}: is a part of {other}, which is searched too; leave one of them out"


def _bad_conditions(
    parameter: Parameter, made: Sequence[Parameter], layers: Sequence[Layer]
) -> Iterator[str]:
    by_key = {one.key: one for one in made}
    place = f"{place_of(layers, (parameter.key,))}.when"
    for condition in parameter.when:
        other = by_key.get(condition.key)
        if other is None or other is parameter:
            known = [key for key in by_key if key != parameter.key]
            yield f"{place}: {plain(condition.key)} is not searched{nearest(condition.key, known)}"
            continue
        if not condition.values:
            yield f"{place}.{condition.key} = []: should name at least one value"
        for value in condition.values:
            if not other.holds(value):
                yield (
                    f"{place}.{condition.key} = {shown(value)}: it never has this value"
                    f"{_domain(other)}"
                )


def _domain(parameter: Parameter) -> str:
    if isinstance(parameter, Range):
        step = "" if parameter.step is None else f", in steps of {parameter.step}"
        return f"; it is from {parameter.low} to {parameter.high}{step}"
    return f"; it is one of {shown(list(parameter.choices))}"


def _ordered(made: Sequence[Parameter], layers: Sequence[Layer]) -> tuple[Parameter, ...]:
    """Each after what its conditions name.

    Raises:
        UserError: where they go round in a circle.
    """
    ordered: list[Parameter] = []
    left = list(made)
    while left:
        done = {one.key for one in ordered}
        ready = [one for one in left if {c.key for c in one.when} <= done]
        if not ready:
            keys = " and ".join(one.key for one in left)
            raise UserError(f"{place_of(layers, (left[0].key,))}.when: {keys} wait for each other")
        ordered += ready
        left = [one for one in left if one not in ready]
    return tuple(ordered)
