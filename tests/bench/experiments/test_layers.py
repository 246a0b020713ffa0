"""How tables are laid over tables."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import UserError
from bench.experiments.layers import (
    Document,
    Layer,
    absolute_paths,
    check_values,
    is_weights_file,
    merge,
    place_of,
    set_document,
)


def merged(*tables):
    return merge(Layer("FILE", (), table) for table in tables)


LEAVES = st.sampled_from([0, 1, "none", (), [], [1, 2]])


def tables(depth: int) -> st.SearchStrategy:
    values = LEAVES if depth == 0 else LEAVES | tables(depth - 1)
    return st.dictionaries(st.sampled_from("abc"), values, max_size=3)


TABLES = tables(depth=2)


class TestMerge:
    def test_later_wins_key_by_key_and_lists_are_replaced_whole(self):
        below = {"a": 1, "t": {"x": 1, "y": [1, 2, 3]}, "gone": {"x": 1}}
        above = {"t": {"y": [4], "z": 5}, "b": 2, "gone": "none"}
        assert merged(below, above) == {
            "a": 1,
            "b": 2,
            "t": {"x": 1, "y": [4], "z": 5},
            "gone": "none",
        }

    @given(TABLES)
    def test_an_empty_layer_changes_nothing(self, table):
        assert merged(table) == merged(table, {}) == merged({}, table) == table

    @given(TABLES)
    def test_the_same_again_changes_nothing(self, table):
        assert merged(table, table) == table

    @given(TABLES, TABLES)
    def test_all_of_the_last_layer_is_there(self, a, b):
        def within(part, whole):
            return all(
                within(value, whole[key]) if isinstance(value, dict) else whole[key] == value
                for key, value in part.items()
            )

        assert within(b, merged(a, b))

    def test_the_layers_are_left_as_they_were(self):
        below, above = {"t": {"x": [1]}}, {"t": {"y": [2]}}
        result = merged(below, above)
        result["t"]["x"].append(9)
        result["t"]["y"].append(9)
        result["t"]["z"] = 9
        assert (below, above) == ({"t": {"x": [1]}}, {"t": {"y": [2]}})

    @pytest.mark.parametrize(
        ("key", "below", "above", "left"),
        [
            (
                "schedule",
                {"name": "step", "every_epochs": 5, "gamma": 0.1, "warmup_epochs": 2},
                {"name": "cosine"},
                {"name": "cosine", "warmup_epochs": 2},
            ),
            (
                "schedule",
                {"name": "cosine", "min_lr": 1e-6},
                {"name": "step", "every_epochs": 5, "gamma": 0.1},
                {"name": "step", "every_epochs": 5, "gamma": 0.1},
            ),
            ("schedule", {"name": "cosine", "min_lr": 1e-6}, {"name": "none"}, {"name": "none"}),
            (
                "schedule",
                {"name": "step", "every_epochs": 5, "gamma": 0.1},
                {"name": "step", "gamma": 0.5},
                {"name": "step", "every_epochs": 5, "gamma": 0.5},
            ),
            (
                "optimizer",
                {"name": "adam", "lr": 0.5, "betas": [0.8, 0.9], "weight_decay": 0.1},
                {"name": "sgd", "momentum": 0.9},
                {"name": "sgd", "lr": 0.5, "weight_decay": 0.1, "momentum": 0.9},
            ),
            (
                "optimizer",
                {"name": "sgd", "lr": 0.5, "momentum": 0.9},
                {"name": "adamw"},
                {"name": "adamw", "lr": 0.5},
            ),
            (
                "optimizer",
                {"name": "adam", "betas": [0.8, 0.9]},
                {"name": "adamw"},
                {"name": "adamw", "betas": [0.8, 0.9]},
            ),
            (
                "freezing",
                {"trainable_blocks": 1, "every_epochs": 5, "add_blocks": 1, "reset_optimizer": 1},
                {"phases": [1]},
                {"phases": [1], "reset_optimizer": 1},
            ),
            (
                "freezing",
                {"phases": [1], "restart_schedule": 1},
                {"trainable_blocks": 2},
                {"trainable_blocks": 2, "restart_schedule": 1},
            ),
            (
                "freezing",
                {"trainable_blocks": 1, "every_epochs": 5, "add_blocks": 1},
                {"trainable_blocks": 2},
                {"trainable_blocks": 2, "every_epochs": 5, "add_blocks": 1},
            ),
        ],
    )
    def test_another_kind_drops_the_keys_of_the_first_kind(self, key, below, above, left):
        assert merged({key: below}, {key: above}) == {key: left}

    def test_an_unknown_kind_drops_nothing(self):
        below = {"optimizer": {"name": "sgd", "momentum": 0.9}}
        assert merged(below, {"optimizer": {"name": "sdg"}})["optimizer"]["momentum"] == 0.9


class TestSetDocument:
    @pytest.mark.parametrize(
        ("assignment", "table"),
        [
            ("suite.name=x", {"suite": {"name": "x"}}),
            (" a.b = 1 ", {"a": {"b": 1}}),
            ("a=3e-5", {"a": 3e-5}),
            ("a=true", {"a": True}),
            ("a=[1, 2]", {"a": [1, 2]}),
            ('a={ b = "c" }', {"a": {"b": "c"}}),
            ('a="1"', {"a": "1"}),
            ("a=none", {"a": "none"}),
            ("a=timm:vit_tiny", {"a": "timm:vit_tiny"}),
            ("a=b=c", {"a": "b=c"}),
            ("a=", {"a": ""}),
            ("a=1\nb = 2", {"a": "1\nb = 2"}),
        ],
    )
    def test_the_value_is_toml_or_else_a_text(self, assignment, table):
        assert set_document(assignment).table == table
        assert set_document(assignment).origin == "--set"

    @pytest.mark.parametrize("assignment", ["", "a", "=1", ".=1", "a..b=1", "a.=1", "\n\n"])
    def test_what_is_no_assignment_is_refused_in_one_line(self, assignment):
        with pytest.raises(UserError, match=r"^--set .*: should be KEY=VALUE, such as [^\n]*$"):
            set_document(assignment)

    def test_bytes_that_are_no_text_are_refused(self):
        with pytest.raises(UserError, match=r"^--set 'a=.udcff': is not Unicode text$"):
            set_document("a=\udcff")


class TestPlaces:
    FILE = Layer("FILE", ("experiment", "x"), {"epochs": 1, "optimizer": {"lr": 1}, "l": [1]})
    SET = Layer("--set", ("experiment", "x"), {"optimizer": {"name": "sgd"}})
    DEFAULTS = Layer("FILE", ("defaults",), {"epochs": 1, "early_stopping": {}})

    @pytest.mark.parametrize(
        ("keys", "place"),
        [
            (("epochs",), "FILE: experiment.x.epochs"),
            (("optimizer",), "--set: experiment.x.optimizer"),
            (("optimizer", "name"), "--set: experiment.x.optimizer.name"),
            (("optimizer", "lr"), "FILE: experiment.x.optimizer.lr"),
            (("l", 0), "FILE: experiment.x.l.0"),
            (("early_stopping", "patience"), "FILE: defaults.early_stopping.patience"),
            (("model",), "FILE: experiment.x.model"),
        ],
    )
    def test_the_highest_layer_that_has_the_key_is_named(self, keys, place):
        assert place_of([self.DEFAULTS, self.FILE, self.SET], keys) == place

    def test_keys_that_are_no_plain_line_are_quoted(self):
        assert Layer("FILE", (), {}).place(["a b", "", "c\nd"]) == r"FILE: a b.''.'c\nd'"


class TestCheckValues:
    @pytest.mark.parametrize(
        "value", [2**63 - 1, -(2**63), "x" * 5000, [[[1]]], {"a": {"b": []}}, float("inf"), True]
    )
    def test_most_values_pass(self, value):
        check_values(Document("FILE", (), {"key": value}))

    def test_it_names_the_place_in_lists_and_tables(self):
        table = {"a": {"b": [0, {"c": 2**63}]}}
        with pytest.raises(UserError, match=r"^FILE: a\.b\.1\.c: is a whole number of 64 bits"):
            check_values(Document("FILE", (), table))


class TestAbsolutePaths:
    def test_roots_and_weight_files_and_nothing_else(self):
        table = {
            "data": {"d": {"root": "x", "name": "x"}},
            "defaults": {"weights": "w.PT", "model": "m.pt"},
            "experiment": {"e": {"weights": "v.pth"}, "f": {"weights": "V1"}},
        }
        document = Document("FILE", ("profile", "p"), table)
        made = absolute_paths(document, Path("/at"))
        assert made == Document(
            "FILE",
            ("profile", "p"),
            {
                "data": {"d": {"root": "/at/x", "name": "x"}},
                "defaults": {"weights": "/at/w.PT", "model": "m.pt"},
                "experiment": {"e": {"weights": "/at/v.pth"}, "f": {"weights": "V1"}},
            },
        )
        assert table["data"]["d"]["root"] == "x"

    def test_which_weights_are_files(self):
        files = ["a.safetensors", "/b/c.pth", "d.PT"]
        assert [name for name in [*files, "pretrained", "V1.pt2"] if is_weights_file(name)] == files
