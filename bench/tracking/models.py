"""Which runs' models are logged to MLflow, and what MLflow needs to serve one."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.experiments.spec import LogModels

WEIGHTS = "model.safetensors"
RECORD = "run.json"
MOST_RUNS = 12
MOST_MEGABYTES = 100
_LOADER = "bench.tracking.served"
_EXAMPLE_PIXELS = 96


@dataclass(frozen=True)
class ModelRule:
    """Whether a run's model is logged.

    `auto` logs models of at most 100 MB in suites of at most 12 runs: a store should not grow to
    many times the results. `n_runs` is how many the suite has.
    """

    setting: LogModels = "never"
    n_runs: int = 0

    def wants(self, weights: Path) -> bool:
        """Whether the model with these weights is logged.

        Raises:
            OSError: where the weights are not there.
        """
        if self.setting != "auto":
            return self.setting == "always"
        return self.n_runs <= MOST_RUNS and weights.stat().st_size <= MOST_MEGABYTES * 1e6

    def why_not(self) -> str:
        """What to tell where models were left out; empty where that was asked for."""
        if self.setting != "auto":
            return ""
        reason = (
            f"the suite has more than {MOST_RUNS} runs"
            if self.n_runs > MOST_RUNS
            else f"their weights have more than {MOST_MEGABYTES} MB"
        )
        return f"not logged, since {reason} (--log-models logs them all)"


def write_model(
    path: Path, record: bytes, weights: bytes, classes: Sequence[str], run_id: str, model_id: str
) -> None:
    """Writes a run's model as MLflow keeps one: run.json, the weights, and how to ask it.

    Args:
        path: the folder to make.
        record: run.json.
        weights: model.safetensors.
        classes: what the probabilities are of, in order.
        run_id: of the run that made it, in the store.
        model_id: of the model, in the store.
    """
    import tempfile

    from mlflow import pyfunc
    from mlflow.models import Model

    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "run"
        data.mkdir()
        (data / RECORD).write_bytes(record)
        (data / WEIGHTS).write_bytes(weights)
        pyfunc.save_model(
            path,
            loader_module=_LOADER,
            data_path=str(data),
            mlflow_model=Model(run_id=run_id, model_id=model_id),
            signature=_signature(classes),
            input_example=_example(),
            pip_requirements=[f"trackbench=={importlib.metadata.version('trackbench')}"],
        )


def _signature(classes: Sequence[str]) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    from bench.tracking.served import IMAGE, SPECIES, probability_column

    probabilities = [ColSpec(DataType.double, probability_column(name)) for name in classes]
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.binary, IMAGE)]),
        outputs=Schema([ColSpec(DataType.string, SPECIES), *probabilities]),
    )


def _example() -> Any:
    """A footprint drawn by program: photos of a data set are not ours to pass on."""
    import pandas as pd

    from bench.tracking.served import IMAGE
    from runners.data.synthetic.camera import jpeg
    from runners.data.synthetic.draws import Draws
    from runners.data.synthetic.scene import photograph
    from runners.data.synthetic.species import SPECIES

    photo = photograph(SPECIES[0], _EXAMPLE_PIXELS, Draws("example", 0, SPECIES[0].name, 0))
    return pd.DataFrame({IMAGE: [jpeg(photo.pixels, 90)]})
