"""A trial at hand: its runs, one seed after the other, and what they have said so far."""

from dataclasses import dataclass, field
from statistics import fmean

from bench.experiments.search_spec import Search
from bench.experiments.spec import Experiment, Run
from bench.results.records import RunRecord
from bench.results.store import RunFolder
from bench.search.book import Claim
from bench.search.curves import Curve, EpochReader, curve_of, mean_at, step_of, value_of


@dataclass
class Held:
    """A trial that this command works on.

    Attributes:
        claim: the trial.
        search: it is a trial of.
        experiment: what it trains.
        runs: a run a seed, with its folder.
        most_epochs: that any trial may have.
        at: the seed that is run now.
        n_losses: how often its process was killed in a row.
        n_trained: epochs that were trained for this study, by whichever command.
    """

    claim: Claim
    search: Search
    experiment: Experiment
    runs: list[tuple[Run, RunFolder]]
    most_epochs: int
    at: int = 0
    n_losses: int = 0
    n_trained: int = 0
    is_pruned: bool = False
    curves: list[Curve] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begins with what an earlier command has reported."""
        trial = self.claim.trial
        stored = trial.storage.get_trial(trial._trial_id)
        self._reported = set(stored.intermediate_values)
        self._reader: EpochReader | None = None

    @property
    def number(self) -> int:
        """The trial's."""
        return self.claim.trial.number

    @property
    def job(self) -> tuple[Run, RunFolder]:
        """What is to be run now."""
        return self.runs[self.at]

    @property
    def is_done(self) -> bool:
        """Whether all its seeds are complete."""
        return self.at == len(self.runs)

    @property
    def value(self) -> float:
        """The mean over seeds of the metric of the selected networks."""
        return fmean(self.values)

    @property
    def n_planned(self) -> int:
        """Epochs of all its seeds, if none stops early."""
        return len(self.runs) * self.experiment.epochs

    @property
    def last(self) -> float | None:
        """What was reported last."""
        curve = self.curves[-1] if self.curves else {}
        return mean_at(self.curves, max(curve)) if curve else None

    def look(self) -> bool:
        """Reads on in the run that works, and reports each epoch; whether it is to be pruned."""
        if self.is_pruned:
            return True
        if self._reader is None:
            self._reader = EpochReader(self.job[1])
            self.curves.append({})
        for event in self._reader.new():
            self.n_losses = 0
            self.n_trained += 1
            self._report(int(event["epoch"]), float(event[self.search.metric]))
            if self._is_hopeless(int(event["epoch"])):
                self.is_pruned = True
                break
        return self.is_pruned

    def _report(self, epoch: int, value: float) -> None:
        self.curves[-1][epoch] = value
        step = step_of(self.at, epoch, self.most_epochs)
        if step not in self._reported:
            self._reported.add(step)
            self.claim.trial.report(mean_at(self.curves, epoch), step)

    def _is_hopeless(self, epoch: int) -> bool:
        if self.at == len(self.runs) - 1 and epoch + 1 >= self.experiment.epochs:
            return False  # all its epochs are spent, and its value costs no more
        if self.search.pruner == "patient" and self.at:
            return False  # each seed begins low, which is no reason to lose patience
        return self.claim.trial.should_prune()

    def count_rest(self) -> None:
        """Counts the epochs that were trained after the one that decided, until it was stopped."""
        if self._reader is not None:
            self.n_trained += sum(1 for _ in self._reader.new())

    def take(self, record: RunRecord) -> None:
        """Takes the value of the seed that is complete; the next one is to be run.

        Raises:
            DamagedError: its files are not what was sealed.
        """
        curve = curve_of(record, self.search.metric)
        value = value_of(record, self.search.metric)
        if self._reader is None:
            self.curves.append({})
            # A command that died may have trained it for this trial.
            self.n_trained += len(curve) if self.claim.is_adopted else 0
        for epoch, seen in curve.items():
            self._report(epoch, seen)
        self.values.append(value)
        self.at += 1
        self._reader = None
