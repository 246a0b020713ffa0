"""A visitor is told what is wrong, and not where anything lies on this machine."""

from pathlib import Path

import pytest

from app.problems import for_visitors


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("/srv/my runs/net/0-ab/run.json: was changed", "run.json: was changed"),
        ("/srv/my runs/net/0-ab: no such folder", "0-ab: no such folder"),
        ("the data set '/data/photos' is not here", "the data set 'photos' is not here"),
        ("C:\\data\\photos is not here", "photos is not here"),
        ("~/.cache/weights.bin (of x/y) is torn", "weights.bin (of x/y) is torn"),
        ("see https://example.org/a/b for 1/2 of it", "see https://example.org/a/b for 1/2 of it"),
        ("timm/vit_small.x has no /", "timm/vit_small.x has no /"),
    ],
)
def test_places_are_left_out(problem, told):
    assert for_visitors(problem, [None, Path("/srv/my runs/net/0-ab")]) == told


def test_who_runs_the_page_reads_all_of_it_once(capsys):
    for _ in range(2):
        assert for_visitors("/data/once/photos: gone", []) == "photos: gone"
    assert capsys.readouterr().err == "bench: /data/once/photos: gone\n"
