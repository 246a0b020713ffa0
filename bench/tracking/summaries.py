"""Keeps what MLflow shows of experiments and of the suite up to their runs; writes only changes."""

import hashlib
import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from mlflow.entities import Metric, Run, RunTag
from mlflow.tracking import MlflowClient

from bench.results.records import DRAWN_NOTICE
from bench.tracking.descriptions import of_experiment, of_suite
from bench.tracking.measurements import over_seeds
from bench.tracking.parameters import DRAWN, MIRRORED, NOTE, PARENT, SEED, STATUS
from bench.tracking.store import SuiteStore
from bench.tracking.view import PRIMARY_METRIC, saved_views

_SEEDS = "trackbench.seeds"
# The digest of the description that was written last.
_OWN_NOTE = "trackbench.description"
_TAG_DIGITS = 12
# Which metric MLflow's UI takes where it wants one.
_PRIMARY = "mlflow.experiment.primaryMetric.name"


def refresh(client: MlflowClient, store: SuiteStore) -> None:
    """Brings each parent, and the suite's own page, up to the children in the store.

    Args:
        client: of the store.
        store: the suite's runs.
    """
    children = defaultdict(list)
    for child in store.search("run"):
        if MIRRORED in child.data.tags:
            children[child.data.tags.get(PARENT)].append(child)
    shown: list[tuple[str, Mapping[str, float]]] = []
    notice = ""
    for parent in store.search("experiment"):
        if seeds := children[parent.info.run_id]:
            shown.append((str(parent.info.run_name), _refresh_parent(client, parent, seeds)))
            notice = notice or _notice([parent, *seeds])
    if shown:
        _refresh_suite(client, store.experiment_id, of_suite(notice, shown))


def _refresh_parent(
    client: MlflowClient, parent: Run, children: Sequence[Run]
) -> Mapping[str, float]:
    """Writes the means over the seeds, when the last of them ended, and what is to be read."""
    ordered = sorted(children, key=lambda child: int(child.data.tags[SEED]))
    complete = [child for child in ordered if child.data.tags[STATUS] == "complete"]
    failed = [child.data.tags[SEED] for child in ordered if child not in complete]
    summary = over_seeds([child.data.metrics for child in complete]) if complete else {}
    _write_metrics(client, parent, summary)
    seeds = [(child.data.tags[SEED], child.data.metrics) for child in complete]
    tags = {
        STATUS: "failed" if failed else "complete",
        _SEEDS: ",".join(dict.fromkeys(child.data.tags[SEED] for child in ordered)),
    }
    known = parent.data.tags
    tags |= _described(known, of_experiment(_notice([parent, *children]), summary, seeds, failed))
    changed = [RunTag(*kv) for kv in tags.items() if known.get(kv[0]) != kv[1]]
    if changed:
        client.log_batch(parent.info.run_id, tags=changed)
    ended = ("FINISHED" if complete else "FAILED", max(child.info.end_time for child in children))
    if (parent.info.status, parent.info.end_time) != ended:
        client.set_terminated(parent.info.run_id, *ended)
    return summary


def _write_metrics(client: MlflowClient, parent: Run, summary: Mapping[str, float]) -> None:
    now, known = round(time.time() * 1000), parent.data.metrics
    changed = [
        Metric(name, value, now, 0)
        for name, value in summary.items()
        if name not in known or not math.isclose(known[name], value, rel_tol=1e-12)
    ]
    if changed:
        client.log_batch(parent.info.run_id, changed)


def _refresh_suite(client: MlflowClient, experiment_id: str, description: str) -> None:
    known = client.get_experiment(experiment_id).tags
    tags = {_PRIMARY: PRIMARY_METRIC, **saved_views(), **_described(known, description)}
    for name, value in tags.items():
        if known.get(name) != value:
            client.set_experiment_tag(experiment_id, name, value)


def _described(known: Mapping[str, str], text: str) -> dict[str, str]:
    """The tags of a description; none where somebody has written another one in the UI."""
    found = known.get(NOTE)
    if found is not None and _digest(found) != known.get(_OWN_NOTE):
        return {}
    return {NOTE: text, _OWN_NOTE: _digest(text)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_TAG_DIGITS]


def _notice(runs: Sequence[Run]) -> str:
    return DRAWN_NOTICE if any(run.data.tags.get(DRAWN) == "true" for run in runs) else ""
