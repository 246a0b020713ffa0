"""From a search's parameters to what Optuna draws, and back to values."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.experiments.search_spec import Assignment, Choices, Parameter, Search, is_active
from bench.experiments.spec import Experiment

if TYPE_CHECKING:
    from optuna.trial import Trial

_PLAIN = (bool, int, float, str)


def told(value: object) -> bool | int | float | str:
    """A choice as Optuna takes it: lists and tables as JSON."""
    return value if isinstance(value, _PLAIN) else json.dumps(value, sort_keys=True)


def suggest(trial: "Trial", search: Search) -> Assignment:
    """The trial's values, drawn where they have not been yet; those of active parameters alone."""
    found: Assignment = {}
    for parameter in search.space:
        if is_active(parameter, found):
            found[parameter.key] = _meant(parameter, _drawn(trial, parameter))
    return found


def _drawn(trial: "Trial", parameter: Parameter) -> object:
    if isinstance(parameter, Choices):
        return trial.suggest_categorical(parameter.key, [told(one) for one in parameter.choices])
    if not parameter.is_whole:
        return trial.suggest_float(
            parameter.key, parameter.low, parameter.high, step=parameter.step, log=parameter.log
        )
    low, high, step = int(parameter.low), int(parameter.high), int(parameter.step or 1)
    return trial.suggest_int(parameter.key, low, high, step=step, log=parameter.log)


def values_of(params: Mapping[str, Any], search: Search) -> Assignment:
    """The values of a finished trial, from what the storage has."""
    by_key = {one.key: one for one in search.space}
    return {
        one.key: _meant(by_key[one.key], params[one.key])
        for one in search.space
        if one.key in params
    }


def _meant(parameter: Parameter, drawn: Any) -> object:
    if not isinstance(parameter, Choices):
        return drawn
    return next(
        (
            value
            for value in parameter.choices
            if not isinstance(value, _PLAIN) and told(value) == drawn
        ),
        drawn,
    )


def by_hand(search: Search, base: Experiment) -> dict[str, object] | None:
    """The experiment's own values as Optuna has them, where the space holds them all.

    Returns:
        A value for each active parameter, or None where one lies outside.
    """
    found: Assignment = {}
    for parameter in search.space:
        if not is_active(parameter, found):
            continue
        value = _value_at(base, parameter.key)
        if not parameter.holds(value):
            return None
        found[parameter.key] = value
    return found


def _value_at(base: Experiment, key: str) -> object:
    value: object = base
    for part in key.split("."):
        value = getattr(value, part, None)
    return value
