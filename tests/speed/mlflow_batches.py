"""Logging a run's curves to MLflow: all at once, as ours does, an epoch at a time, or naively.

python -m tests.speed.mlflow_batches
"""

import statistics
import tempfile
import time
from pathlib import Path

from bench.tracking.quiet import quieted

N_EPOCHS, N_METRICS, ROUNDS = 40, 9, 5


def measure() -> dict[str, float]:
    """Seconds for the curves of a run of 40 epochs in a SQLite store: medians, taken in turns."""
    with tempfile.TemporaryDirectory() as folder, quieted():
        from mlflow.entities import Metric
        from mlflow.tracking import MlflowClient

        client = MlflowClient(f"sqlite:///{Path(folder) / 'mlflow.db'}")
        experiment = client.create_experiment("speed", Path(folder).as_uri())
        epochs = [
            [Metric(f"metric_{i}", 0.5, 0, epoch) for i in range(N_METRICS)]
            for epoch in range(N_EPOCHS)
        ]
        values = [metric for epoch in epochs for metric in epoch]
        ways = {
            "one batch": lambda run: client.log_batch(run, values),
            "a batch an epoch": lambda run: [client.log_batch(run, one) for one in epochs],
            "a call a value": lambda run: [
                client.log_metric(run, one.key, one.value, step=one.step) for one in values
            ],
        }
        taken = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, log in ways.items():
                run = client.create_run(experiment).info.run_id
                began = time.perf_counter()
                log(run)
                taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def sentence(figures: dict[str, float]) -> str:
    """What was measured, in words."""
    ways = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in figures.items())
    return (
        f"The curves of a run of {N_EPOCHS} epochs in MLflow's SQLite store: {ways}. The mirror "
        "sends a run in one batch (of at most 1,000 values) when it is over."
    )


if __name__ == "__main__":
    print(sentence(measure()))
