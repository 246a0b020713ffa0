"""What proposes a trial's values, and what ends a trial early."""

import hashlib
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, PatientPruner
from optuna.samplers import BaseSampler, CmaEsSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from bench.experiments.search_config import grid
from bench.experiments.search_spec import Search
from bench.experiments.spec import Experiment
from bench.search.space import by_hand, told

_STARTUP_TRIALS = 5
_PATIENCE_EPOCHS = 3


class ListedSampler(BaseSampler):
    """Gives values that are known beforehand."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def infer_relative_search_space(
        self,
        study: Study,  # noqa: ARG002 - Optuna's own signature
        trial: FrozenTrial,  # noqa: ARG002
    ) -> dict[str, BaseDistribution]:
        """None: no value hangs on another trial's."""
        return {}

    def sample_relative(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,  # noqa: ARG002
        search_space: dict[str, BaseDistribution],  # noqa: ARG002
    ) -> dict[str, Any]:
        """None, as above."""
        return {}

    def sample_independent(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,  # noqa: ARG002
        param_name: str,
        param_distribution: BaseDistribution,  # noqa: ARG002
    ) -> Any:
        """The value that is listed."""
        return told(self._values[param_name])


def sampler_for(search: Search, base: Experiment, number: int) -> BaseSampler:
    """The sampler of one trial; its random numbers hang on the search's seed and the trial alone.

    A sampler that lived as long as a command would begin anew with each command, and draw the
    first trials' values again. Trial 0 is the experiment as it is set by hand, where the space
    holds it.
    """
    if search.sampler == "grid":
        cells = grid(search)
        return ListedSampler(cells[number % len(cells)])
    set_by_hand = by_hand(search, base) if number == 0 else None
    if set_by_hand is not None:
        return ListedSampler(set_by_hand)
    seed = _seed(search.sampler_seed, number)
    if search.sampler == "random":
        return RandomSampler(seed=seed)
    if search.sampler == "cmaes":
        return CmaEsSampler(seed=seed, warn_independent_sampling=False)
    return TPESampler(seed=seed, n_startup_trials=_STARTUP_TRIALS)


def _seed(seed: int, number: int) -> int:
    digest = hashlib.sha256(f"search {seed} {number}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def pruner_for(search: Search, base: Experiment) -> BasePruner:
    """The pruner; its steps are those of `bench.search.curves.step_of`."""
    if search.pruner == "none":
        return NopPruner()
    if search.pruner == "patient":
        return PatientPruner(None, patience=_PATIENCE_EPOCHS)
    if search.pruner == "hyperband":
        most = len(search.seeds) * search.most_epochs(base)
        return HyperbandPruner(min_resource=1, max_resource=most)
    return MedianPruner(n_startup_trials=_STARTUP_TRIALS, n_warmup_steps=1)


def n_trials(search: Search) -> int:
    """How many trials there are to be: a grid has no more than its cells."""
    return min(search.trials, len(grid(search))) if search.sampler == "grid" else search.trials
