"""A trained run is asked about its test images; what is known is not asked again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench.chosen import choose_run
from bench.errors import UserError
from bench.results.robustness import place_of, read, write
from bench.results.store import RunFolder
from bench.robustness.choosing import choose_runs
from bench.robustness.keeping import keep
from bench.robustness.measuring import balanced, measure, plan
from bench.robustness.stored import of_runs, outdated
from bench.robustness.telling import conduct, report_on, write_figures
from runners.data.corruptions.catalogue import corrupt, corruptions
from runners.data.photos import read_photo
from runners.models.trained import load_trained
from tests.bench.trained_runs import survey, train


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return train(tmp_path_factory.mktemp("home"))


@pytest.fixture
def chosen(home):
    found = choose_run("net", lambda: survey(home))
    place_of(found.record).unlink(missing_ok=True)
    return found


def measured(chosen, names, n_images=None, again=False):
    return keep(chosen.record, measure(plan(chosen, names, n_images, again)))


def stored_anew(chosen, **told):
    """Writes what is stored again, told otherwise."""
    stored = read(chosen.record)
    write(chosen.record, replace(stored, told=replace(stored.told, **told)))


def test_clean_answers_are_the_runs_own_and_corrupted_ones_the_models(chosen, home):
    told = []
    task = plan(chosen, ["blur", "cover"], None, again=False)
    made = measure(task, told.append)
    assert sum(told) == task.n_answers == 12 * 11
    clean = made.answers.loc[made.answers["corruption"] == "none"].set_index("path")
    test = chosen.record.predictions().query("split == 'test'").set_index("path")
    assert clean["predicted"].equals(test["predicted"].loc[clean.index])
    best = test.filter(like="p:").max(axis=1).loc[clean.index]
    np.testing.assert_allclose(clean["confidence"], best, atol=1e-5)
    assert made.told.n_changed == 0
    # One by hand: the photo, corrupted, through the model.
    record = chosen.record
    model = load_trained(record.spec, record.folder.read("model.safetensors"))
    image = read_photo(home / "photos" / "test" / "dog" / "2.png", 32)
    (cover,) = corruptions(["cover"])
    p = model.predict(corrupt(image, cover, 5, "dog/2.png")[None])[0]
    row = made.answers.query("corruption == 'cover' and strength == 5 and path == 'dog/2.png'")
    assert row["predicted"].item() == model.classes[p.argmax()]
    assert row["confidence"].item() == pytest.approx(p.max(), abs=1e-6)


def test_only_what_is_not_known_is_measured_and_the_rest_kept(chosen):
    first = measured(chosen, ["jpeg"])
    assert plan(chosen, ["jpeg"], None, again=False).names == ()
    assert plan(chosen, ["jpeg"], 3, again=False).names == ()
    assert plan(chosen, ["jpeg"], None, again=True).names == ("jpeg",)
    task = plan(chosen, ["blur", "jpeg"], None, again=False)
    assert task.names == ("blur",)
    both = measured(chosen, ["blur", "jpeg"])
    assert list(both.told.amounts) == ["blur", "jpeg"]
    kept = both.answers.loc[both.answers["corruption"] == "jpeg"].reset_index(drop=True)
    jpeg = first.answers.loc[first.answers["corruption"] == "jpeg"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, jpeg, check_dtype=False)
    again = measured(chosen, ["blur"], again=True)
    pd.testing.assert_frame_equal(again.answers, both.answers, check_dtype=False)


def test_fewer_images_do_not_serve_for_more(chosen):
    few = measured(chosen, ["jpeg"], n_images=4)
    assert (few.told.n_images, few.told.n_test) == (4, 12)
    task = plan(chosen, ["jpeg"], 4, again=False)
    assert (task.names, task.notes) == ((), ())
    task = plan(chosen, ["jpeg"], None, again=False)
    assert (task.names, len(task.images), task.known) == (("jpeg",), 12, None)


@pytest.mark.parametrize("again", [False, True])
def test_where_more_images_are_stored_they_are_used_and_that_is_said(chosen, again):
    measured(chosen, ["jpeg", "blur"], n_images=4)
    task = plan(chosen, ["blur", "snow"], 2, again=again)
    assert task.names == (("blur", "snow") if again else ("snow",))
    assert len(task.images) == 4
    assert task.notes == (
        "4 images are stored, and used in place of 2; --discard drops what is stored",
    )
    whole = keep(chosen.record, measure(task))
    assert list(whole.told.amounts) == ["blur", "jpeg", "snow"]
    assert set(whole.answers.groupby(["corruption", "strength"]).size()) == {4}


@pytest.mark.parametrize("again", [False, True])
def test_answers_that_more_images_would_replace_have_to_be_asked_for_too(chosen, again):
    before = measured(chosen, ["jpeg", "blur"], n_images=2)
    with pytest.raises(UserError, match=r"^jpeg: stored on 2 images, and would be lost") as caught:
        plan(chosen, ["blur", "snow"], 3, again=again)
    assert "--discard" in str(caught.value)
    pd.testing.assert_frame_equal(read(chosen.record).answers, before.answers, check_dtype=False)
    assert plan(chosen, ["blur", "jpeg"], 3, again=again).names == ("blur", "jpeg")


def test_what_is_stored_goes_only_when_that_is_asked_for(chosen):
    measured(chosen, ["jpeg", "blur"], n_images=3)
    told = []
    outcome = conduct([chosen], ["blur"], 2, False, discard=True, tell=told.append)
    assert (outcome.known, told) == ((), [])
    stored = read(chosen.record)
    assert (list(stored.told.amounts), stored.told.n_images) == (["blur"], 2)


def test_of_two_commands_at_once_neither_loses(chosen):
    tasks = [plan(chosen, [name], 2, again=False) for name in ("blur", "jpeg")]
    for task in tasks:
        keep(chosen.record, measure(task))
    stored = read(chosen.record)
    assert list(stored.told.amounts) == ["blur", "jpeg"]
    assert len(stored.answers) == 2 * 11
    assert sorted(place_of(chosen.record).parent.iterdir()) == [place_of(chosen.record)]


def test_what_another_command_stored_on_other_images_meanwhile_stays(chosen):
    few, more = (measure(plan(chosen, [name], n, False)) for name, n in (("blur", 2), ("snow", 3)))
    keep(chosen.record, few)
    with pytest.raises(UserError, match="blur: stored on 2 images"):
        keep(chosen.record, more)
    assert read(chosen.record).told == few.told
    keep(chosen.record, more, discard=True)
    with pytest.raises(UserError, match="has stored answers on 3 images meanwhile"):
        keep(chosen.record, few)
    assert read(chosen.record).told == more.told


def test_a_picture_is_of_all_that_is_stored(chosen):
    picture = place_of(chosen.record).with_suffix(".png")
    write_figures(conduct([chosen], ["blur", "jpeg"], 2, again=False))
    both = picture.read_bytes()
    outcome = conduct([chosen], ["jpeg"], 2, again=False)
    picture.unlink()
    assert write_figures(outcome) == [picture]
    assert picture.read_bytes() == both
    outcome = conduct([chosen], ["jpeg"], 2, again=False, discard=True)
    write_figures(outcome)
    assert picture.read_bytes() != both


def test_runs_on_different_images_have_no_mean_side_by_side(chosen, home):
    measured(chosen, ["jpeg"], n_images=4)
    both = choose_runs(["*"], lambda: survey(home))
    outcome = conduct(both, ["jpeg"], 3, again=False)
    made = report_on(outcome, ["jpeg"])
    (summary,) = (table.frame for table in made.tables if table.name == "robustness")
    assert summary["mca"].notna().tolist() == [True, False]
    assert made.missing == ("vit: no mCA on corrupted images: seed 0 measured on 3 of 4 images",)
    assert outcome.failures == ()
    place_of(both[1].record).unlink()


def test_answers_of_another_model_are_not_this_runs(chosen):
    measured(chosen, ["jpeg"], n_images=2)
    assert of_runs([chosen.record])[1] == []
    stored_anew(chosen, model="0" * 64)
    frame, lines = of_runs([chosen.record])
    assert len(frame) == 0
    assert lines == [
        "net, seed 0: on corrupted images: of another model.safetensors; measure it again"
    ]
    task = plan(chosen, ["blur"], 2, again=False)
    assert (task.names, task.known) == (("blur",), None)
    (note,) = task.notes
    assert note.startswith("what is stored on corrupted images (jpeg) is of another model")
    made = keep(chosen.record, measure(task))
    assert list(read(chosen.record).told.amounts) == ["blur"]
    # The run was trained anew while its answers were asked for.
    late = replace(made, told=replace(made.told, model="1" * 64))
    with pytest.raises(UserError, match="of another model"):
        keep(chosen.record, late)
    assert read(chosen.record).told == made.told


def test_older_corruptions_are_measured_anew_and_the_report_says_so(chosen, home, monkeypatch):
    measured(chosen, ["jpeg"])
    frame, lines = of_runs([chosen.record])
    assert (len(frame), lines) == (12 * 6, [])
    monkeypatch.setattr("runners.data.corruptions.catalogue.VERSION", 2)
    assert plan(chosen, ["jpeg"], None, again=False).names == ("jpeg",)
    frame, lines = of_runs([chosen.record])
    assert len(frame) == 0
    assert lines == ["net, seed 0: on corrupted images: of an earlier version; measure it again"]


def test_a_report_names_what_was_not_measured_unless_nothing_was(chosen, home):
    records = [one.record for one in choose_runs(["*"], lambda: survey(home))]
    assert of_runs(records)[1] == []
    made = measured(chosen, ["jpeg"])
    assert outdated(chosen.record, made) == ""
    assert of_runs(records)[1] == ["not measured on corrupted images: vit, seed 0"]
    place_of(chosen.record).write_bytes(b"torn")
    (line, _) = of_runs(records)[1]
    assert line.startswith("net, seed 0: on corrupted images:")
    assert "cannot be used" in line


def test_runs_are_chosen_by_glob_and_name_each_once(home):
    def names(*asked):
        return [one.record.experiment for one in choose_runs(asked, lambda: survey(home))]

    assert names("*") == ["net", "vit"]
    assert names("v*", "vit/0", "net") == ["vit", "net"]
    with pytest.raises(UserError, match=r"x\*: no experiment with a complete run"):
        names("x*")
    with pytest.raises(UserError, match="did you mean 'net'"):
        names("nett")


def test_two_runs_of_one_name_cannot_stand_in_one_table(chosen, tmp_path):
    twin = replace(chosen.record, folder=RunFolder(tmp_path))
    with pytest.raises(UserError, match="there are two"):
        conduct([chosen, replace(chosen, record=twin)], ["jpeg"], None, again=False)


def test_a_run_that_cannot_be_measured_does_not_end_the_others(chosen, home):
    both = choose_runs(["*"], lambda: survey(home))
    vit = both[1].record
    place_of(vit).parent.mkdir(parents=True, exist_ok=True)
    place_of(vit).write_bytes(b"torn")
    outcome = conduct(both, ["jpeg"], 3, again=False)
    assert [record.experiment for record, _ in outcome.runs] == ["net"]
    (line,) = outcome.failures
    assert line.startswith("vit, seed 0: ")
    with pytest.raises(UserError, match="cannot be used"):
        conduct([both[1]], ["jpeg"], 3, again=False)
    place_of(vit).unlink()


@pytest.mark.parametrize("n_images", [1, 2, 3, 7, 20, 99])
def test_a_part_of_the_images_has_as_many_of_each_class_as_there_are(n_images):
    counts = {"a": 12, "b": 3, "c": 5}
    images = pd.DataFrame(
        [(f"{name}/{k}.png", name) for name, n in counts.items() for k in range(n)],
        columns=["path", "true"],
    )
    part = balanced(images, n_images)
    assert len(part) == min(n_images, 20)
    assert part["path"].is_monotonic_increasing
    found = part["true"].value_counts().to_dict()
    for name, n in counts.items():
        # No class has two more than one that is not used up.
        others = [found.get(other, 0) for other in counts if found.get(other, 0) < counts[other]]
        assert found.get(name, 0) <= min([*others, n]) + 1
    shuffled = images.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(balanced(shuffled, n_images), part)
    fewer = balanced(images, max(1, n_images - 1))
    assert set(fewer["path"]) <= set(part["path"])
