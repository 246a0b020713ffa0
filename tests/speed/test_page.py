"""docs/speed.md: made of whatever figures there are."""

import dataclasses
import json

from tests.speed import book, page
from tests.speed.machine import facts
from tests.speed.race.cases import cases
from tests.speed.race.contestants import OURS
from tests.speed.race.raced import Raced
from tests.speed.race.section import in_order
from tests.speed.test_race import heat

CASE = cases(None)["resnet18"]
HEATS = (
    heat(OURS, 0, 30, 0.6),
    heat(OURS, 1, 32, 0.7),
    heat("notebook", 0, 10),
    heat("timm", 0, 20),
)


def raced(**changes):
    found = Raced(
        CASE, "photos of p, 3 classes", facts(), HEATS, ("fastai",), {"timm": "no memory"}
    )
    return dataclasses.replace(found, **changes)


def written(folder):
    return page.write(folder).read_text()


def test_without_figures_there_is_a_head_alone(tmp_path):
    text = written(tmp_path)
    assert text.startswith("# How fast it is")
    assert "##" not in text


def test_a_section_without_figures_is_not_written(tmp_path):
    book.put(tmp_path, "race", {"resnet18": raced().record()})
    assert written(tmp_path).count("\n## ") == 1
    assert (tmp_path / "pictures" / "speed.svg").read_bytes().startswith(b"<?xml")


def test_the_race_is_a_summary_and_a_table_a_case(tmp_path):
    book.put(tmp_path, "race", {"resnet18": raced().record()})
    rows = {
        tuple(cell.strip() for cell in line.split("|")[1:-1])
        for line in written(tmp_path).splitlines()
    }
    # The plain loop and timm met trackbench in the first round alone, at 30 images a second.
    assert (
        "ResNet-18, 224 px",
        "31.0",
        "3.00",
        "1.50",
        "timm",
        "1.00",
        "0.65 (0.60 to 0.70)",
        "0.50",
    ) in rows
    assert (
        "trackbench",
        "31.0 (30.0 to 32.0)",
        "",
        "0.65 (0.60 to 0.70)",
        "1000",
        "2.0",
        "20.0",
    ) in rows
    assert ("plain loop", "10.0", "3.00", "0.50", "1000", "2.0", "20.0") in rows


def test_who_is_missing_is_named(tmp_path):
    book.put(tmp_path, "race", {"resnet18": raced().record()})
    text = written(tmp_path)
    assert "Left out, since not installed: fastai." in text
    assert "timm failed: no memory." in text


def test_a_case_where_we_failed_has_no_summary(tmp_path):
    without = raced(heats=HEATS[2:], failed={OURS: "no memory"})
    book.put(tmp_path, "race", {"resnet18": without.record()})
    assert "trackbench failed: no memory." in written(tmp_path)


def test_cases_stand_in_their_order_whenever_they_were_raced():
    later_first = {name: raced(case=cases(None)[name]).record() for name in ("vit-s", "resnet18")}
    assert [one.case.title for one in in_order(later_first)] == [
        "ResNet-18, 224 px",
        "ViT-S/16, 224 px",
    ]


def test_machines_are_told_apart(tmp_path):
    other = {**facts(), "device": "another"}
    both = {"resnet18": raced().record(), "vit-s": raced(machine=other).record()}
    book.put(tmp_path, "race", both)
    assert "Raced on:\n" in written(tmp_path)
    book.put(tmp_path, "race", {"resnet18": both["resnet18"]})
    assert "Raced on " in written(tmp_path)


def test_sections_do_not_touch_each_other(tmp_path):
    book.put(tmp_path, "growth", {"images": [1, 2]})
    book.put(tmp_path, "race", {"resnet18": raced().record()})
    book.put(tmp_path, "growth", {"runs": [3]})
    kept = json.loads((tmp_path / book.FILE).read_text())
    assert kept["growth"] == {"runs": [3]}
    assert Raced.of(kept["race"]["resnet18"]) == raced()
