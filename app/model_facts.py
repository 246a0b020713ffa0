"""What the page about the model says, in rows and sentences."""

from collections.abc import Callable

from analysis.report.card_facts import CardFacts
from analysis.report.numbers import MISSING, interval, percent
from app.naming import within

Name = Callable[[str], str]
_MOST_PAIRS = 6
_TILES = {"accuracy": "Accuracy", "macro_accuracy": "Class-averaged accuracy"}


def tiles(facts: CardFacts) -> list[tuple[str, str, str]]:
    """The accuracies on the test photos with their intervals, and how many photos they are from."""
    rows = {row["measure"]: row for row in facts.scores.to_dict("records")}
    found = [
        (
            title,
            percent(rows[name]["test"]),
            _bounds(rows[name]["test_low"], rows[name]["test_high"]),
        )
        for name, title in _TILES.items()
    ]
    n = facts.n_images
    return [
        *found,
        ("Test photos", str(n["test"]), f"after {n['train']} to train, {n['val']} to choose"),
    ]


def _bounds(low: float, high: float) -> str:
    return "" if interval(low, high) == MISSING else f"95 %: {percent(low)} to {percent(high)}"


def _percents(low: float, high: float) -> str:
    """An interval of fractions in a narrow column: `30–90 %`."""
    if interval(low, high) == MISSING:
        return MISSING
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def sureness(facts: CardFacts) -> str:
    """How far its confidence can be believed, by the test photos."""
    told = facts.calibrated
    seen = told.on_test
    return (
        f"An answer counts as sure from {percent(told.threshold.confidence)} on. Of the test "
        f"photos it was sure of {percent(told.sure_on_test)}: of these "
        f"{percent(seen.accuracy_above)} were named rightly, of the others "
        f"{percent(seen.accuracy_below)}. The probabilities are off by "
        f"{100 * told.ece_scaled:.1f} points on average (expected calibration error)."
    )


def class_rows(facts: CardFacts, name: Name) -> list[tuple[str, ...]]:
    """A row a class: name, test photos, share named rightly, its interval, precision."""
    return [
        (
            name(str(row["class"])),
            str(row["n"]),
            percent(row["accuracy"]),
            _percents(row["low"], row["high"]),
            percent(row["precision"]),
        )
        for row in facts.per_class.to_dict("records")
    ]


def pair_lines(facts: CardFacts, name: Name) -> list[str]:
    """The pairs that were confused most, both ways."""
    if facts.pairs.empty:
        return ["It confused none of the test photos."]
    return [
        f"{name(row['a'])} and {within(name(row['b']))}: {row['a_as_b']} of {row['n_a']} and "
        f"{row['b_as_a']} of {row['n_b']} were taken for the other."
        for row in facts.pairs.head(_MOST_PAIRS).to_dict("records")
    ]


def origin_rows(facts: CardFacts) -> list[tuple[str, str]]:
    """Which model it is, what it was trained on, and under which terms."""
    return [
        ("Model", facts.model),
        ("Run", f"{facts.experiment}, seed {facts.seed}, {facts.identity}"),
        ("Sees", f"squares of {facts.image_size} × {facts.image_size} pixels"),
        ("Data set", facts.data),
        ("Fingerprint", facts.fingerprint),
        ("Trained", f"{facts.started.partition('T')[0]}, on {facts.device}"),
        ("Licence", f"The weights that it began with: {facts.licence}."),
    ]
