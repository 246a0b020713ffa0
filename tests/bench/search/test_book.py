"""Who works on which trial: the declared number, dead commands, and the same values again."""

import dataclasses
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from optuna.trial import TrialState

from bench.experiments.search_config import load_search
from bench.results.lock import Owner
from bench.search.book import BEAT, OWNER, Book
from bench.search.storage import connect, quiet
from tests.bench.search.homes import SUITE


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "experiments.toml"
    path.write_text(SUITE)
    return path


def open_book(file, url=None, **changes):
    loaded = load_search(file, "net")
    loaded = dataclasses.replace(loaded, search=dataclasses.replace(loaded.search, **changes))
    with quiet():
        return Book(loaded, connect(url or f"sqlite:///{file.parent / 'studies.db'}"), "study")


def quality(values):
    """A stand-in for training: best at a rate of 0.01."""
    return 1.0 - abs(values["optimizer.lr"] - 0.01)


def work_through(book, limit=100):
    """Takes trials and ends them until there is none; gives their values."""
    done = []
    with quiet():
        while len(done) < limit and (claim := book.begin()) is not None:
            book.finish(claim.trial.number, TrialState.COMPLETE, quality(claim.values))
            done.append(claim.values)
    return done


def test_the_first_trial_is_what_was_set_by_hand(file):
    assert work_through(open_book(file), limit=1) == [
        {"optimizer.lr": 1e-4, "optimizer.momentum": 0.0}
    ]


@pytest.mark.parametrize("sampler", ["tpe", "random", "cmaes"])
def test_a_search_that_was_cut_short_goes_on_as_if_nothing_had_happened(file, tmp_path, sampler):
    limits = {"trials": 12, "sampler": sampler}
    at_once = work_through(open_book(file, f"sqlite:///{tmp_path}/a.db", **limits))
    url = f"sqlite:///{tmp_path}/b.db"
    in_parts = [
        values
        for part in (5, 3, 100)
        for values in work_through(open_book(file, url, **limits), part)
    ]
    assert len(at_once) == 12
    assert in_parts == at_once
    assert len({values["optimizer.lr"] for values in at_once}) == 12


def test_another_seed_of_the_sampler_draws_other_values(file, tmp_path):
    one, other = (
        work_through(open_book(file, f"sqlite:///{tmp_path}/{seed}.db", sampler_seed=seed))
        for seed in (0, 1)
    )
    assert one[0] == other[0]
    assert one[1:] != other[1:]


def worker(file, url, queue):
    with quiet():
        queue.put(len(work_through(open_book(file, url, trials=25))))


def test_four_commands_at_once_make_exactly_the_declared_number(file, tmp_path):
    url = f"sqlite:///{tmp_path}/studies.db"
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    processes = [context.Process(target=worker, args=(file, url, queue)) for _ in range(4)]
    for process in processes:
        process.start()
    counts = [queue.get(timeout=100) for _ in processes]
    for process in processes:
        process.join()
    trials = open_book(file, url, trials=25).trials()
    assert sum(counts) == 25
    assert [one.number for one in trials] == list(range(25))
    assert {one.state for one in trials} == {TrialState.COMPLETE}


def test_more_trials_are_begun_where_more_are_declared(file):
    assert len(work_through(open_book(file, trials=3))) == 3
    assert work_through(open_book(file, trials=3)) == []
    assert len(work_through(open_book(file, trials=5))) == 2


def test_the_trial_of_a_living_command_is_left_alone_and_that_of_a_dead_one_taken_over(file):
    holder = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from pathlib import Path
from tests.bench.search.test_book import open_book
book = open_book(Path({str(file)!r}), trials=1)
print(book.begin().values, flush=True)
sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    values = process.stdout.readline().strip()
    book = open_book(file, trials=1)
    with quiet():
        assert book.begin() is None
        assert book.n_elsewhere() == 1
        os.kill(process.pid, signal.SIGSTOP)  # slow is not dead
        assert book.begin() is None
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        claim = book.begin()
    assert claim.is_adopted
    assert str(claim.values) == values
    assert book.finish(0, TrialState.COMPLETE, 0.5)


def on_another_machine(book, beat=0):
    """A trial that somebody else's command works on."""
    with quiet():
        claim = book.begin()
    del book.mine[claim.trial.number]
    owner = Owner("elsewhere", 1, "boot 1", "token")
    claim.trial.set_user_attr(OWNER, dataclasses.asdict(owner))
    claim.trial.set_user_attr(BEAT, beat)
    return claim.trial


def test_an_owner_on_another_machine_is_dead_when_it_was_silent_for_long(file):
    trial = on_another_machine(open_book(file, trials=1))
    now = [0.0]
    book = open_book(file, trials=1)
    book.clock = lambda: now[0]
    with quiet():
        for moment in (0.0, 200.0, 299.0):
            now[0] = moment
            assert book.begin() is None
            assert book.awaited()
        trial.set_user_attr(BEAT, 1)  # slow, but alive
        now[0] = 301.0
        assert book.begin() is None
        assert not book.awaited(), "it has shown itself, and is its owner's business"
        now[0] = 700.0
        assert book.begin().is_adopted


def test_who_was_taken_for_dead_notices_and_tells_nothing(file):
    book, other = open_book(file, trials=1), open_book(file, trials=1)
    with quiet():
        claim = book.begin()
        book.study.set_user_attr("any", 1)
        claim.trial.set_user_attr(OWNER, None)  # as if it had been taken for dead
        assert other.begin().is_adopted
        assert not book.finish(0, TrialState.COMPLETE, 1.0)
        assert other.finish(0, TrialState.COMPLETE, 0.5)
    assert book.trials()[0].value == 0.5


def test_what_is_let_go_is_taken_up_at_once(file):
    book = open_book(file, trials=1)
    with quiet():
        values = book.begin().values
        book.let_go()
        again = open_book(file, trials=1).begin()
    assert again.is_adopted
    assert again.values == values


def test_it_ends_when_nothing_improves(file):
    book = open_book(file, trials=50, patience=4)
    values = []
    with quiet():
        while (claim := book.begin()) is not None:
            value = 0.5 if claim.trial.number == 2 else 0.1
            values.append(value)
            book.finish(claim.trial.number, TrialState.COMPLETE, value)
    assert len(values) == 3 + 4
    assert book.why_over(book.trials()) == "nothing improved in 4 trials"


def test_hours_are_those_of_all_commands_together(file):
    now = [0.0]
    book = open_book(file, trials=50, hours=1.0)
    book.clock = lambda: now[0]
    book._began = book._last_beat = 0.0
    with quiet():
        assert book.begin() is not None
        now[0] = 3000.0
        assert book.begin() is not None
        book.let_go()
        later = open_book(file, trials=50, hours=1.0)
        later.clock = lambda: later._began + 700.0
        assert later.why_over(later.trials()) == "1 hours were worked"


def test_a_grid_has_each_cell_once(file):
    text = file.read_text().replace(
        '"optimizer.lr" = { low = 1e-5, high = 1e-1, log = true }',
        '"optimizer.lr" = { choices = [0.001, 0.01] }\n'
        '"batch_size" = { low = 4, high = 8, step = 2 }',
    )
    text = text.replace("high = 0.9 }", "high = 0.9, step = 0.3, when = { batch_size = 8 } }")
    file.write_text(text.replace("trials     = 6", 'trials     = 100\nsampler = "grid"'))
    book = open_book(file)
    done = work_through(book)
    assert len(done) == book.total == 2 * (1 + 1 + 4)
    assert len({str(values) for values in done}) == len(done)
    assert all(("optimizer.momentum" in values) == (values["batch_size"] == 8) for values in done)
