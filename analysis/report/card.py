"""The card of a trained model: what it is, what it is worth, and what it is not for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.report.card_facts import Calibrated, CardFacts, card_facts
from analysis.report.markdown import escape
from analysis.report.numbers import MISSING, count_of, fraction, interval, percent

__all__ = ["Calibrated", "CardFacts", "Section", "as_markdown", "card_facts"]

_MOST_PAIRS = 10
_NAMES = {
    "accuracy": "accuracy",
    "macro_accuracy": "macro accuracy (mean over classes)",
    "macro_f1": "macro F1",
    "nll": "NLL (nats)",
    "ece": "ECE",
}


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, as Markdown."""

    title: str
    body: str


def as_markdown(facts: CardFacts, more: Sequence[Section] = ()) -> str:
    """The card in GitHub's Markdown.

    Args:
        facts: of `card_facts`.
        more: what else is to be said, such as how the files beside the card are used; it comes
            after what the model is for.
    """
    sections = [
        *more,
        Section("Data", _data(facts)),
        Section("Scores", _scores(facts)),
        Section("Classes", _classes(facts)),
        Section("Confused most", _pairs(facts)),
        Section("How sure it is", _calibration(facts)),
        Section("Limits", _list(map(escape, facts.limits))),
        Section("Training", _grid(("setting", "value"), facts.settings, "---")),
        Section("Licence of the weights", _licence(facts)),
        Section("Made with", _made_with(facts)),
    ]
    parts = [_head(facts), *(f"## {one.title}\n\n{one.body}" for one in sections if one.body)]
    return "\n\n".join(parts) + "\n"


def _head(facts: CardFacts) -> str:
    notice = f"> {escape(facts.notice)}\n\n" if facts.notice else ""
    use = (
        "It names which of its classes a photo shows, to help a person who looks at it as well. It "
        "is not for decisions that nobody checks, not for counting a population, and not for "
        "anything that is none of its classes."
    )
    return (
        f"# {escape(facts.experiment)}, seed {facts.seed}\n\n{notice}"
        f"An image classifier, {_code(facts.model)}, for {len(facts.classes)} classes, trained and "
        f"scored by trackbench. {use}"
    )


def _data(facts: CardFacts) -> str:
    n = facts.n_images
    rows = facts.counts[["class", "val", "test"]].itertuples(index=False)
    return (
        f"{escape(facts.data)}: {n['train']} images to train, {n['val']} of validation, which "
        f"selected the epoch, the temperature and the threshold, and {n['test']} of test, which "
        f"were scored once. It sees them as squares of {facts.image_size} pixels.\n\n"
        f"Fingerprint (SHA-256 of paths and contents): {_code(facts.fingerprint)}\n\n"
        + _grid(("class", "validation images", "test images"), rows)
        + "\n\nHow many images of each class it was trained on is not on record."
    )


def _scores(facts: CardFacts) -> str:
    rows = []
    for row in facts.scores.to_dict("records"):
        cells = [
            _with_interval(row[split], row[f"{split}_low"], row[f"{split}_high"])
            for split in ("test", "val")
        ]
        rows.append((_NAMES[row["measure"]], *cells))
    note = (
        "In brackets 95 % intervals over images: what other test images of the same kind might "
        "give. Validation flatters, since the epoch was selected on it."
    )
    return f"{_grid(('measure', 'test', 'validation'), rows)}\n\n{note}"


def _with_interval(value: float, low: float, high: float) -> str:
    bounds = interval(low, high)
    return fraction(value, 3) + ("" if bounds == MISSING else f" ({bounds})")


def _classes(facts: CardFacts) -> str:
    rows = [
        (
            row["class"],
            str(row["n"]),
            fraction(row["accuracy"]),
            interval(row["low"], row["high"]),
            fraction(row["precision"]),
            fraction(row["f1"]),
        )
        for row in facts.per_class.to_dict("records")
    ]
    heading = ("class", "test images", "accuracy", "95 % interval", "precision", "F1")
    return _grid(heading, rows) + "\n\nIntervals: Wilson's, over the test images of the class."


def _pairs(facts: CardFacts) -> str:
    if facts.pairs.empty:
        return "It confused none of the test images."
    rows = [
        (
            f"{row['a']} and {row['b']}",
            count_of(row["a_as_b"], row["n_a"]),
            count_of(row["b_as_a"], row["n_b"]),
        )
        for row in facts.pairs.head(_MOST_PAIRS).to_dict("records")
    ]
    return _grid(("pair", "first taken for second", "second taken for first"), rows)


def _calibration(facts: CardFacts) -> str:
    told = facts.calibrated
    limit, seen = told.threshold, told.on_test
    sure = (
        f"No answer counts as sure: on {limit.n} validation images there was no confidence above "
        "which more answers were right than wrong."
        if limit.confidence > 1
        else f"An answer counts as sure from a calibrated confidence of "
        f"{fraction(limit.confidence, 3)} on, the limit that parts right from wrong answers best, "
        f"as far as any does, on {limit.n} validation images. On the test images it was sure of "
        f"{percent(told.sure_on_test)}; of these {percent(seen.accuracy_above)} were right, of the "
        f"others {percent(seen.accuracy_below)}."
    )
    return (
        f"Probabilities are scaled with a temperature of {told.temperature:.3f}, fitted on "
        f"validation; on the test images that takes the expected calibration error from "
        f"{fraction(told.ece, 3)} to {fraction(told.ece_scaled, 3)}.\n\n{sure}"
    )


def _licence(facts: CardFacts) -> str:
    return (
        f"The weights that it began with: {escape(facts.licence)}. What was trained from them "
        "stands under their terms, and under those of the images it was trained on, which are not "
        "on record here."
    )


def _made_with(facts: CardFacts) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    made = (
        f"Run {_code(facts.identity)} of the suite {escape(facts.suite)}, begun "
        f"{escape(facts.started)} on {escape(facts.device)}."
    )
    again = (
        "To train it again, with the suite's `experiments.toml`, and a `--set` for whatever was "
        f"set otherwise than there: {_code(facts.again)}"
    )
    return "\n\n".join([made, f"{escape(versions)}.", again])


def _code(text: str) -> str:
    """The text in monospace, fenced so that what is in it cannot end it."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    space = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{space}{plain}{space}{fence}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _grid(heading: Sequence[str], rows: Iterable[Iterable[object]], rule: str = "--:") -> str:
    """A table, its first column to the left and the others, numbers, to the right."""
    rules = ["---", *[rule] * (len(heading) - 1)]
    told = [[escape(str(cell)) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heading, rules, *told))
