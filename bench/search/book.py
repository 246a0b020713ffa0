"""The book of a study: who works on which trial, and what became of it.

What Optuna's storage lacks for several commands at once is added here. A trial names its owner; a
new trial is begun, and one whose owner is dead taken over, only by the command that is alone with
the study (`storage.alone`). So the declared number is not exceeded, and no trial has two owners.
"""

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import optuna
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState

from bench.experiments.search_config import LoadedSearch
from bench.experiments.search_spec import Assignment
from bench.results.lock import BEAT_SECONDS, SILENT_SECONDS, Owner, start_of, this_machine
from bench.search.samplers import n_trials, pruner_for, sampler_for
from bench.search.space import suggest
from bench.search.storage import alone

OWNER, BEAT, CONFIGURATION = "owner", "beat", "configuration"
REASON, EPOCHS, PLANNED_EPOCHS, TWIN = "reason", "epochs", "planned_epochs", "as_trial"
_WORKED = "seconds worked "


@dataclass
class Claim:
    """A trial that this command works on."""

    trial: Trial
    values: Assignment
    is_adopted: bool


@dataclass
class _Watched:
    """A trial of another machine: how often its owner has shown that it lives, and since when."""

    beat: int
    since: float
    has_beaten: bool = False


@dataclass
class Book:
    """A study, as this command sees it."""

    loaded: LoadedSearch
    storage: RDBStorage
    name: str
    clock: Callable[[], float] = time.monotonic
    silent_seconds: float = SILENT_SECONDS
    mine: dict[int, Trial] = field(default_factory=dict)
    _watched: dict[int, _Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Opens the study, which is made where there is none."""
        search = self.loaded.search
        pid = os.getpid()
        self._owner = Owner(this_machine(), pid, start_of(pid), secrets.token_hex(8))
        self._began = self._last_beat = self.clock()
        self._n_beats = 0
        with alone(self.storage, self.name):
            self.study = optuna.create_study(
                storage=self.storage,
                study_name=self.name,
                direction="maximize" if search.is_better_high else "minimize",
                pruner=pruner_for(search, self.loaded.base),
                load_if_exists=True,
            )
        self._worked_before = self._worked()

    @property
    def total(self) -> int:
        """How many trials there are to be."""
        return n_trials(self.loaded.search)

    def trials(self) -> list[FrozenTrial]:
        """All trials, as they are in the storage now."""
        return self.study.get_trials(deepcopy=False)

    def begin(self) -> Claim | None:
        """A trial to work on: one whose owner is dead, else a new one; None where there is none."""
        with alone(self.storage, self.name):
            trials = self.trials()
            for one in trials:
                if self._is_adoptable(one):
                    return self._claim(Trial(self.study, one._trial_id), is_adopted=True)
            waiting = [one for one in trials if one.state == TrialState.WAITING]
            if (len(trials) >= self.total and not waiting) or self.why_over(trials):
                return None
            number = waiting[0].number if waiting else len(trials)
            self.study.sampler = sampler_for(self.loaded.search, self.loaded.base, number)
            trial = self.study.ask()
            if trial.number >= self.total:  # somebody has begun one past this lock
                self._tell(trial, TrialState.FAIL, {REASON: "is one more than was declared"})
                return None
            return self._claim(trial, is_adopted=False)

    def _claim(self, trial: Trial, *, is_adopted: bool) -> Claim:
        trial.set_user_attr(OWNER, asdict(self._owner))
        self.mine[trial.number] = trial
        search = self.loaded.search
        self.study.sampler = sampler_for(search, self.loaded.base, trial.number)
        return Claim(trial, suggest(trial, search), is_adopted)

    def _is_adoptable(self, one: FrozenTrial) -> bool:
        if one.state != TrialState.RUNNING or one.number in self.mine:
            return False
        known = one.user_attrs.get(OWNER)
        if not known:  # nobody: it was let go, or begun by a command that died at once
            return True
        owner = Owner(**known)
        if owner.machine == this_machine():
            return not owner.is_running()
        return self._is_silent(one)

    def _is_silent(self, one: FrozenTrial) -> bool:
        """Whether an owner elsewhere has not shown itself for long, by this command's clock."""
        beat = int(one.user_attrs.get(BEAT, 0))
        seen = self._watched.get(one.number)
        if seen is None or seen.beat != beat:
            self._watched[one.number] = _Watched(beat, self.clock(), seen is not None)
            return False
        return self.clock() - seen.since >= self.silent_seconds

    def awaited(self) -> bool:
        """Whether a trial elsewhere may still turn out to be nobody's: its owner has been silent.

        One whose owner has shown itself since it was watched is its owner's business.
        """
        running = {one.number for one in self.trials() if one.state == TrialState.RUNNING}
        return any(
            number in running and not seen.has_beaten for number, seen in self._watched.items()
        )

    def has_work(self) -> bool:
        """Whether there may be anything to do: a trial to begin, or one that is not over."""
        trials = self.trials()
        if any(not one.state.is_finished() for one in trials):
            return True
        return len(trials) < self.total and not self.why_over(trials)

    def n_elsewhere(self) -> int:
        """How many trials other commands work on."""
        return sum(
            one.state == TrialState.RUNNING and one.number not in self.mine for one in self.trials()
        )

    def twin_of(self, trial: Trial, configuration: str) -> FrozenTrial | None:
        """An earlier trial of the same settings. Notes those of this one."""
        trial.set_user_attr(CONFIGURATION, configuration)
        return next(
            (
                one
                for one in self.trials()
                if one.number < trial.number and one.user_attrs.get(CONFIGURATION) == configuration
            ),
            None,
        )

    def beat(self) -> list[int]:
        """Shows that this command lives, now and then; gives the trials it has lost meanwhile."""
        if self.clock() - self._last_beat < BEAT_SECONDS:
            return []
        self._last_beat = self.clock()
        self._n_beats += 1
        self._note_time()
        lost = [number for number in self.mine if not self.is_mine(number)]
        for number in lost:
            del self.mine[number]
        for trial in self.mine.values():
            trial.set_user_attr(BEAT, self._n_beats)
        return lost

    def is_mine(self, number: int) -> bool:
        """Whether a trial still is this command's: no, where it was taken for dead."""
        if number not in self.mine:
            return False
        now = self.storage.get_trial(self.mine[number]._trial_id)
        owner = now.user_attrs.get(OWNER) or {}
        return now.state == TrialState.RUNNING and owner.get("token") == self._owner.token

    def finish(
        self,
        number: int,
        state: TrialState,
        value: float | None = None,
        notes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Tells what became of a trial; no, where it is another command's by now."""
        if not self.is_mine(number):
            self.mine.pop(number, None)
            return False
        self._tell(self.mine.pop(number), state, notes or {}, value)
        return True

    def _tell(
        self, trial: Trial, state: TrialState, notes: Mapping[str, Any], value: float | None = None
    ) -> None:
        for key, note in notes.items():
            trial.set_user_attr(key, note)
        self.study.tell(trial, value if state == TrialState.COMPLETE else None, state)

    def let_go(self) -> None:
        """Leaves the trials at hand to whoever comes next, at once."""
        for number in list(self.mine):
            if self.is_mine(number):
                self.mine[number].set_user_attr(OWNER, None)
            del self.mine[number]
        self._note_time()

    def _note_time(self) -> None:
        token = self._owner.token
        self.study.set_user_attr(f"{_WORKED}{token}", round(self.clock() - self._began, 1))

    def _worked(self) -> float:
        attrs = self.study.user_attrs.items()
        return sum(float(value) for key, value in attrs if key.startswith(_WORKED))

    def why_over(self, trials: Sequence[FrozenTrial]) -> str:
        """Why no trial begins any more, though more were declared; '' where they do."""
        search = self.loaded.search
        worked = self._worked_before + self.clock() - self._began
        if search.hours is not None and worked >= search.hours * 3600:
            return f"{search.hours:g} hours were worked"
        if search.patience is not None and self._since_best(trials) >= search.patience:
            return f"nothing improved in {search.patience} trials"
        return ""

    def _since_best(self, trials: Sequence[FrozenTrial]) -> int:
        """How many trials have ended since the best one did."""
        ended = [one for one in trials if one.state.is_finished()]
        ended.sort(key=lambda one: (str(one.datetime_complete), one.number))
        sign = 1 if self.loaded.search.is_better_high else -1
        complete = [
            (index, sign * one.value)
            for index, one in enumerate(ended)
            if one.state == TrialState.COMPLETE and one.value is not None
        ]
        if not complete:
            return 0
        best = max(value for _, value in complete)
        first = next(index for index, value in complete if value == best)
        return len(ended) - 1 - first
