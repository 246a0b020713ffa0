"""How MLflow's UI shows a suite when `bench ui` opens it: columns, order, charts.

MLflow 3's UI keeps saved views as tags of the experiment, `mlflow.sharedViewState.<key>`; they are
in its menu "Views", and an address that ends in `viewStateShareKey=<key>` opens one. A view is
the state of the UI's own table and charts as JSON; what a version of the UI does not know of it,
that leaves out.
"""

import json

from bench.results.records import TIMINGS
from bench.tracking.parameters import EXPERIMENT, KIND, SEED, STATUS

_OPENED = "trackbench"
_TAG = "mlflow.sharedViewState."
_CREATED = 1_767_225_600_000  # any instant will do, as long as it is always the same
PRIMARY_METRIC = "test_macro_accuracy"
# Columns and their widths in pixels, in this order; the UI keeps the groups apart.
_SHOWN_ALWAYS = {"attributes.`Run Name`": 330, "runDateAndNestInfo": 145, "duration": 80}
_METRICS = {
    PRIMARY_METRIC: 150,
    "test_macro_accuracy_std": 170,
    "test_accuracy": 105,
    "test_ece": 85,
    "selected_val_macro_accuracy": 190,
    "selected_epoch": 110,
    "total_seconds": 105,
}
_TAGS = {EXPERIMENT: 220, SEED: 120, STATUS: 130}
_PARAMS = {
    "model": 200,
    "optimizer.lr": 90,
    "epochs": 70,
    "batch_size": 90,
    "freezing.trainable_blocks": 180,
}
# A chart a metric, empty where no run has it; the lines of several runs lie over each other, epoch
# by epoch.
_CHARTS = {
    "Test": (PRIMARY_METRIC, "test_accuracy"),
    "By epoch": ("val_macro_accuracy", "val_accuracy", "val_loss", "train_loss", "train_accuracy"),
    "How it was trained": ("learning_rate", "trainable_parameters", "images_per_second"),
    "Where the time went": TIMINGS,
}
# What a run has once is a bar; what it has by epoch, a line.
_BARS = {"Test", "Where the time went"}
_SEEDS_ALONE = f"tags.`{KIND}` = 'run'"
_OVER_SEEDS = {
    "aggregateFunction": "average",
    "groupByKeys": [{"mode": "tag", "groupByData": EXPERIMENT}],
}


def saved_views() -> dict[str, str]:
    """The tags of the suite's MLflow experiment that hold its views, by name."""
    best_first = {"orderByKey": f"metrics.`{PRIMARY_METRIC}`", "orderByAsc": False}
    views: dict[str, tuple[str, dict[str, object]]] = {
        _OPENED: ("Runs, best first", {"searchFilter": _SEEDS_ALONE, **best_first}),
        f"{_OPENED}-means": (
            "Means over seeds",
            {"searchFilter": _SEEDS_ALONE, **best_first, "groupBy": _OVER_SEEDS},
        ),
        f"{_OPENED}-nested": ("Experiments and their seeds", {}),
    }
    return {_TAG + key: _saved(name, state) for key, (name, state) in views.items()}


def address(server: str, experiment_id: str) -> str:
    """The page that shows a suite's runs, best first.

    Args:
        server: of the server, such as `http://127.0.0.1:5000`.
        experiment_id: of the suite.
    """
    # Without the second setting the UI's menu is the one for language models.
    query = f"viewStateShareKey={_OPENED}&workflowType=machine_learning"
    return f"{server.rstrip('/')}/#/experiments/{experiment_id}/runs?{query}"


def _saved(name: str, state: dict[str, object]) -> str:
    kinds = {"tags": _TAGS, "metrics": _METRICS, "params": _PARAMS}
    chosen = {
        f"{kind}.`{column}`": width
        for kind, columns in kinds.items()
        for column, width in columns.items()
    }
    widths = _SHOWN_ALWAYS | chosen
    whole = {
        **state,
        "selectedColumns": list(chosen),
        "columnOrder": list(widths),
        "columnWidths": widths,
        "runsHiddenMode": "FIRST_20_RUNS",
        "compareRunSections": [
            {"uuid": section, "name": section, "display": True, "isReordered": False}
            for section in _CHARTS
        ],
        "compareRunCharts": [
            _chart(metric, section) for section, metrics in _CHARTS.items() for metric in metrics
        ],
    }
    saved = {"name": name, "createdAt": _CREATED, "updatedAt": _CREATED}
    return json.dumps({**saved, "state": json.dumps(whole)})


def _chart(metric: str, section: str) -> dict[str, object]:
    kind = "BAR" if section in _BARS else "LINE"
    card = {
        "uuid": f"{kind}-{metric}",
        "type": kind,
        "metricSectionId": section,
        "deleted": False,
        "isGenerated": True,
        "metricKey": metric,
        "displayName": metric,
        "runsCountToCompare": 20,
    }
    lines = {
        "selectedMetricKeys": [metric],
        "xAxisKey": "step",
        "useGlobalXaxisKey": True,
        "lineSmoothness": 0,
        "scaleType": "linear",
    }
    return card if kind == "BAR" else {**card, **lines}
