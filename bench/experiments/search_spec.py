"""What a search is: an experiment, what is varied of it, and how long is looked.

Frozen and plain as the records of `spec`; read from TOML by `bench.experiments.search_config`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import ClassVar, Literal

from bench.experiments.spec import Experiment, Name, NonNegativeInt, PositiveFloat, PositiveInt

# The runs of a search's trials are called so; no experiment's name has a dot.
TRIALS = "search."
# Beside the folders of a suite's experiments: what is told of its searches.
FOLDER = "search"

Metric = Literal["val_macro_accuracy", "val_accuracy", "val_loss"]
Assignment = dict[str, object]


@dataclass(frozen=True)
class Condition:
    """A parameter is searched only where another one, `key`, has one of these values."""

    key: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; whole ones where `is_whole`.

    `log` spreads them evenly over orders of magnitude; `step` leaves only every so manieth.
    """

    key: str
    low: float
    high: float
    log: bool = False
    step: float | None = None
    is_whole: bool = False
    when: tuple[Condition, ...] = ()

    @property
    def extremes(self) -> tuple[object, ...]:
        """The values that a limit of the spec would forbid first."""
        return (self.low, self.high) if self.low != self.high else (self.low,)

    def holds(self, value: object) -> bool:
        """Whether a value is one of the range's."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.low <= value <= self.high or (self.is_whole and value != int(value)):
            return False
        return self.step is None or (_exact(value) - _exact(self.low)) % _exact(self.step) == 0

    def listed(self) -> tuple[object, ...] | None:
        """All its values, where they can be counted."""
        step = self.step if self.step is not None else (1 if self.is_whole else None)
        if step is None:
            return None
        count = int((_exact(self.high) - _exact(self.low)) / _exact(step)) + 1
        exact = [_exact(self.low) + _exact(step) * index for index in range(count)]
        return tuple(int(value) if self.is_whole else float(value) for value in exact)


@dataclass(frozen=True)
class Choices:
    """One of these values, which may be of any kind that the key takes."""

    key: str
    choices: tuple[object, ...]
    when: tuple[Condition, ...] = ()

    @property
    def extremes(self) -> tuple[object, ...]:
        """All of them."""
        return self.choices

    def holds(self, value: object) -> bool:
        """Whether a value is among them; true and 1 are two."""
        return any(value == one and type(value) is type(one) for one in self.choices)

    def listed(self) -> tuple[object, ...]:
        """All of them."""
        return self.choices


Parameter = Range | Choices


@dataclass(frozen=True)
class Search:
    """A search over the settings of an experiment, by its validation figures alone.

    Attributes:
        name: of the search.
        experiment: whose settings are varied.
        metric: what is looked for, of the selected epoch; the mean over seeds.
        trials: how many in all, whatever became of them and whoever worked on them.
        sampler: what proposes values.
        pruner: what ends a trial early.
        seeds: of each trial's runs. They are used up: figures on them flatter the winner.
        hours: of work, of all commands together; then no trial begins any more.
        patience: the search ends when so many trials in a row were no improvement.
        sampler_seed: of the sampler.
        space: what is varied, each after what its conditions name.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "strict": True}

    name: Name
    experiment: Name
    metric: Metric = "val_macro_accuracy"
    trials: PositiveInt = 20
    sampler: Literal["tpe", "random", "grid", "cmaes"] = "tpe"
    pruner: Literal["none", "median", "hyperband", "patient"] = "median"
    seeds: tuple[NonNegativeInt, ...] = (0,)
    hours: PositiveFloat | None = None
    patience: PositiveInt | None = None
    sampler_seed: NonNegativeInt = 0
    space: tuple[Parameter, ...] = ()

    @property
    def is_better_high(self) -> bool:
        """Whether a higher value of the metric is the better one."""
        return self.metric != "val_loss"

    @property
    def runs_name(self) -> str:
        """What the runs of its trials are called."""
        return f"{TRIALS}{self.name}"

    def most_epochs(self, base: Experiment) -> int:
        """The most epochs that a trial may have."""
        varied = [one for one in self.space if one.key == "epochs"]
        values = [value for one in varied for value in one.extremes if isinstance(value, int)]
        conditional = any(one.when for one in varied)
        return max([*values, base.epochs]) if conditional or not values else max(values)


def is_trial_name(experiment: str) -> bool:
    """Whether runs of this name are trials of a search."""
    return experiment.startswith(TRIALS)


def is_active(parameter: Parameter, values: Mapping[str, object]) -> bool:
    """Whether a parameter is searched beside these values of those before it."""
    return all(
        condition.key in values
        and Choices(condition.key, condition.values).holds(values[condition.key])
        for condition in parameter.when
    )


def assignments(
    space: Sequence[Parameter], values_of: Mapping[str, Sequence[object]]
) -> Iterator[Assignment]:
    """Every combination of these values, each of only the parameters that are active in it.

    Args:
        space: the parameters, each after what its conditions name.
        values_of: the values of each that are combined.
    """
    seen: set[tuple[tuple[str, str], ...]] = set()
    for row in product(*(values_of[one.key] for one in space)):
        found: Assignment = {}
        for parameter, value in zip(space, row, strict=True):
            if is_active(parameter, found):
                found[parameter.key] = value
        key = tuple((name, repr(value)) for name, value in found.items())
        if key not in seen:
            seen.add(key)
            yield found


def n_assignments(space: Sequence[Parameter]) -> float:
    """How many combinations of all listed values there are at most; infinite where unlisted."""
    counts = [len(listed) if (listed := one.listed()) else math.inf for one in space]
    return math.prod(counts)


def _exact(value: float) -> Decimal:
    """The number that was written, not the binary fraction next to it."""
    return Decimal(str(value))
