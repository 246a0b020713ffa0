"""What is told of a track: its prints with their toes, where toes stand out."""

import pytest

from app.animal import track_rows
from app.facts import load_facts

FACTS = load_facts()


@pytest.mark.parametrize(
    ("name", "prints"),
    [
        (
            "elephant",
            {
                "Front print": "35–50 cm long, 35–50 cm wide",
                "Hind print": "40–58 cm long, 28–42 cm wide",
            },
        ),
        ("goose", {"Print": "10–12.5 cm long, 10–13.5 cm wide, 3 toes"}),
    ],
)
def test_prints(name, prints):
    told = dict(track_rows(FACTS.of(name).track))
    assert {what: text for what, text in told.items() if "rint" in what} == prints


def test_a_horse_has_one_toe():
    told = dict(track_rows(FACTS.of("horse").track))
    assert told["Front print"].endswith(", 1 toe")
