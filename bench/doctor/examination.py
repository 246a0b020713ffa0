"""All that is looked at to say whether this machine is ready for a suite."""

from pathlib import Path

from bench.doctor import machine, places, study
from bench.doctor.check import Check, looked
from bench.experiments.spec import Suite


def examine(suite: Suite, results: Path) -> list[Check]:
    """Looks at the machine, the folders, the photos and the weights; fetches and makes nothing.

    Args:
        suite: what would be run.
        results: the folder of all results.
    """
    from runners.data.places import cache_home

    cache = cache_home()
    return [
        looked("Python", machine.python),
        looked("torch", machine.packages),
        looked("device", machine.device),
        looked("precision", machine.precision),
        looked("memory", machine.memory),
        looked("disk", lambda: places.disk(results, cache)),
        looked("results", lambda: places.results_folder(results)),
        looked("cache", lambda: places.cache_folder(cache)),
        looked("data set", lambda: study.data_set(suite)),
        *(looked("weights", check) for check in study.weights_checks(suite)),
        looked("MLflow", lambda: places.tracking_store(results)),
    ]


def is_ready(checks: list[Check]) -> bool:
    """Whether nothing that a run needs is missing."""
    return all(check.status != "missing" for check in checks)
