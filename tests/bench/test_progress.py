"""What is shown while runs work, from the events that they write."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.experiments.spec import DataSpec, Experiment, Run
from bench.progress import Display, RunView, short_time
from bench.results.store import RunFolder


def view_in(folder, name="resnet", seed=0, epochs=10, estimate=None):
    experiment = Experiment(name, "torchvision:resnet18", epochs=epochs)
    run = Run("suite", DataSpec("d", Path("d")), experiment, seed, "f", "i", "c", 1)
    path = folder / f"{name}-{seed}"
    path.mkdir()
    return RunView(run, RunFolder(path), estimate)


def write(view, *events):
    with (view.folder.path / "events.jsonl").open("a") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def epoch(number, **more):
    row = {"train_loss": 0.5, "val_loss": 0.75, "val_accuracy": 0.625, "images_per_second": 12.5}
    return {"event": "epoch", "epoch": number, **row, **more}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0.2, "0 s"), (99.4, "99 s"), (99.6, "2 min"), (3600, "60 min"), (7200, "2.0 h")],
)
def test_times_are_short(seconds, said):
    assert short_time(seconds) == said


def test_progress_counts_epochs_and_the_share_of_the_one_under_way(tmp_path):
    view = view_in(tmp_path)
    view.start()
    write(view, {"event": "start", "epoch": 0, "epochs": 10})
    view.poll()
    assert view.epochs_done == 0
    write(view, epoch(0), epoch(1))
    write(view, {"event": "step", "epoch": 2, "step": 3, "steps": 4, "train_loss": 0.4})
    view.poll()
    assert view.epochs_done == 2.75
    write(view, epoch(2))
    view.poll()
    assert view.epochs_done == 3


def test_a_line_that_is_still_being_written_waits(tmp_path):
    view = view_in(tmp_path)
    view.start()
    whole = json.dumps(epoch(0)) + "\n"
    file = view.folder.path / "events.jsonl"
    file.write_text(whole[:20])
    assert view.poll() == []
    file.write_text(whole)
    assert [event["epoch"] for event in view.poll()] == [0]
    assert view.poll() == []


def test_events_of_an_earlier_attempt_are_not_shown_again(tmp_path):
    view = view_in(tmp_path)
    write(view, epoch(7))
    view.start()
    assert view.poll() == []
    assert view.epochs_done == 0


def test_the_time_left_is_the_estimate_until_the_run_has_a_pace(tmp_path, monkeypatch):
    now = 100.0
    monkeypatch.setattr("bench.progress.time.monotonic", lambda: now)
    view = view_in(tmp_path, estimate=500.0)
    assert view.seconds_left == 500.0
    view.start()
    write(view, {"event": "start", "epoch": 0, "epochs": 10})
    view.poll()
    assert view.seconds_left == 500.0
    now = 120.0
    write(view, epoch(0), epoch(1))
    view.poll()
    assert view.seconds_left == pytest.approx(8 * 10.0)  # two epochs took 20 s, eight are left


def shown(views, *, terminal, height=30, width=100, act=lambda _: None):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=width, height=height)
    with Display(console, views) as display:
        for view in views:
            display.tick(view.run, view.folder)
        act(display)
    return out.getvalue()


def test_without_a_terminal_each_epoch_is_a_plain_line(tmp_path):
    view = view_in(tmp_path, epochs=2)

    def act(display):
        write(view, {"event": "start", "epoch": 0, "epochs": 2}, epoch(0))
        display.tick(view.run, view.folder)
        write(view, {"event": "note", "text": "resumed"}, {"event": "finish", "accuracy": 0.5})
        display.tick(view.run, view.folder)
        display.end(view.folder, "complete")

    lines = shown([view], terminal=False, act=act).splitlines()
    assert lines[0] == "resnet seed 0: started"
    assert lines[1].startswith(
        "resnet seed 0: epoch 1/2, train loss 0.500, val loss 0.750, val accuracy 0.625, "
        "12.5 images/s, "
    )
    assert lines[2] == "resnet seed 0: note: resumed"
    assert lines[3] == "resnet seed 0: complete, test accuracy 0.500"
    assert "\x1b" not in "".join(lines)


def test_in_a_terminal_a_row_a_run_and_failures_with_their_reason(tmp_path):
    good, bad = view_in(tmp_path, "good"), view_in(tmp_path, "bad")

    def act(display):
        write(good, epoch(0))
        display.tick(good.run, good.folder)
        bad.folder.fail({"kind": "diverged", "reason": "the loss was not finite"})
        display.end(bad.folder, "failed")

    text = shown([good, bad], terminal=True, act=act)
    for part in ("▶ good", "1/10", "✗ bad seed 0: the loss was not finite", "1 failed"):
        assert part in text


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_at_every_width_numbers_are_whole_and_the_name_is_cut(tmp_path, width):
    view = view_in(tmp_path, "resnet18-progressive-unfreezing", estimate=123456.0)

    def act(display):
        write(view, epoch(9, train_loss=0.123, val_loss=1.234, images_per_second=12345.6))
        display.tick(view.run, view.folder)

    text = shown([view], terminal=True, width=width, act=act)
    assert "12345.6" in text
    assert "0.625" in text
    assert ("resnet18-progressive-unfreezing" in text) == (width >= 100)


def test_a_long_suite_shows_the_rows_around_the_run_under_way(tmp_path):
    views = [view_in(tmp_path, seed=seed) for seed in range(50)]
    for view in views[:30]:
        view.status = "complete"
    shown_rows = Display._window(views, 10)
    assert len(shown_rows) == 10
    assert views[30] in shown_rows
    assert Display._window(views[:3], 10) == views[:3]
