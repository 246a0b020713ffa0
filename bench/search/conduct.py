"""Conducts a search: takes trials, has their runs run, prunes, and tells what became of them."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState

from bench.errors import UserError
from bench.executors.choice import Executor
from bench.executors.local import Job
from bench.executors.process import Finished
from bench.experiments.plan import plan
from bench.experiments.search_config import LoadedSearch
from bench.experiments.spec import Experiment, Run
from bench.results.lock import BusyError
from bench.results.records import RunRecord
from bench.results.store import DamagedError, RunFolder
from bench.search.book import (
    CONFIGURATION,
    EPOCHS,
    PLANNED_EPOCHS,
    REASON,
    TWIN,
    Book,
    Claim,
)
from bench.search.display import SearchDisplay
from bench.search.held import Held
from bench.survey import Survey, weights_sha256

# Where these are the reason, every other trial would fail as well.
_STOPS_ALL = ("data", "disk")
_MAY_GO_ON = ("killed", "node")
_MOST_LOSSES = 2
_SECONDS_BETWEEN_LOOKS = 1.0


@dataclass
class Conductor:
    """One command's part of a search.

    Attributes:
        loaded: the search.
        survey: of its base experiment, for the data's fingerprint and the results.
        book: the study.
        executor: runs runs.
        display: shows them.
        stopped: why the search cannot go on, where it cannot.
    """

    loaded: LoadedSearch
    survey: Survey
    book: Book
    executor: Executor
    display: SearchDisplay
    stopped: str = ""
    _held: dict[Path, Held] = field(default_factory=dict)
    _ready: deque[Held] = field(default_factory=deque)
    _apart: list[tuple[float, Held]] = field(default_factory=list)
    _twins: list[tuple[Held, int]] = field(default_factory=list)
    _next_look: float = 0.0

    def work(self) -> None:
        """Works until no trial is left, or the search cannot go on.

        Raises:
            KeyboardInterrupt: the trials at hand are let go; the same command takes them up.
        """
        try:
            with closing(self.executor.stream(self._jobs(), self._tick)) as ending:
                for finished in ending:
                    self._ended(finished)
                    if self.stopped:
                        break
        finally:
            self.book.let_go()

    def _jobs(self) -> Iterator[Job | None]:
        """The runs to begin, one by one; None where there is none just now."""
        while True:
            held = self._next()
            if held is None and not self._is_busy:
                self._next_look = 0.0  # a last look: another command may have died just now
                held = self._next()
            if held is not None:
                run, folder = held.job
                self._held[folder.path] = held
                self.display.add(f"trial {held.number}", run, folder)
                yield self.executor.threaded(run), folder
            elif self._is_busy or self.book.awaited():
                self._beat()
                yield None
            else:
                return

    @property
    def _is_busy(self) -> bool:
        return bool(self._held or self._apart or self._twins)

    def _next(self) -> Held | None:
        """A trial with a run to begin."""
        self._look_after_those_apart()
        while not self._ready:
            if time.monotonic() < self._next_look:
                return None
            claim = self.book.begin()
            if claim is None:
                self._next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
                return None
            self._take_up(claim)
        return self._ready.popleft()

    def _look_after_those_apart(self) -> None:
        """Runs that another process had, and trials that wait for one of the same settings."""
        now = time.monotonic()
        due = [held for when, held in self._apart if when <= now]
        self._apart = [(when, held) for when, held in self._apart if when > now]
        self._ready.extend(due)
        if self._twins and now >= self._next_look:
            waiting, self._twins = self._twins, []
            trials = {one.number: one for one in self.book.trials()}
            for held, number in waiting:
                self._as_its_twin(held, trials[number])

    def _take_up(self, claim: Claim) -> None:
        """Makes a trial's runs; one whose settings are known already is told at once."""
        number = claim.trial.number
        try:
            experiment = self.loaded.experiment(claim.values)
            runs = self._runs(experiment)
        except UserError as error:
            self._fail(number, str(error).splitlines()[0])
            return
        most = self.loaded.search.most_epochs(self.loaded.base)
        held = Held(claim, self.loaded.search, experiment, runs, most)
        twin = self.book.twin_of(claim.trial, runs[0][0].configuration)
        if twin is not None:
            self._as_its_twin(held, twin)
        else:
            self._go_on(held)

    def _runs(self, experiment: Experiment) -> list[tuple[Run, RunFolder]]:
        suite = replace(
            self.loaded.suite, experiments=(experiment,), seeds=self.loaded.search.seeds
        )
        fingerprint = self.survey.runs[0].run.fingerprint
        runs = plan(suite, fingerprint, weights_sha256(suite), self.executor.threads)
        return [(run, RunFolder.of(self.survey.results, run)) for run in runs]

    def _as_its_twin(self, held: Held, twin: FrozenTrial) -> None:
        """Tells of a trial what became of an earlier one of the same settings."""
        if not twin.state.is_finished():
            self._twins.append((held, twin.number))
            return
        trial = held.claim.trial
        for step, value in twin.intermediate_values.items():
            trial.storage.set_trial_intermediate_value(trial._trial_id, step, value)
        notes = {TWIN: twin.number, EPOCHS: 0, PLANNED_EPOCHS: held.n_planned}
        reason = twin.user_attrs.get(REASON)
        notes |= {REASON: reason} if reason else {}
        self.book.finish(held.number, twin.state, twin.value, notes)
        self._say(held.number, f"as trial {twin.number}, which has the same settings")

    def _go_on(self, held: Held) -> None:
        """The trial's next seed; those that are complete, for whatever experiment, are read."""
        while not held.is_done:
            run, _ = held.job
            found = RunFolder.of(self.survey.results, run)
            held.runs[held.at] = (run, found)
            if found.state_when_locked() != "complete":
                self._ready.append(held)
                return
            try:
                held.take(RunRecord(run.experiment.name, run.seed, found))
            except DamagedError as error:
                self._fail(held.number, f"damaged: {error}", held)
                return
        if self.book.finish(held.number, TrialState.COMPLETE, held.value, self._notes(held)):
            known = "" if held.n_trained else ", which was run before"
            self._say(held.number, f"{self.loaded.search.metric} {held.value:.4f}{known}")

    def _tick(self, _run: Run, folder: RunFolder) -> bool:
        """Reads on in a run; whether it is to be stopped."""
        self._beat()
        held = self._held[folder.path]
        if held.number not in self.book.mine:
            return True
        self.display.tick(_run, folder)
        return held.look()

    def _beat(self) -> None:
        for number in self.book.beat():
            self._say(number, "was taken over by another command")

    def _ended(self, finished: Finished) -> None:
        held = self._held.pop(finished.folder.path)
        self.display.end(finished.folder, finished.outcome)
        if held.number not in self.book.mine:
            return
        if finished.outcome == "busy":
            self._apart.append((time.monotonic() + _SECONDS_BETWEEN_LOOKS, held))
        # What it said at last counts too: whether a trial is pruned hangs on its epochs alone.
        elif finished.outcome in ("complete", "stopped") and held.look():
            self._prune(held, finished.folder)
        elif finished.outcome == "complete":
            self._go_on(held)
        else:
            self._failed(held, finished.folder)
        self.display.standing = self._standing()

    def _prune(self, held: Held, folder: RunFolder) -> None:
        value = held.last
        held.count_rest()
        record = {"search": self.book.name, "trial": held.number, "value": value}
        try:
            with folder.locked():
                if folder.state_when_locked() != "complete":
                    folder.prune({**record, "epochs": held.n_trained})
        except (BusyError, OSError):
            pass  # the mark is for people; the study knows
        if self.book.finish(held.number, TrialState.PRUNED, None, self._notes(held)):
            at = f"after {held.n_trained} of {held.n_planned} epochs"
            self._say(held.number, f"pruned {at}, {self.loaded.search.metric} {value or 0:.4f}")

    def _failed(self, held: Held, folder: RunFolder) -> None:
        failure = folder.failure()
        kind, reason = str(failure["kind"]), str(failure["reason"])
        if kind in _STOPS_ALL:
            self.stopped = f"{kind}: {reason}"
        elif kind in _MAY_GO_ON and held.n_losses < _MOST_LOSSES:
            held.n_losses += 1
            self._ready.append(held)
            self._say(held.number, f"{reason}; it goes on from its last epoch")
        else:
            self._fail(held.number, f"{kind}: {reason}", held)

    def _fail(self, number: int, reason: str, held: Held | None = None) -> None:
        notes = {REASON: reason, **(self._notes(held) if held else {})}
        if self.book.finish(number, TrialState.FAIL, None, notes):
            self._say(number, f"failed: {reason}")

    def _notes(self, held: Held) -> dict[str, object]:
        return {
            EPOCHS: held.n_trained,
            PLANNED_EPOCHS: held.n_planned,
            CONFIGURATION: held.runs[0][0].configuration,
            "folders": [str(folder.path) for _, folder in held.runs],
        }

    def _say(self, number: int, line: str) -> None:
        self.display.say(f"trial {number}: {line}")

    def _standing(self) -> str:
        """`12 of 20 trials, best 0.523 (trial 7)`."""
        trials = self.book.trials()
        n_ended = sum(one.state.is_finished() for one in trials)
        complete = [one for one in trials if one.state == TrialState.COMPLETE]
        said = f"{n_ended} of {self.book.total} trials"
        if not complete:
            return said
        best = self.book.study.best_trial
        return f"{said}, best {self.loaded.search.metric} {best.value:.4f} (trial {best.number})"
