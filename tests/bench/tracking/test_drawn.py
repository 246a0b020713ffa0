"""MLflow says of drawn footprints that they are drawn, wherever it shows their numbers."""

import json

import pytest

from bench.results.records import DRAWN_NOTICE
from bench.tracking.quiet import quieted

from .seen import ARTIFACTS, seen, sync
from .tracked_runs import write_run, write_runs

RUNS = ("baseline", "baseline seed 0")


@pytest.fixture(scope="module")
def drawn(make_results):
    results = make_results()
    write_runs(results, ("baseline", 0), drawn=True)
    assert sync(results).warnings == ()
    return seen(results)


def test_parent_and_child_are_tagged_and_say_so_at_their_top(drawn):
    with quieted():
        from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE
    for name in RUNS:
        tags = drawn.runs[name].data.tags
        assert tags["trackbench.drawn"] == "true"
        assert tags[MLFLOW_RUN_NOTE].startswith(f"{DRAWN_NOTICE}\n")
    assert drawn.experiment.tags[MLFLOW_RUN_NOTE].startswith(f"{DRAWN_NOTICE}\n")


def test_other_runs_have_neither_tag_nor_notice(four):
    for run in four.runs.values():
        assert "trackbench.drawn" not in run.data.tags
        assert DRAWN_NOTICE not in run.data.tags["mlflow.note.content"]


def test_the_data_set_comes_from_what_it_was_drawn_from(drawn):
    for name in RUNS:
        (used,) = drawn.runs[name].inputs.dataset_inputs
        assert json.loads(used.dataset.source) == {"uri": "synthetic:images=18&size=32&seed=7"}


def test_how_it_was_drawn_is_a_parameter_and_how_to_obtain_it_is_none(drawn):
    for name in RUNS:
        params = drawn.runs[name].data.params
        expected = {
            "data.image_size": "32",
            "data.synthetic.images": "18",
            "data.synthetic.size": "32",
            "data.synthetic.seed": "7",
        }
        assert params.items() >= expected.items()
        assert not {"data.root", "data.obtain", "data.synthetic.invented_species"} & set(params)


def test_the_notice_lies_beside_the_tables_and_in_the_figure(drawn, four):
    name = "baseline seed 0"
    assert drawn.artifacts(name) == {*ARTIFACTS, "NOTICE.txt"}
    assert drawn.file(name, "NOTICE.txt").read_text() == f"{DRAWN_NOTICE}\n"
    heights = [height_of(store.file(name, "confusion_matrix.png")) for store in (drawn, four)]
    assert heights[0] > heights[1]


def height_of(picture):
    """In pixels: by the PNG specification, bytes 20 to 23 of a file."""
    return int.from_bytes(picture.read_bytes()[20:24], "big")


def test_a_parent_says_so_from_its_first_drawn_child_on(results):
    write_run(results, "baseline", 0)
    sync(results)
    assert "trackbench.drawn" not in seen(results).runs["baseline"].data.tags
    write_run(results, "baseline", 1, drawn=True)
    assert sync(results).warnings == ()
    runs = seen(results).runs
    assert len(runs) == 3
    for name in ("baseline", "baseline seed 1"):
        assert runs[name].data.tags["mlflow.note.content"].startswith(DRAWN_NOTICE)
    assert "trackbench.drawn" not in runs["baseline seed 0"].data.tags
