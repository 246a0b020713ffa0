"""What is selected of a suite: experiments by name, and seeds."""

import pytest

from bench.errors import UserError
from bench.experiments.config import parse_seeds
from tests.bench.suites import changed, load, mistakes


class TestSelection:
    """Names and globs keep experiments; `seeds` replaces the suite's."""

    @pytest.mark.parametrize(
        ("names", "kept"),
        [
            ([], ["plain", "counted", "phased"]),
            (["phased"], ["phased"]),
            (["*ed"], ["counted", "phased"]),
            (["phased", "plain"], ["plain", "phased"]),
            (["p*", "plain"], ["plain", "phased"]),
            (["[c-d]*"], ["counted"]),
        ],
    )
    def test_names_and_globs_in_the_files_order(self, tmp_path, names, kept):
        assert [one.name for one in load(tmp_path, names=names).experiments] == kept

    def test_a_name_is_not_a_part_of_a_name(self, tmp_path):
        assert mistakes(tmp_path, names=["plai"]) == [
            "plai: no experiment has this name; did you mean 'plain'?"
        ]

    def test_every_name_must_match(self, tmp_path):
        assert mistakes(tmp_path, names=["plain", "x*"]) == [
            "x*: no experiment has this name; known: plain, counted, phased"
        ]

    def test_seeds_replace_the_suites(self, tmp_path):
        assert load(tmp_path).seeds == (0, 1)
        assert load(tmp_path, seeds=(5, 3)).seeds == (5, 3)

    def test_without_seeds_it_is_seed_0(self, tmp_path):
        assert load(tmp_path, changed(("seeds = [0, 1]\n", ""))).seeds == (0,)

    def test_a_mistake_counts_also_where_it_is_not_selected(self, tmp_path):
        text = changed(("epochs = 3", "epochs = 0"))
        assert "experiment.plain.epochs = 0" in mistakes(tmp_path, text, names=["phased"])[0]


class TestParseSeeds:
    """`--seeds` on the command line."""

    @pytest.mark.parametrize(
        ("text", "seeds"),
        [
            ("0", (0,)),
            ("0,1", (0, 1)),
            ("0-4", (0, 1, 2, 3, 4)),
            ("7, 2-3 ,0", (7, 2, 3, 0)),
            ("3-3", (3,)),
            ("0-9999", tuple(range(10_000))),
            ("999999999999999999", (999_999_999_999_999_999,)),
        ],
    )
    def test_numbers_and_ranges(self, text, seeds):
        assert parse_seeds(text) == seeds

    @pytest.mark.parametrize(
        "text", ["", ",", "a", "1,", "-1", "1-", "1.5", "1--2", "0x1", "1\n\n-", "9" * 19]
    )
    def test_anything_else_is_refused_in_one_line(self, text):
        with pytest.raises(UserError, match=r"^--seeds .*: should be numbers, such as 0,1,2") as no:
            parse_seeds(text)
        assert "\n" not in str(no.value)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("4-0", "4-0 is not a range"),
            ("0-10000", "0-10000 is not a range of up to 10,000 seeds"),
            ("0,1,0", r"--seeds = \[0, 1, 0\]: a seed is named twice"),
            ("0-2,2", "a seed is named twice"),
        ],
    )
    def test_numbers_that_make_no_sense(self, text, said):
        with pytest.raises(UserError, match=said):
            parse_seeds(text)
