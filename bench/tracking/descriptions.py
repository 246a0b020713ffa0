"""What MLflow shows at the top of a run, of an experiment and of a suite: Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.results.records import FailedRun, RunRecord, notice_for

if TYPE_CHECKING:
    import pandas as pd

_SCORES = {
    "accuracy": "accuracy",
    "macro_accuracy": "macro accuracy",
    "macro_f1": "macro F1",
    "nll": "NLL",
    "ece": "ECE",
}
_MOST_PAIRS = 3
# Of an experiment's or a suite's table: metric of test, heading.
_COLUMNS = {"test_accuracy": "accuracy", "test_macro_accuracy": "macro accuracy", "test_ece": "ECE"}


def of_run(record: RunRecord, test: "pd.DataFrame") -> str:
    """Scores of test and validation, what is confused most, and what it took.

    Args:
        record: a complete run.
        test: its predictions of test, as `predictions_frame` has them.
    """
    spec, metrics = record.spec, record.metrics
    n, scores = spec["n_images"], metrics["test"]
    # First what can be read without unfolding the text.
    headline = (
        f"**Macro accuracy {_decimals(scores['macro_accuracy'])}**, accuracy "
        f"{_decimals(scores['accuracy'])} on {n['test']} test images, with epoch "
        f"{metrics['selected_epoch']} of {metrics['epochs']} (from 0), which was the best on "
        f"{n['val']} validation images."
    )
    rows = [
        [name, _decimals(scores.get(key)), _decimals(metrics["val"].get(key))]
        for key, name in _SCORES.items()
    ]
    return _paragraphs(
        _notice(record),
        headline,
        _most_confused(test, spec["classes"], record.experiment),
        _grid(["", "test", "validation"], rows),
        _made_with(spec, metrics["timings"]["total_seconds"]),
    )


def of_failure(run: FailedRun) -> str:
    """Why the run failed, and what to try."""
    failure = run.folder.failure()
    advice = str(failure.get("try") or "")
    return _paragraphs(
        _notice(run),
        f"**Failed**: {_escape(str(failure['kind']))}: {_escape(str(failure['reason']))}",
        f"Try: {_escape(advice)}" if advice else "",
        "`bench run` tries it again; its log is among the artifacts.",
    )


def of_experiment(
    notice: str,
    means: Mapping[str, float],
    seeds: Sequence[tuple[str, Mapping[str, float]]],
    failed: Sequence[str],
) -> str:
    """A row a seed, and the mean over them.

    Args:
        notice: what belongs beside its numbers; or ''.
        means: the experiment's own metrics, as `over_seeds` gives them.
        seeds: each complete seed and its metrics.
        failed: the seeds that failed.
    """
    rows = [[seed, *(_decimals(values.get(name)) for name in _COLUMNS)] for seed, values in seeds]
    mean = [f"**{_spread(means, name)}**" for name in _COLUMNS]
    headline = (
        f"**Macro accuracy {_spread(means, 'test_macro_accuracy')}**, accuracy "
        f"{_spread(means, 'test_accuracy')} on the test images, mean ± standard deviation over "
        f"{len(seeds)} seed{'s' if len(seeds) > 1 else ''}."
    )
    return _paragraphs(
        _escape(notice),
        headline if rows else "",
        f"Failed: seed {', '.join(failed)}." if failed else "",
        _grid(["seed", *_COLUMNS.values()], [*rows, ["**all**", *mean]]) if rows else "",
    )


def of_suite(notice: str, experiments: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """A row an experiment, best first, and how to compare.

    Args:
        notice: what belongs beside its numbers; or ''.
        experiments: each one's name and metrics, as `over_seeds` gives them.
    """
    ranked = sorted(experiments, key=lambda one: -one[1].get("test_macro_accuracy", -1.0))
    rows = [
        [_escape(name), f"{values.get('n_seeds', 0):.0f}", *(_spread(values, c) for c in _COLUMNS)]
        for name, values in ranked
    ]
    best, values = ranked[0]
    headline = f"Best: **{_escape(best)}**, macro accuracy {_spread(values, 'test_macro_accuracy')}"
    return _paragraphs(
        _escape(notice),
        f"{headline}; whether that is more than luck says `bench report`." if rows else "",
        _grid(["experiment", "seeds", *_COLUMNS.values()], rows),
        "Of the test images, mean ± standard deviation over seeds. The menu **Views** has these "
        "means, the runs, best first, and the experiments with their seeds. To filter: "
        "`tags.trackbench.experiment`, `tags.trackbench.seed`, `tags.trackbench.status`; "
        "`tags.trackbench.kind = 'run'` are the seeds alone.",
    )


def _most_confused(test: "pd.DataFrame", classes: Sequence[str], experiment: str) -> str:
    from analysis.confusion import confused_pairs

    pairs = confused_pairs(test, classes, [experiment])
    worst = pairs.loc[pairs["experiment"] == experiment].head(_MOST_PAIRS)
    told = [
        f"{_escape(str(a))} and {_escape(str(b))} ({n})"
        for a, b, n in zip(worst["a"], worst["b"], worst["errors"], strict=True)
    ]
    return f"Confused most, in images: {', '.join(told)}." if told else ""


def _made_with(spec: Mapping[str, Any], seconds: float) -> str:
    experiment, n = spec["experiment"], spec["n_images"]["train"]
    threads = f"{spec['threads']} thread{'s' if spec['threads'] > 1 else ''}"
    return (
        f"`{experiment['model']}`, weights `{experiment['weights']}`, {n} training images; "
        f"{seconds:.0f} s on {_escape(str(spec['device']))}, {threads}, {spec['precision']}."
    )


def _notice(run: RunRecord | FailedRun) -> str:
    return _escape(notice_for([run]))


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _spread(values: Mapping[str, float], name: str) -> str:
    mean, deviation = values.get(f"{name}_mean"), values.get(f"{name}_std")
    return _decimals(mean) + (f" ± {deviation:.3f}" if deviation is not None else "")


def _grid(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rules = ["---", *["--:"] * (len(heading) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heading, rules, *rows))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _escape(text: str) -> str:
    from analysis.report.markdown import escape

    return escape(text)
