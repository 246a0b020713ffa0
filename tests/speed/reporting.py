"""How long a report takes, how big it is, and whether both grow in proportion.

    python -m tests.speed.reporting [N_RUNS]

A suite of the home ground's size: 18 species, 719 test photos (drawn), three seeds an experiment,
half ResNets and half ViTs; N_RUNS is 60 unless said, and half of it is measured too. The runs are
made up, but for their weights. Then the metrics of 1,000 and of 500 runs are loaded into a table.
"""

import dataclasses
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.torch import save

from bench.experiments.config import load_suite
from bench.results.records import complete_runs, metrics_frame
from bench.results.store import FILES
from bench.survey import take
from runners.data.folders import scan
from runners.models.build import build_network
from tests.bench.cli.command import BENCH, environment
from tests.bench.finished_runs import finish_at, planned

N_IMAGES = 3579  # 2,514 to train on, 346 to validate, 719 to test
N_EPOCHS = 20


def write_suite(home, n_experiments):
    """A suite of so many ways to train two small networks."""
    head = f"""
[suite]
name = "wide"
data = "drawn"
seeds = [0, 1, 2]
[data.drawn]
synthetic = {{ images = {N_IMAGES}, size = 96 }}
image_size = 96
"""
    networks = ("resnet18_slim", "vit_slim_patch8")
    experiments = (
        f"[experiment.way-{i}]\nmodel = 'embedded:{networks[i % 2]}'\n"
        f"weights = 'none'\nepochs = {N_EPOCHS}\noptimizer = {{ lr = {1e-4 * (i + 1):.4f} }}\n"
        for i in range(n_experiments)
    )
    (home / "experiments.toml").write_text(head + "".join(experiments))


def finish_all(home):
    """Makes every run of the suite complete."""
    suite = load_suite(home / "experiments.toml")
    folder = scan(suite.data)
    rng = np.random.default_rng(0)
    weights = {}
    for at in take(suite, home / "results", 1).runs:
        model = at.run.experiment.model
        if model not in weights:
            network = build_network(at.run.experiment, len(folder.classes), 96)
            weights[model] = save(network.state_dict())
        finish_one(at.folder, at.run, folder, weights[model], rng)


def finish_one(folder, run, images, weights, rng):
    folder.begin()
    tables = {split: predictions_of(images, split, run, rng) for split in ("val", "test")}
    right = {split: (t["true"] == t["predicted"]).mean() for split, t in tables.items()}
    measures = {
        split: {"accuracy": x, "macro_accuracy": x, "macro_f1": x, "nll": 1.0, "ece": 0.1}
        | {"n": len(tables[split])}
        for split, x in right.items()
    }
    counts = {split: len(files) for split, files in images.splits.items()}
    experiment, data = (dataclasses.asdict(x) for x in (run.experiment, run.data))
    record = {"experiment": experiment, "data": data, "classes": list(images.classes)}
    record |= {"seed": run.seed, "identity": run.identity, "configuration": run.configuration}
    record |= {"fingerprint": run.fingerprint, "n_images": counts, "drawn": True}
    record |= {"normalization": {"mean": [0.5] * 3, "std": [0.2] * 3}, "started": "2026-01-01"}
    parquet = io.BytesIO()
    pd.concat(tables.values()).to_parquet(parquet, index=False)
    folder.write_json("run.json", record)
    folder.write_json("metrics.json", {**measures, "timings": {"total_seconds": 60.0}})
    folder.write("history.csv", history(rng).to_csv(index=False))
    folder.write("predictions.parquet", parquet.getvalue())
    folder.write("model.safetensors", weights)
    for name in FILES:
        if not (folder.path / name).exists():
            folder.write(name, "")
    folder.seal()


def predictions_of(images, split, run, rng):
    """Answers that are right two times in three, with probabilities that fit them."""
    classes = np.array(images.classes, dtype=object)
    labels = np.array([image.label for image in images.splits[split]])
    guess = rng.integers(len(classes), size=len(labels))
    called = np.where(rng.random(len(labels)) < 0.66, labels, guess)
    p = rng.dirichlet(np.full(len(classes), 0.3), len(labels))
    p[np.arange(len(labels)), called] += 1
    table = pd.DataFrame({f"p:{name}": p[:, k] / 2 for k, name in enumerate(classes)})
    table.insert(0, "split", split)
    table.insert(1, "path", [image.path for image in images.splits[split]])
    table.insert(2, "true", classes[labels])
    table.insert(3, "predicted", classes[called])
    return table


def history(rng):
    epochs = np.arange(N_EPOCHS)
    falling = np.exp(-epochs / 6)
    return pd.DataFrame(
        {
            "epoch": epochs,
            "learning_rate": 1e-3 * 0.1 ** (epochs // 5),
            "train_loss": 2 * falling + 0.1,
            "train_accuracy": 1 - 0.8 * falling,
            "val_loss": 1 + falling + 0.02 * epochs + 0.02 * rng.random(N_EPOCHS),
            "val_accuracy": 0.7 - 0.6 * falling + 0.02 * rng.random(N_EPOCHS),
            "val_macro_accuracy": 0.7 - 0.6 * falling,
            "trainable_parameters": 1000 * (1 + epochs // 5),
            "seconds": 3.0,
            "images_per_second": 100.0,
        }
    )


def seconds_of_report(home):
    """The median of three, and the size of the page in MB."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(
            [*BENCH, "report", "--html"], cwd=home, check=True, capture_output=True,
            env=environment(),
        )  # fmt: skip
        times.append(time.perf_counter() - began)
    return statistics.median(times), (home / "results/wide/report/report.html").stat().st_size / 1e6


def seconds_of_loading(results, n_runs):
    for seed in range(n_runs):
        finish_at(results, planned(seed=seed))
    began = time.perf_counter()
    table = metrics_frame(complete_runs(results / "tracks"))
    assert len(table) == n_runs
    return time.perf_counter() - began


def main():
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    for n in (n_runs // 2, n_runs):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            write_suite(home, n // 3)
            subprocess.run(
                [*BENCH, "data", "sheet"], cwd=home, check=True, capture_output=True,
                env=environment(),
            )  # fmt: skip
            finish_all(home)
            seconds, megabytes = seconds_of_report(home)
            print(f"{n} runs: report.html in {seconds:.1f} s, {megabytes:.1f} MB")
    for n in (500, 1000):
        with tempfile.TemporaryDirectory() as folder:
            print(f"metrics of {n} runs: {seconds_of_loading(Path(folder), n):.2f} s")


if __name__ == "__main__":
    main()
