"""How much memory `bench predict` takes for few and many photos, and how fast it is.

    python -m tests.speed.predicting [MODEL]

Photos of 640 × 480 pixels, 50 of noise and clouds under many names. `bench predict` runs in a
process of its own for 500, 2,000 and 5,000 of them; the plain loop (open, torchvision's transforms,
the network, one photo after another) for 500, in the same minutes and with as many threads. For
Linux.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.cli.command import environment
from tests.bench.trained_runs import train

COUNTS = (500, 2000, 5000)
MODELS = {"embedded:resnet18_slim": 64, "torchvision:resnet18": 224}
# ru_maxrss will not do: a process inherits it from the one that started it.
PEAK = """
import sys
from pathlib import Path
from bench.cli import main
try:
    main()
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    sys.stderr.write(f"peak {peak / 1024:.1f} MB\\n")
"""
LOADING = """
import sys, time
began = time.perf_counter()
import timm.models, pandas, pyarrow.parquet, scipy.optimize, scipy.special, torchvision.models
import analysis.calibration, analysis.probabilities, runners.models.trained
from app.predictor import load_predictor
from bench.chosen import choose_run
imported = time.perf_counter()
load_predictor(choose_run(sys.argv[1], None).record)
loaded = time.perf_counter()
print(f"loaded in {loaded - imported:.2f} s, after {imported - began:.2f} s of imports")
"""
PLAIN = """
import sys, time
from pathlib import Path
import torch
from PIL import Image
from torchvision import transforms
from app.predictor import load_predictor
from bench.chosen import choose_run
classifier = load_predictor(choose_run(sys.argv[1], None).record).classifier
side, scaling = classifier.image_size, classifier.normalization
prepare = transforms.Compose([
    transforms.Resize((side, side)), transforms.ToTensor(),
    transforms.Normalize(scaling.mean, scaling.std),
])
paths = sorted(Path(sys.argv[2]).iterdir())
began = time.perf_counter()
for path in paths:
    with Image.open(path) as image, torch.inference_mode():
        torch.softmax(classifier.network(prepare(image.convert("RGB"))[None]), dim=1)
seconds = time.perf_counter() - began
print(f"{len(paths)} images in {seconds:.1f} s ({len(paths) / seconds:.1f} images/s)")
"""


def draw(folder, n):
    """So many names for 50 photos."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    first = []
    for number in range(n):
        path = folder / f"{number:05}.jpg"
        if number < 50:
            clouds = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
            large = np.asarray(Image.fromarray(clouds).resize((640, 480), Image.Resampling.BICUBIC))
            noisy = large.astype(float) + rng.normal(0, 12, large.shape)
            Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(path, quality=90)
            first.append(path)
        else:
            os.link(first[number % 50], path)
    return folder


def ask(*words):
    answer = subprocess.run(
        [sys.executable, "-c", *words], capture_output=True, text=True, env=environment()
    )
    assert answer.returncode == 0, answer.stderr
    return answer


def main():
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ["TRACKBENCH_CACHE"] = str(home / "cache")
        folders = {n: draw(home / str(n), n) for n in COUNTS}
        for model in sys.argv[1:] or MODELS:
            side = MODELS[model]
            print(f"{model}, {side} px", flush=True)
            settings = (f"experiment.net.model={model}", f"data.colours.image_size={side}")
            train(home / model, *settings)
            (run,) = (home / model / "results" / "tiny" / "net").iterdir()
            for _ in range(2):
                print(f"  {ask(LOADING, str(run)).stdout.strip()}", flush=True)
            print(
                f"  plain loop: {ask(PLAIN, str(run), str(folders[500])).stdout.strip()}",
                flush=True,
            )
            for folder in folders.values():
                out = ("--csv", "--out", str(home / "out.csv"))
                answer = ask(PEAK, "predict", str(folder), "--run", str(run), *out)
                summary, *_, peak = answer.stderr.splitlines()
                print(f"  {summary}; {peak}", flush=True)


if __name__ == "__main__":
    main()
