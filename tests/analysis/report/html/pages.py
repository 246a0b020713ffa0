"""A page of the wide study, with photos, as a browser gets it."""

import io

import numpy as np
import pandas as pd
from PIL import Image

from analysis.report.background import Background, Pictures, RunFacts
from analysis.report.build import build_report
from analysis.report.html.page import as_html
from analysis.report.photos import wanted
from analysis.study import Study
from tests.analysis.report.wide_study import EXPERIMENTS, PUBLISHED, SPECIES, study


def jpeg(colour="sienna"):
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def background():
    counts = pd.DataFrame({"class": SPECIES, "train": 30.0, "val": 5, "test": 20})
    runs = tuple(
        RunFacts(
            experiment=name,
            seed=seed,
            state="complete",
            identity=f"{seed:012x}",
            folder="results/x",
            command=f"bench run {name} --seeds {seed}",
            device="cpu",
            seconds=50.0 + 100 * number,
            images_per_second=12.5,
            peak_bytes=2_000_000_000,
            parameters=11_000_000,
            trained_parameters=9_000_000,
        )
        for number, name in enumerate(EXPERIMENTS)
        for seed in range(3)
    )
    lost = RunFacts(
        *(EXPERIMENTS[0], 3, "failed", "f" * 12, "results/y", "bench run"),
        reason="the loss is not finite",
        advice="try: a lower learning rate",
    )
    return Background("photos", "0" * 64, counts, (*runs, lost), (("torch", "2.14"),), "today")


def timings():
    """50 s and more a run: most of it in training, less with every seed; old runs do not say."""
    parts = ("setup", "data", "compute", "evaluation", "checkpoint", "tracking")
    rows = []
    for number, name in enumerate(EXPERIMENTS):
        for seed in range(3):
            row = {"experiment": name, "seed": seed, "batch_size": 32}
            row["total_seconds"] = total = 50.0 + 100 * number
            shares = [0.06, 0.04, 0.7 - 0.1 * seed, 0.1 + 0.1 * seed, 0.07, 0.03]
            known = np.nan if number == 3 else total
            rows.append(
                row | {f"{p}_seconds": known * x for p, x in zip(parts, shares, strict=True)}
            )
    rows[0]["compute_seconds"] = 25.0  # of 35: a fifth is nowhere
    return pd.DataFrame(rows)


def page():
    """The HTML, as text."""
    predictions, metrics = study(n_images=150)
    whole = Study(
        suite="open-animal-tracks",
        classes=tuple(SPECIES),
        experiments=tuple(EXPERIMENTS),
        metrics=metrics,
        test=predictions,
        published=PUBLISHED,
        timings=timings(),
        missing=("vit-full-finetune, seed 3: failed: the loss is not finite",),
    )
    report = build_report(whole)
    pictures = Pictures(
        test=dict.fromkeys(wanted(report.findings, predictions), jpeg()),
        samples={name: (jpeg("teal"),) for name in SPECIES},
    )
    return as_html(report, whole, background(), pictures)
