"""A small file of facts with one of everything, and ways to read it changed."""

from pathlib import Path

import pytest

from app.facts import Facts, load_facts
from bench.errors import UserError

GOOD = """\
[sources]
guide = "A. Tracker, Tracks, 2nd edition, 2020"

[species.red_fox]
common_name = "Red fox"
scientific_name = "Vulpes vulpes"
class_name_means = "The red fox."
habitat = "Almost anything."
geographic_range = "The north."
iucn_category = "LC"
conservation_note = "Common."
facts = ["It hears mice under snow."]
sources = ["guide"]
[species.red_fox.track]
foot = "paw"
claws = "show"
webbing = "none"
step_cm = [30, 40]
toes = "Four."
claw_marks = "Fine."
pads = "Hairy."
gait = "A trot."
trail = "Straight."
front = { n_toes = 4, length_cm = [4.5, 6.5], width_cm = [4, 5] }
hind = { n_toes = 4, length_cm = [4.0, 6.0], width_cm = [3.5, 4.5] }

[species.Grey-Heron]
common_name = "Grey heron"
scientific_name = "Ardea cinerea"
class_name_means = "The grey heron."
habitat = "Waters."
geographic_range = "Old World."
iucn_category = "LC"
conservation_note = "Widespread."
facts = ["It waits."]
sources = ["guide"]
[species.Grey-Heron.track]
foot = "bird"
claws = "faint"
webbing = "slight"
step_cm = [50, 60]
toes = "Three and one."
claw_marks = "Long."
pads = "Narrow."
gait = "It walks."
trail = "Wet."
hind = { n_toes = 4, length_cm = [15, 17], width_cm = [11, 13] }

[[look_alike]]
classes = ["red_fox", "grey_heron"]
tell_apart = "One is a bird."
"""


def changed(old: str, new: str) -> str:
    """The good file with the first of its texts that are `old` replaced."""
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def load(folder: Path, text: str | bytes = GOOD) -> Facts:
    file = folder / "facts.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_facts(file)


def mistake(folder: Path, text: str | bytes) -> str:
    """What is said of a wrong file, from its name on."""
    with pytest.raises(UserError) as caught:
        load(folder, text)
    said = str(caught.value)
    assert said.startswith(f"{folder / 'facts.toml'}: ")
    return said.removeprefix(f"{folder / 'facts.toml'}: ")
