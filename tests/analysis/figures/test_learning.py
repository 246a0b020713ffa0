"""What a learning figure shows."""

import numpy as np
import pytest

from analysis.figures import learning_figure, series
from analysis.figures.theme import INK, SERIES

from .frames import all_texts, changes, curves, outside, overlapping, shown_texts

MEASURES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
NONE = changes()


def drawn(table, marks=NONE, experiment="a", **options):
    return learning_figure(table, marks, experiment, **options)


def line(figure, measure):
    return next(each for axes in figure.axes for each in axes.lines if each.get_label() == measure)


@pytest.mark.parametrize("measure", MEASURES)
def test_lines_are_the_means_over_epochs_from_1(measure):
    table = curves(["a", "b"])
    figure = drawn(table)
    own = table.loc[(table["experiment"] == "a") & (table["measure"] == measure)]
    np.testing.assert_allclose(line(figure, measure).get_xdata(), own["epoch"] + 1)
    np.testing.assert_allclose(line(figure, measure).get_ydata(), own["mean"])
    assert len(line(figure, measure).get_xdata()) == 10


def test_loss_stands_above_accuracy():
    above, below = drawn(curves(["a"])).axes
    assert (above.get_ylabel(), below.get_ylabel()) == ("loss", "accuracy")
    assert below.get_xlabel() == "epoch"


def bands(figure):
    return [band for axes in figure.axes for band in axes.collections]


def test_bands_are_low_to_high():
    figure = drawn(curves(["a"]))
    own = curves(["a"]).query("measure == 'train_loss'")
    corners = bands(figure)[0].get_paths()[0].vertices
    found = {(round(x), round(y, 9)) for x, y in corners}
    for column in ("low", "high"):
        assert {(e + 1, round(y, 9)) for e, y in own[["epoch", column]].to_numpy()} <= found


def test_one_seed_has_no_band():
    figure = drawn(curves(["a"], n_seeds=1))
    assert all(len(path.vertices) == 0 for band in bands(figure) for path in band.get_paths())


def test_the_ground_is_grey_from_the_lowest_validation_loss_to_the_end():
    figure = drawn(curves(["a"], lowest=4))
    for axes in figure.axes:
        (ground,) = axes.patches
        assert (ground.get_x(), ground.get_width()) == (5, 5)
    assert "after the lowest validation loss" in all_texts(figure)


def test_no_ground_is_grey_where_the_loss_falls_to_the_end():
    figure = drawn(curves(["a"], lowest=9))
    assert not any(axes.patches for axes in figure.axes)


def test_a_mark_is_at_the_best_validation_accuracy():
    figure = drawn(curves(["a"]))
    best = line(figure, "best")
    assert (best.get_xdata(), best.get_ydata()) == ([7], [0.6])
    assert "best: 0.600 in epoch 7" in all_texts(figure)


def test_changes_are_upright_lines_before_their_epoch_in_both_panels():
    marks = changes(
        ("a", 3, "unfreeze", 10, 20),
        ("a", 5, "freeze", 20, 10),
        ("a", 7, "learning rate", 1e-3, 1e-4),
        ("a", 7, "unfreeze", 10, 20),
        ("b", 2, "unfreeze", 1, 2),
    )
    figure = drawn(curves(["a", "b"]), marks)
    for axes in figure.axes:
        upright = [each.get_xdata()[0] for each in axes.lines if len(set(each.get_xdata())) == 1]
        assert [x for x in upright if x % 1 == 0.5] == [3.5, 5.5, 7.5]
    names = [text.get_text() for text in figure.axes[0].texts if text.get_position()[1] > 1]
    assert names[-3:] == ["thaw", "freeze", "lr ×0.1, thaw"]


def test_a_label_that_has_no_room_is_left_out_and_its_line_stays():
    marks = changes(*(("a", epoch, "unfreeze", 1, 2) for epoch in range(1, 40)))
    figure = drawn(curves(["a"], n_epochs=40), marks)
    thaws = [text for text, _ in shown_texts(figure) if text.get_text() == "thaw"]
    assert 3 < len(thaws) < 20
    assert len([each for each in figure.axes[0].lines if each.get_xdata()[0] % 1 == 0.5]) == 39
    assert overlapping(figure) == []


@pytest.mark.parametrize("n_epochs", [1, 2, 3, 40])
@pytest.mark.parametrize("n_seeds", [1, 3])
def test_no_text_lies_on_another_or_is_cut(n_epochs, n_seeds):
    name = "resnet18-progressive-unfreezing-with-a-very-long-name"
    marks = changes(*((name, epoch, "unfreeze", 1, 2) for epoch in range(1, n_epochs, 5)))
    table = curves([name], n_epochs=n_epochs, n_seeds=n_seeds)
    figure = learning_figure(table, marks, name, "A notice. " * 12)
    assert overlapping(figure) == []
    assert outside(figure) == []
    assert {"train", "validation"} <= set(all_texts(figure))


def test_training_and_validation_that_end_together_have_labels_apart():
    table = curves(["a"])
    table.loc[table["measure"] == "train_loss", "mean"] = table.loc[
        table["measure"] == "val_loss", "mean"
    ].to_numpy()
    assert overlapping(drawn(table)) == []


def test_an_experiment_keeps_its_look():
    assert line(drawn(curves(["a", "b"]), experiment="b"), "val_loss").get_color() == SERIES[1]
    looks = series(["x", "y", "b"])
    figure = drawn(curves(["b"]), experiment="b", styles=looks)
    assert line(figure, "val_loss").get_color() == SERIES[2]
    assert line(figure, "train_loss").get_linestyle() != line(figure, "val_loss").get_linestyle()


@pytest.mark.parametrize(
    "table",
    [curves(["a"]).iloc[:0], curves(["other"])],
    ids=["empty", "other"],
)
def test_without_curves_it_says_so(table):
    assert {"nothing to show", "a"} <= set(all_texts(drawn(table)))


def test_a_run_without_validation_has_its_training_lines():
    table = curves(["a"])
    table = table.loc[table["measure"].str.startswith("train")]
    figure = drawn(table)
    assert line(figure, "train_loss").get_color() != INK
    assert not any(axes.patches for axes in figure.axes)


def test_rows_in_any_order_give_the_same_lines():
    table = curves(["a"])
    shuffled = table.sample(frac=1, random_state=0)
    for measure in MEASURES:
        np.testing.assert_array_equal(
            line(drawn(shuffled), measure).get_ydata(), line(drawn(table), measure).get_ydata()
        )
