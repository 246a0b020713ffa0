"""The section of docs/speed.md on the study in full on a GPU, from what was measured so far."""

from tests.speed.tables import grid

OURS = "trackbench"
# By what a contestant of the race is called there: what it is called here.
CONTESTANTS = {
    OURS: "trackbench",
    "notebook": "plain loop, fp32",
    "notebook-bf16": "plain loop, bf16, channels_last",
    "lightning": "Lightning, bf16-mixed",
}
PLAIN = "notebook"
TARGET_TIMES, TARGET_MINUTES = 8.0, 15.0


def key_of(model: str, trainable_blocks: int | None, contestant: str) -> str:
    """How a heat is called in the figures."""
    blocks = "all" if trainable_blocks is None else str(trainable_blocks)
    return f"{model}, {blocks} blocks, {contestant}"


def epoch_of(figures: dict, name: str, contestant: str) -> dict | None:
    """A contestant's mean epoch over an experiment's phases; None where one was not measured.

    Returns:
        `seconds`, `images_per_second`, and `flops_per_second`, which counts what a step takes that
        computes the frozen front anew each time.
    """
    experiment = figures["experiments"][name]
    seconds = flops = n_images = 0.0
    for phase in experiment["phases"]:
        n, epochs = phase["trainable_blocks"], phase["epochs"]
        heat = figures.get("race", {}).get(key_of(experiment["model"], n, contestant))
        if heat is None:
            return None
        images = epochs * heat["n_images"]
        seconds += images / heat["images_per_second"]
        flops += images * experiment["flops"][str(n)]
        n_images += images
    n_epochs = sum(phase["epochs"] for phase in experiment["phases"])
    return {
        "seconds": seconds / n_epochs,
        "images_per_second": n_images / seconds,
        "flops_per_second": flops / seconds,
    }


def section(figures: dict) -> str:
    """What was measured so far.

    Args:
        figures: the content of figures.json.
    """
    setting = figures["setting"]
    data = "the photos" if setting["data"] == "photos" else "drawn photos of the same number"
    small = ", made tiny to try the script" if setting["is_small"] else ""
    parts = [
        "## The study in full",
        f"On one {setting['device']} with {setting['cpus']} CPUs, with {data}{small}.",
        *([_race(figures)] if figures.get("race") else []),
        *([_sharing(figures["sharing"])] if figures.get("sharing") else []),
        *(_suite(at_once, found) for at_once, found in figures.get("suite", {}).items()),
    ]
    return "\n\n".join(parts) + "\n"


def _race(figures: dict) -> str:
    peak, rows = figures["setting"]["peak"], []
    for name in figures["experiments"]:
        epochs = {who: epoch_of(figures, name, who) for who in CONTESTANTS}
        plain = epochs[PLAIN]
        for who, epoch in epochs.items():
            if epoch is None:
                continue
            share = f"{epoch['flops_per_second'] / peak:.1%}" if peak else ""
            times = f"{plain['seconds'] / epoch['seconds']:.2f}" if plain else ""
            speed = f"{epoch['images_per_second']:.0f}"
            rows.append([name, CONTESTANTS[who], f"{epoch['seconds']:.2f}", speed, share, times])
    headings = ["experiment", "by", "s an epoch", "images/s", "of the bf16 peak", "× plain loop"]
    said = (
        f"Training epochs alone, validation left out, {figures['setting']['workers']} workers for "
        "the others; the mean over an experiment's phases, each by its number of epochs. The share "
        "of the peak counts forward and backward of each step as if the frozen front were "
        f"computed each time. Asked for: {TARGET_TIMES:g} × the plain loop."
    )
    return f"{grid(headings, rows)}\n\n{said}"


def _sharing(sharing: dict) -> str:
    alone = sharing.get("1")
    rows = [
        [
            n,
            f"{found['working_seconds'] / found['n_runs']:.2f}",
            f"{alone['working_seconds'] / found['working_seconds']:.2f}" if alone else "",
        ]
        for n, found in sharing.items()
    ]
    headings = ["runs at a time on one device", "s a run", "× one after the other"]
    return grid(headings, rows)


def _suite(at_once: str, found: dict) -> str:
    minutes = found["seconds"] / 60
    if not found["is_whole"]:
        return f"The whole suite, {at_once}: not done after {minutes:.1f} minutes."
    held = "within" if minutes <= TARGET_MINUTES else "more than"
    return (
        f"The whole suite by three seeds, {at_once}, from the start of the command to the end of "
        f"its report, decoding included: {minutes:.1f} minutes, {held} the {TARGET_MINUTES:g} "
        "asked for."
    )
