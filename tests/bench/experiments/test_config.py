"""What a suite file means: the study itself, its layers and its paths."""

from pathlib import Path

import pytest

from bench.experiments.config import load_suite
from bench.experiments.spec import (
    Augment,
    ColorJitter,
    EarlyStopping,
    Freezing,
    Optimizer,
    Published,
    Schedule,
    Synthetic,
)
from tests.bench.suites import GOOD, STUDY, changed, experiment, load, write

BASELINE, UNFREEZING, VIT, FREEZING = (
    "resnet18-baseline",
    "resnet18-progressive-unfreezing",
    "vit-full-finetune",
    "vit-progressive-freezing",
)


class TestStudy:
    """experiments.toml says what the study says."""

    @pytest.fixture
    def study(self):
        return load_suite(STUDY)

    @pytest.fixture
    def by_name(self, study):
        return {one.name: one for one in study.experiments}

    def test_four_experiments_with_three_seeds(self, study):
        assert [one.name for one in study.experiments] == [BASELINE, UNFREEZING, VIT, FREEZING]
        assert study.seeds == (0, 1, 2)
        assert study.name == "open-animal-tracks"
        assert study.file == STUDY
        assert study.profile is None

    def test_data_set_and_augmentation(self, study):
        assert study.data.root == STUDY.parent / "data" / "OpenAnimalTracks"
        assert study.data.image_size == 224
        assert study.data.augment == Augment(
            rotation_degrees=30,
            horizontal_flip=0.5,
            vertical_flip=0.5,
            color_jitter=ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1),
        )

    def test_what_all_have_in_common(self, study):
        for one in study.experiments:
            assert one.batch_size == 32
            assert one.optimizer == Optimizer("adam", lr=1e-4)
            assert one.normalize == "imagenet"
            assert one.select == "best-val-accuracy"
            assert one.precision == "auto"

    def test_epochs_models_and_weights(self, by_name):
        resnet = ("torchvision:resnet18", "IMAGENET1K_V1", 40)
        vit = ("timm:vit_base_patch16_224", "pretrained", 20)
        found = {name: (one.model, one.weights, one.epochs) for name, one in by_name.items()}
        assert found == {BASELINE: resnet, UNFREEZING: resnet, VIT: vit, FREEZING: vit}

    def test_the_vits_decay_by_ten_every_five_epochs_and_the_resnets_do_not(self, by_name):
        decay = Schedule("step", every_epochs=5, gamma=0.1)
        found = {name: one.schedule for name, one in by_name.items()}
        assert found == {BASELINE: Schedule(), UNFREEZING: Schedule(), VIT: decay, FREEZING: decay}

    def test_what_starts_frozen(self, by_name):
        def thaw(blocks: int) -> Freezing:
            return Freezing(
                trainable_blocks=blocks, every_epochs=5, add_blocks=1, reset_optimizer=True
            )

        found = {name: one.freezing for name, one in by_name.items()}
        assert found == {BASELINE: None, UNFREEZING: thaw(1), VIT: None, FREEZING: thaw(2)}

    def test_published_figures_ride_along(self, by_name):
        accuracies = {name: one.published.accuracy for name, one in by_name.items()}
        assert accuracies == {BASELINE: 0.65, UNFREEZING: 0.65, VIT: 0.60, FREEZING: 0.58}
        assert by_name[BASELINE].published.per_class == {
            "muledeer": 0.87,
            "goose": 0.83,
            "turkey": 0.78,
            "elephant": 0.60,
            "gray_fox": 0.28,
            "bob_cat": 0.28,
        }


class TestLayers:
    """A profile lies over the file, `--set` over both."""

    def epochs(self, folder: Path, *, over: str = "", **options: object) -> dict[str, int]:
        suite = load(folder, GOOD + over, **options)
        return {one.name: one.epochs for one in suite.experiments}

    def test_within_the_file_an_experiment_wins_over_the_defaults(self, tmp_path):
        text = changed(("batch_size = 8", "batch_size = 8\nepochs = 7"))
        suite = load(tmp_path, text)
        assert [one.epochs for one in suite.experiments] == [3, 7, 7]
        assert [one.batch_size for one in suite.experiments] == [8, 8, 8]

    def test_a_profiles_defaults_win_over_the_files_experiments(self, tmp_path):
        assert self.epochs(tmp_path)["plain"] == 3
        assert self.epochs(tmp_path, profile="quick") == {"plain": 1, "counted": 1, "phased": 1}

    def test_a_profiles_experiment_wins_over_its_defaults(self, tmp_path):
        over = "[profile.quick.experiment.plain]\nepochs = 2\n"
        assert self.epochs(tmp_path, over=over, profile="quick") == {
            "plain": 2,
            "counted": 1,
            "phased": 1,
        }

    def test_set_wins_over_the_profile(self, tmp_path):
        found = self.epochs(tmp_path, profile="quick", assignments=["experiment.plain.epochs=9"])
        assert found == {"plain": 9, "counted": 1, "phased": 1}

    def test_the_last_set_wins(self, tmp_path):
        orders = (["defaults.epochs=4", "experiment.plain.epochs=5"], [5, 4, 4])
        assert list(self.epochs(tmp_path, assignments=orders[0]).values()) == orders[1]
        found = self.epochs(tmp_path, assignments=orders[0][::-1])
        assert list(found.values()) == [4, 4, 4]

    def test_globs_in_profiles_and_in_set(self, tmp_path):
        over = '[profile.some.experiment."p*"]\nepochs = 6\n'
        found = self.epochs(
            tmp_path, over=over, profile="some", assignments=["experiment.*ed.epochs=8"]
        )
        assert found == {"plain": 6, "counted": 8, "phased": 8}

    def test_only_the_key_that_is_set_changes(self, tmp_path):
        set_ = ["experiment.plain.optimizer.lr=3e-5"]
        assert experiment(tmp_path, "plain", assignments=set_).optimizer == Optimizer(
            "adam", lr=3e-5, betas=(0.8, 0.99)
        )

    def test_suite_and_data_set_are_layered_too(self, tmp_path):
        over = "[profile.tiny.data.photos]\nimage_size = 32\n[profile.tiny.suite]\nseeds = [7]\n"
        suite = load(
            tmp_path,
            GOOD + over,
            profile="tiny",
            assignments=["data.photos.augment.rotation_degrees=5", "suite.name=other"],
        )
        assert (suite.name, suite.seeds, suite.profile) == ("other", (7,), "tiny")
        assert suite.data.image_size == 32
        assert suite.data.augment == Augment(5, color_jitter=ColorJitter(brightness=0.2))

    @pytest.mark.parametrize(
        ("name", "key", "unset"),
        [
            ("counted", "freezing", None),
            ("plain", "published", None),
            ("plain", "clip_norm", None),
            ("plain", "early_stopping", None),
            ("plain", "threads", None),
        ],
    )
    def test_none_takes_away_what_a_layer_below_set(self, tmp_path, name, key, unset):
        text = changed(
            ("epochs = 3", "epochs = 3\nclip_norm = 1\nthreads = 2\nearly_stopping.patience = 4")
        )
        assert getattr(experiment(tmp_path, name, text), key) is not unset
        set_ = [f"experiment.{name}.{key}=none"]
        assert getattr(experiment(tmp_path, name, text, assignments=set_), key) is unset

    def test_what_was_taken_away_can_be_set_anew(self, tmp_path):
        text = changed(("epochs = 3", "epochs = 3\nearly_stopping.patience = 4"))
        set_ = ["defaults.early_stopping=none", "experiment.plain.early_stopping.patience=2"]
        found = experiment(tmp_path, "plain", text, assignments=set_)
        assert found.early_stopping == EarlyStopping(2)

    @pytest.mark.parametrize(
        "options",
        [
            {"profile": "empty"},
            {"assignments": ["experiment.plain.epochs=3"]},
            {"assignments": ["defaults.batch_size=8"]},
            {"assignments": ["data.photos.augment.rotation_degrees=30.0"]},
            {"assignments": ["experiment.counted.schedule.gamma=0.1", "suite.seeds=[0, 1]"]},
            {"assignments": ['experiment.counted.schedule={ name = "step" }']},
            {"assignments": ["experiment.*.optimizer.name=adam"]},
            {"assignments": ["suite.data=photos"]},
        ],
    )
    def test_a_layer_that_says_what_is_there_changes_nothing(self, tmp_path, options):
        plain, layered = load(tmp_path), load(tmp_path, **options)
        assert layered.experiments == plain.experiments
        assert layered.data == plain.data
        assert layered.seeds == plain.seeds


class TestPublished:
    """Figures are shown only beside the data set they were measured on."""

    def test_they_stay_with_the_files_data_set(self, tmp_path):
        published = Published(accuracy=0.5, per_class={"fox": 0.25})
        assert experiment(tmp_path, "plain").published == published
        assert experiment(tmp_path, "plain", profile="quick").published == published

    @pytest.mark.parametrize(
        "options", [{"profile": "drawn"}, {"assignments": ["suite.data=drawings"]}]
    )
    def test_they_go_with_another_data_set(self, tmp_path, options):
        suite = load(tmp_path, **options)
        assert suite.data.name == "drawings"
        assert [one.published for one in suite.experiments] == [None, None, None]


class TestSyntheticData:
    """A data set that is to be drawn has no root, and the last word on that counts."""

    def test_a_profile_may_draw_what_the_file_reads(self, tmp_path):
        over = "[profile.p.data.photos]\nsynthetic = { images = 90, seed = 4 }\n"
        data = load(tmp_path, GOOD + over, profile="p").data
        assert data.root is None
        assert data.synthetic == Synthetic(images=90, seed=4)

    def test_set_may_read_what_the_profile_draws(self, tmp_path):
        over = "[profile.p.data.photos]\nsynthetic = {}\n"
        suite = load(tmp_path, GOOD + over, profile="p", assignments=["data.photos.root=/p"])
        assert suite.data.root == Path("/p")
        assert suite.data.synthetic is None

    def test_one_value_of_it_can_be_set(self, tmp_path):
        over = "[profile.p.data.photos]\nsynthetic = { images = 90 }\n"
        set_ = ["data.photos.synthetic.seed=3"]
        suite = load(tmp_path, GOOD + over, profile="p", assignments=set_)
        assert suite.data.synthetic == Synthetic(images=90, seed=3)


class TestPaths:
    """Relative paths are meant from where they were written."""

    def test_in_the_file_they_start_at_its_folder(self, tmp_path, monkeypatch):
        (tmp_path / "elsewhere").mkdir()
        write(tmp_path)
        monkeypatch.chdir(tmp_path / "elsewhere")
        suite = load_suite(Path("..") / "suite.toml", names=["counted"])
        assert suite.data.root.resolve() == tmp_path / "pictures"
        assert suite.data.root.is_absolute()
        weights = Path(suite.experiments[0].weights)
        assert weights.is_absolute()
        assert weights.resolve() == tmp_path / "nearby.safetensors"

    def test_in_set_they_start_at_the_current_folder(self, tmp_path, monkeypatch):
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        suite = load(
            tmp_path,
            names=["plain"],
            assignments=["data.photos.root=mine", "defaults.weights=my.pth"],
        )
        assert suite.data.root == tmp_path / "elsewhere" / "mine"
        assert suite.experiments[0].weights == str(tmp_path / "elsewhere" / "my.pth")

    def test_in_a_profile_they_start_at_the_files_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir("/")
        over = '[profile.p.data.photos]\nroot = "small"\n'
        assert load(tmp_path, GOOD + over, profile="p").data.root == tmp_path / "small"

    def test_absolute_paths_stay_and_home_is_home(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HOME", "/home/ada")
        assert load(tmp_path, profile="drawn").data.root == Path("/drawn")
        set_ = ["data.photos.root=~/photos"]
        assert load(tmp_path, assignments=set_).data.root == Path("/home/ada/photos")

    def test_the_home_of_nobody_is_a_folder_that_is_not_there(self, tmp_path, monkeypatch):
        monkeypatch.chdir("/")
        set_ = ["data.photos.root=~no-such-user/photos"]
        assert load(tmp_path, assignments=set_).data.root == Path("/~no-such-user/photos")

    @pytest.mark.parametrize("weights", ["IMAGENET1K_V1", "pretrained", "none", "in1k.ft"])
    def test_names_of_weights_are_no_paths(self, tmp_path, weights):
        set_ = [f"experiment.plain.weights={weights}"]
        assert experiment(tmp_path, "plain", assignments=set_).weights == weights
