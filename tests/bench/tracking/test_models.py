"""The model that a run selected is logged, and predicts in MLflow what the run predicted."""

import base64
import io
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from bench.errors import UserError
from bench.results.records import complete_runs
from bench.tracking import ModelRule, is_mirrored
from bench.tracking.models import WEIGHTS
from bench.tracking.quiet import quieted
from bench.tracking.suites import model_rule
from tests.bench.trained_runs import survey, train

from .seen import own_uri, seen, sync
from .tracked_runs import FOUR, write_runs

ALWAYS = ModelRule("always")


class TestRule:
    @pytest.mark.parametrize(
        ("setting", "n_runs", "megabytes", "wanted"),
        [
            ("auto", 12, 100, True),
            ("auto", 13, 1, False),
            ("auto", 1, 101, False),
            ("always", 1000, 1000, True),
            ("never", 1, 1, False),
        ],
    )
    def test_small_suites_of_small_models_have_theirs(
        self, tmp_path, setting, n_runs, megabytes, wanted
    ):
        with (tmp_path / WEIGHTS).open("wb") as file:
            file.truncate(megabytes * 1_000_000)
        assert ModelRule(setting, n_runs).wants(tmp_path / WEIGHTS) is wanted

    def test_it_says_why_models_are_left_out(self):
        assert "more than 12 runs" in ModelRule("auto", 13).why_not()
        assert "more than 100 MB" in ModelRule("auto", 12).why_not()
        assert ModelRule("never", 13).why_not() == ""


@pytest.fixture(scope="module")
def home(tmp_path_factory, make_results):
    """A suite whose runs were trained, mirrored with its models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = train(tmp_path_factory.mktemp("home"))
    shutil.copy(make_results() / "mlflow.db", folder / "results")
    outcome = sync(folder / "results", ALWAYS, "tiny")
    assert (outcome.n_created, outcome.n_models, outcome.warnings) == (2, 2, ())
    return folder


def load(home, name):
    return seen(home / "results", "tiny").model(name)


@pytest.mark.parametrize("experiment", ["net", "vit"])
def test_loaded_back_it_predicts_what_the_run_predicted(home, experiment):
    runs = {record.experiment: record for record in complete_runs(home / "results" / "tiny")}
    predictions = runs[experiment].predictions()
    test = predictions[predictions["split"] == "test"]
    photos = [(home / "photos" / "test" / path).read_bytes() for path in test["path"]]
    answer = load(home, f"{experiment} seed 0").predict(pd.DataFrame({"image": photos}))
    names = [name for name in test if name.startswith("p:")]
    assert list(answer) == ["species", *names]
    np.testing.assert_allclose(answer[names], test[names], atol=1e-4)
    assert list(answer["species"]) == list(test["predicted"])


def test_its_signature_and_its_example_say_how_to_ask_it(home):
    model = load(home, "net seed 0")
    with quieted():
        signature = model.metadata.signature.to_dict()
        answer = model.predict(model.input_example)
    assert signature["inputs"] == '[{"type": "binary", "name": "image", "required": true}]'
    assert '"name": "species"' in signature["outputs"]
    assert answer.filter(like="p:").sum(axis=1).to_list() == pytest.approx([1.0])


def test_it_is_the_runs_and_has_its_scores_and_settings(home):
    store = seen(home / "results", "tiny")
    run = store.runs["net seed 0"]
    (model,) = store.client.search_logged_models(
        [store.experiment.experiment_id], "tags.`trackbench.experiment` = 'net'"
    )
    assert (model.name, model.source_run_id) == ("net-seed-0", run.info.run_id)
    assert model.params == run.data.params
    scores = {metric.key: metric.value for metric in model.metrics}
    assert scores["test_accuracy"] == run.data.metrics["test_accuracy"]
    assert run.outputs.model_outputs[0].model_id == model.model_id


def test_text_in_base64_serves_as_well_and_what_is_no_image_is_named_by_its_row(home):
    from bench.tracking.served import ServedClassifier
    from runners.models.trained import load_trained

    record = next(complete_runs(home / "results" / "tiny"))
    model = ServedClassifier(load_trained(record.spec, record.folder.read(WEIGHTS)))
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 120, 60)).save(buffer, "PNG")
    raw, text = buffer.getvalue(), base64.encodebytes(buffer.getvalue()).decode()
    both = model.predict(pd.DataFrame({"image": [raw, text]}))
    assert both.iloc[0].to_list() == both.iloc[1].to_list()
    assert list(model.predict(pd.DataFrame({"image": []}))) == list(both)
    for wrong in (b"no image", "no base64!", 7):
        with pytest.raises(UserError, match="row 2: image is no image file"):
            model.predict(pd.DataFrame({"image": [raw, wrong]}))


def test_models_are_added_to_a_mirror_without_them_once(results):
    records = write_runs(results, ("baseline", 0))
    sync(results, ModelRule("auto", 13))
    assert seen(results).client.search_logged_models(["1"]) == []
    run_id = seen(results).runs["baseline seed 0"].info.run_id
    uri = own_uri(results)
    assert is_mirrored(results, "animals", uri, records, ModelRule("auto", 13))
    assert not is_mirrored(results, "animals", uri, records, ALWAYS)
    # what an attempt that was killed leaves
    seen(results).client.create_logged_model("1", "half", source_run_id=run_id)
    outcome = sync(results, ALWAYS)
    assert (outcome.n_created, outcome.n_present, outcome.n_models) == (0, 1, 1)
    assert is_mirrored(results, "animals", uri, records, ALWAYS)
    again = sync(results, ALWAYS)
    assert (again.n_models, again.n_unlogged) == (0, 0)
    store = seen(results)
    assert store.runs["baseline seed 0"].info.run_id == run_id
    (model,) = store.client.search_logged_models([store.experiment.experiment_id])
    assert (model.name, model.status) == ("baseline-seed-0", "READY")


def test_a_large_suite_says_that_its_models_are_left_out(results):
    write_runs(results, *FOUR)
    outcome = sync(results, ModelRule("auto", 13))
    assert (outcome.n_models, outcome.n_unlogged) == (0, 4)


def test_the_suite_file_sets_the_rule(home):
    assert model_rule(survey(home).suite, 1) == ModelRule("auto", 2)
    assert model_rule(survey(home).suite, 30) == ModelRule("auto", 30)
    never = survey(home, 'suite.log_models="never"').suite
    assert model_rule(never, 1).setting == "never"
    with pytest.raises(UserError, match=r"log_models.*auto"):
        survey(home, "suite.log_models=true")
