"""What a suite needs: its photos, and the weights that its experiments start from."""

import os
from collections.abc import Callable
from functools import partial

from bench.doctor.check import Check, in_bytes
from bench.errors import UserError
from bench.experiments.spec import DataSpec, Experiment, Suite
from bench.missing import in_short


def data_set(suite: Suite) -> Check:
    """Are the photos here, and are they what can be trained on? None is opened."""
    from runners.data.folders import scan

    data = suite.data
    if data.synthetic is not None and not _is_drawn(data):
        found = f"{data.synthetic.images} footprints, drawn by program when they are first needed"
        return Check("data set", "ok", found)
    try:
        folder = scan(data)
    except UserError as error:
        advice = "\n".join(in_short(suite))
        return Check("data set", "missing", str(error), advice)
    counts = {split: len(images) for split, images in folder.splits.items()}
    splits = ", ".join(f"{n} {split}" for split, n in counts.items())
    found = f"{sum(counts.values())} images of {len(folder.classes)} classes: {splits}"
    notes = [*folder.notes, *_left_out(len(folder.ignored))]
    return Check("data set", "note" if notes else "ok", "; ".join([found, *notes]))


def _left_out(n_ignored: int) -> list[str]:
    if not n_ignored:
        return []
    return [f"{n_ignored} files that are no images" if n_ignored > 1 else "1 file that is no image"]


def _is_drawn(data: DataSpec) -> bool:
    from runners.data.manifest import is_drawn
    from runners.data.places import root_of

    return is_drawn(root_of(data))


def weights_checks(suite: Suite) -> list[Callable[[], Check]]:
    """A check for each model with its weights, once, however many experiments share them."""
    distinct = {(one.model, one.weights): one for one in suite.experiments}
    return [partial(_weights, one) for one in distinct.values()]


def _weights(experiment: Experiment) -> Check:
    """Are the weights here? Nothing is fetched, and no network is touched."""
    from runners.models.weights import find_weights, is_named_set

    who = f"{experiment.model}, {experiment.weights}"
    found = find_weights(experiment)
    if found is None:
        return Check("weights", "ok", f"{who}: it starts from random values")
    if found.path is None:
        how = f"fetched by the first run; offline, set weights to a copy of {found.address}"
        return Check("weights", "note", f"{who}: not here yet", how)
    size = in_bytes(found.path.stat().st_size)
    if is_named_set(experiment):
        return Check("weights", "ok", f"{who}: here, {size}")
    return Check("weights", "ok", f"{experiment.model}: {os.path.normpath(found.path)}, {size}")
