"""Every mistake is one clear line: file, key, value, and what would be right.

Each row is a change to the good suite, where the line must say that it is wrong, and what else
the line must say.
"""

import pytest

from tests.bench.suites import GOOD, changed, load, mistakes

EPOCHS = "epochs = 3"
ADAM = '{ name = "adam", lr = 1e-4, betas = [0.8, 0.99] }'
STEP = '{ name = "step", every_epochs = 5, gamma = 0.1 }'
COUNTS = "{ trainable_blocks = 1, every_epochs = 2, add_blocks = 1 }"
PHASES = '[{ epoch = 0, trainable = ["blocks.*"] }, { epoch = 4, trainable = [] }]'
AUGMENT = "data.photos.augment"


UNKNOWN = [
    ("[defaults]", "[default]", "default: unknown section", "did you mean 'defaults'?"),
    ("[profile.empty]", "[serch.x]", "serch: unknown section", "did you mean 'search'?"),
    ("seeds = ", "seed = ", "suite.seed: unknown key", "did you mean 'seeds'?"),
    ("image_size", "imagesize", "data.photos.imagesize: unknown key", "mean 'image_size'?"),
    ("rotation_", "rot_", f"{AUGMENT}.rot_degrees: unknown key", "mean 'rotation_degrees'?"),
    ("brightness", "hues", f"{AUGMENT}.color_jitter.hues: unknown key", "did you mean 'hue'?"),
    ("batch_size = 8", "batchsize = 8", "defaults.batchsize: unknown key", "mean 'batch_size'?"),
    (EPOCHS, "epoch = 3", "experiment.plain.epoch: unknown key", "did you mean 'epochs'?"),
    (EPOCHS, "Epochs = 3", "experiment.plain.Epochs: unknown key", "did you mean 'epochs'?"),
    (EPOCHS, "zzz = 3", "experiment.plain.zzz: unknown key", "known: name, model, weights"),
    ("betas =", "beta =", "defaults.optimizer.beta: unknown key", "did you mean 'betas'?"),
    ("gamma =", "gama =", "experiment.counted.schedule.gama: unknown key", "mean 'gamma'?"),
    ("add_blocks", "addblocks", "experiment.counted.freezing.addblocks: unknown", "'add_blocks'?"),
    ("epoch = 4, ", "epoch = 4, x = 1, ", "experiment.phased.freezing.phases.1.x: unknown key"),
    (
        "per_class =",
        "error =",
        "experiment.plain.published.error: unknown key",
        "known: accuracy, macro_accuracy, per_class, source",
    ),
]
WRONG_TYPE = [
    ("[0, 1]", "3", "suite.seeds = 3", "should be a list"),
    ("[0, 1]", "[0, true]", "suite.seeds.1 = True", "should be a valid integer"),
    ('name = "tracks"', "name = 5", "suite.name = 5", "should be a valid string"),
    ('"photos"\nseeds', "[]\nseeds", "suite.data = []", "should be a valid string"),
    ('"pictures"', "7", "data.photos.root = 7", "should be a valid string"),
    ("size = 64", 'size = "64"', "data.photos.image_size = '64'", "should be a valid integer"),
    ("size = 64", "size = 64.0", "data.photos.image_size = 64.0", "should be a valid integer"),
    ("degrees = 30", 'degrees = "30"', f"{AUGMENT}.rotation_degrees = '30'", "valid number"),
    ("degrees = 30", "degrees = true", f"{AUGMENT}.rotation_degrees = True", "valid number"),
    ("{ brightness = 0.2 }", "0.2", f"{AUGMENT}.color_jitter = 0.2", "should be a table"),
    (EPOCHS, "epochs = true", "experiment.plain.epochs = True", "should be a valid integer"),
    (EPOCHS, "channels_last = 1", "experiment.plain.channels_last = 1", "valid boolean"),
    (EPOCHS, "weights = {}", "experiment.plain.weights = {}", "should be a valid string"),
    (EPOCHS, 'clip_norm = "1"', "experiment.plain.clip_norm = '1'", "should be a valid number"),
    (EPOCHS, "early_stopping = 3", "experiment.plain.early_stopping = 3", "should be a table"),
    (EPOCHS, "epochs = 2020-01-31", "experiment.plain.epochs = 2020-01-31", "is a date"),
    (EPOCHS, "weights = 07:30:00", "experiment.plain.weights = 07:30:00", "is a date or time"),
    ('"pictures"', "2020-01-31T07:30:00Z", "data.photos.root = 2020-01-31", "is a date or time"),
    (ADAM, '"adam"', "defaults.optimizer = 'adam'", "should be a table"),
    (ADAM, "[]", "defaults.optimizer = []", "should be a table"),
    ("[0.8, 0.99]", "0.8", "defaults.optimizer.betas = 0.8", "should be a list"),
    ("[0.8, 0.99]", "[0.8]", "defaults.optimizer.betas.1: missing"),
    (STEP, "[]", "experiment.counted.schedule = []", "should be a table"),
    (COUNTS, "1", "experiment.counted.freezing = 1", "should be a table"),
    (PHASES, "{}", "experiment.phased.freezing.phases = {}", "should be a list"),
    ("trainable = []", 'trainable = "head"', "experiment.phased.freezing.phases.1.trainable"),
    ("{ fox = 0.25 }", "[0.25]", "experiment.plain.published.per_class = [0.25]", "a table"),
    ("fox = 0.25", 'Fox = "a"', "experiment.plain.published.per_class.Fox = 'a'", "number"),
]
WHOLE_TABLES = [
    ("suite = 1", "suite = 1", "should be a table"),
    ("data = 1", "data = 1", "should be a table"),
    ("experiment = []", "experiment = []", "should be a table"),
    ("profile = 'x'", "profile = 'x'", "should be a table"),
    ("data.photos = 1", "data.photos = 1", "should be a table"),
    ("experiment.plain = 'x'", "experiment.plain = 'x'", "should be a table"),
    ("defaults = 2020-01-31", "defaults = 2020-01-31", "is a date"),
    (f"suite = 0x{'f' * 5000}", "suite: is a whole number of 20000 bits", "within 64"),
    (f"defaults = '{'x' * 5000}'", "defaults = 'xxx", "xxx...: should be a table"),
]
OUT_OF_RANGE = [
    ("size = 64", "size = 15", "data.photos.image_size = 15", "greater than or equal to 16"),
    ("size = 64", "size = 2049", "data.photos.image_size = 2049", "less than or equal to 2048"),
    ("degrees = 30", "degrees = 181", f"{AUGMENT}.rotation_degrees = 181", "or equal to 180"),
    ("degrees = 30", "degrees = nan", f"{AUGMENT}.rotation_degrees = nan", "or equal to 180"),
    (
        "rotation_degrees = 30",
        "horizontal_flip = 1.1",
        f"{AUGMENT}.horizontal_flip = 1.1",
        "equal to 1",
    ),
    ("brightness = 0.2", "hue = 0.6", f"{AUGMENT}.color_jitter.hue = 0.6", "equal to 0.5"),
    ("brightness = 0.2", "contrast = inf", f"{AUGMENT}.color_jitter.contrast = inf", "finite"),
    (EPOCHS, "epochs = 0", "experiment.plain.epochs = 0", "should be greater than 0"),
    (EPOCHS, "threads = 0", "experiment.plain.threads = 0", "should be greater than 0"),
    (EPOCHS, "clip_norm = -1", "experiment.plain.clip_norm = -1", "should be greater than 0"),
    (EPOCHS, "label_smoothing = 1", "experiment.plain.label_smoothing = 1", "less than 1"),
    (EPOCHS, f"epochs = {2**63}", "experiment.plain.epochs: is a whole number of 64 bits"),
    (EPOCHS, f"epochs = -{'9' * 4000}", "experiment.plain.epochs: is a whole number of"),
    ('"pictures"', '""', "data.photos.root = ''", "should name a folder"),
    (EPOCHS, 'weights = ""', "experiment.plain.weights = ''", "at least 1 character"),
    (EPOCHS, r'weights = "a\u0000"', r"experiment.plain.weights = 'a\x00'", "NUL"),
    ('"pictures"', r'"a\u0000b"', r"data.photos.root = 'a\x00b'", "NUL"),
    ("batch_size = 8", "batch_size = -8", "defaults.batch_size = -8", "greater than 0"),
    ("lr = 1e-4", "lr = 0", "defaults.optimizer.lr = 0", "should be greater than 0"),
    ("lr = 1e-4", "lr = inf", "defaults.optimizer.lr = inf", "should be a finite number"),
    ("lr = 1e-4", "lr = nan", "defaults.optimizer.lr = nan", "should be a finite number"),
    ("lr = 1e-4", "lr = -nan", "defaults.optimizer.lr = nan", "should be a finite number"),
    ("lr = 1e-4", f"lr = 1{'0' * 400}", "defaults.optimizer.lr: is a whole number of 1329 bits"),
    ("0.99]", "1.0]", "defaults.optimizer.betas.1 = 1.0", "should be less than 1"),
    ("gamma = 0.1", "gamma = 1.5", "experiment.counted.schedule.gamma = 1.5", "equal to 1"),
    ("s = 2, a", "s = 0, a", "experiment.counted.freezing.every_epochs = 0", "greater than 0"),
    ("fox = 0.25", "fox = 25", "experiment.plain.published.per_class.fox = 25", "equal to 1"),
    ("[0, 1]", "[0, -1]", "suite.seeds.1 = -1", "greater than or equal to 0"),
    ("[0, 1]", "[]", "suite.seeds = []", "at least one seed is needed"),
    ("[0, 1]", "[4, 4]", "suite.seeds = [4, 4]", "a seed is named twice"),
]
NO_SUCH_NAME = [
    ('"adam"', '"adamm"', "defaults.optimizer.name = 'adamm'", "did you mean 'adam'?"),
    ('"adam"', '"lion"', "defaults.optimizer.name = 'lion'", "should be 'adam', 'adamw' or 'sgd'"),
    ('"adam"', "1", "defaults.optimizer.name = 1", "should be 'adam', 'adamw' or 'sgd'"),
    ('"step"', '"steps"', "experiment.counted.schedule.name = 'steps'", "did you mean 'step'?"),
    (EPOCHS, 'precision = "fp16"', "experiment.plain.precision = 'fp16'", "mean 'bf16'?"),
    (EPOCHS, 'normalize = "x"', "experiment.plain.normalize = 'x'", "be 'imagenet' or 'model'"),
    (EPOCHS, 'select = "best"', "experiment.plain.select = 'best'", "be 'best-val-accuracy'"),
    ("image_size = 64", 'on_bad_image = "skp"', "data.photos.on_bad_image = 'skp'", "'skip'?"),
    ('"photos"\n', '"photo"\n', "suite.data = 'photo': there is no [data.photo]", "'photos'?"),
]
MISSING = [
    ('name = "tracks"\n', "", "suite.name: missing", "each suite section needs it"),
    ('data = "photos"\n', "", "suite.data: missing", "each suite section needs it"),
    ('root = "pictures"\n', "", "data.photos", "needs either root or synthetic, and not both"),
    ('"pictures"', '"p"\nsynthetic = {}', "data.photos", "either root or synthetic, and not both"),
    ('root = "pictures"', "synthetic = { images = 0 }", "data.photos.synthetic.images = 0", "1"),
    ('root = "pictures"', "synthetic = { dogs = 1 }", "data.photos.synthetic.dogs", "unknown"),
    ('model = "torchvision:resnet18"\n', "", "experiment.plain.model: missing", "each experiment"),
    ("epoch = 4, ", "", "experiment.phased.freezing.phases.1.epoch: missing", "each phase"),
    (EPOCHS, "early_stopping = {}", "experiment.plain.early_stopping.patience: missing"),
]
NO_MEANING = [
    (", gamma = 0.1", "", "experiment.counted.schedule = {", "needs every_epochs and gamma"),
    ('"step"', '"cosine"', "experiment.counted.schedule = {", 'belong to "step", not to "cosine"'),
    ("betas = [0.8, 0.99]", "momentum = 0.9", "defaults.optimizer = {", "belongs to sgd"),
    ('"adam"', '"sgd"', "defaults.optimizer = {", "betas belong to adam and adamw, not to sgd"),
    ("epoch = 0", "epoch = 9", "experiment.phased.freezing = {", "it must start at 0"),
    ("epoch = 4", "epoch = 0", "experiment.phased.freezing = {", "[0, 0]; these must rise"),
    (PHASES, f"{PHASES}, trainable_blocks = 1", "experiment.phased.freezing = {", "not both"),
    (PHASES, "[]", "experiment.phased.freezing = {'phases': []}", "either trainable_blocks or"),
    (", every_epochs = 2", "", "experiment.counted.freezing = {", "add_blocks needs every_epochs"),
    ("[experiment.plain]", "[experiment.plain]\nname = 'x'", "experiment.plain.name", "its table"),
]
BAD_NAMES = [
    ('"tracks"', f'"{name}"', f"suite.name: {name!r}", "letters, digits, '-' and '_'")
    for name in ("a b", "../x", ".", "-x", "a.b", "é")
] + [
    ('name = "tracks"', 'name = ""', "suite.name = ''", "at least 1 character"),
    ('"tracks"', f'"{"x" * 101}"', "suite.name: 'xxxx", "up to 100 letters"),
    ("[experiment.plain]", '[experiment."a b"]', "experiment.a b: 'a b'", "it names a folder"),
    ("[experiment.plain]", '[experiment."../x"]', "experiment.../x: '../x'", "names a folder"),
    ("[experiment.plain]", '[experiment.""]', "experiment.'': ''", "it names a folder"),
    ("[experiment.plain]", "[experiment.robustness]", "experiment.robustness: 'r", "of its own"),
    ("[experiment.plain]", r'[experiment."a\nb"]', r"experiment.'a\nb': 'a\nb'", "a folder"),
    ("[experiment.plain]", f"[experiment.{'x' * 200}]", "experiment.xxx", "up to 100 letters"),
]


@pytest.mark.parametrize(
    ("old", "new", "place", "hints"),
    [
        pytest.param(old, new, place, hints, id=place[:60])
        for old, new, place, *hints in (
            *UNKNOWN,
            *WRONG_TYPE,
            *OUT_OF_RANGE,
            *NO_SUCH_NAME,
            *MISSING,
            *NO_MEANING,
            *BAD_NAMES,
        )
    ],
)
def test_a_mistake_in_the_file_is_one_line(tmp_path, old, new, place, hints):
    (line,) = mistakes(tmp_path, changed((old, new)))
    assert line.startswith(f"FILE: {place}"), line
    for hint in hints:
        assert hint in line
    assert line.isprintable()
    assert len(line) < 500


@pytest.mark.parametrize(
    ("text", "place", "hint"), [pytest.param(*row, id=row[1][:30]) for row in WHOLE_TABLES]
)
def test_what_should_be_a_table_but_is_not(tmp_path, text, place, hint):
    sections = {
        "suite": '[suite]\nname = "s"\ndata = "photos"',
        "data": '[data.photos]\nroot = "r"',
        "experiment": '[experiment.plain]\nmodel = "m"',
    }
    others = [section for name, section in sections.items() if not text.startswith(name)]
    (line,) = mistakes(tmp_path, "\n".join([text, *others]))
    assert len(line) < 200
    assert line.startswith(f"FILE: {place}"), line
    assert hint in line


def test_the_suite_that_the_mistakes_are_made_in_is_good(tmp_path):
    assert len(load(tmp_path).experiments) == 3


def test_mistakes_of_several_experiments_are_all_told_and_each_once(tmp_path):
    text = changed(
        (EPOCHS, "epochs = 0"), ("gamma = 0.1", "gamma = 2"), ("batch_size = 8", "batch_size = 0")
    )
    places = [line.split(" = ")[0] for line in mistakes(tmp_path, text)]
    assert sorted(places) == [
        "FILE: defaults.batch_size",
        "FILE: experiment.counted.schedule.gamma",
        "FILE: experiment.plain.epochs",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"profile": "quik"}, "FILE: profile.quik: there is no such profile; did you mean 'quick'"),
        ({"profile": "a\nb"}, r"FILE: profile.'a\nb': there is no such profile; known: quick, "),
        ({"names": ["plane"]}, "plane: no experiment has this name; did you mean 'plain'?"),
        ({"names": ["z*"]}, "z*: no experiment has this name; known: plain, counted, phased"),
        ({"names": ["\n"]}, r"'\n': no experiment has this name"),
        ({"assignments": ["epochs"]}, "--set epochs: should be KEY=VALUE"),
        ({"assignments": ["=3"]}, "--set =3: should be KEY=VALUE"),
        ({"assignments": ["experiments.plain.epochs=3"]}, "--set: experiments: unknown section"),
        ({"assignments": ["profile.x=1"]}, "--set: profile: unknown section"),
        ({"assignments": ["suite=1"]}, "--set: suite = 1: should be a table"),
        (
            {"assignments": ["experiment.plan.epochs=3"]},
            "--set: experiment.plan: matches no experiment; did you mean 'plain'?",
        ),
        (
            {"assignments": ["experiment.z*.epochs=3"]},
            "--set: experiment.z*: matches no experiment; known: plain",
        ),
        (
            {"assignments": ["experiment.plain=3"]},
            "--set: experiment.plain = 3: should be a table",
        ),
        (
            {"assignments": ["experiment.plain.epochs=many"]},
            "--set: experiment.plain.epochs = 'many': should be a valid integer",
        ),
        (
            {"assignments": [f"experiment.plain.epochs={'9' * 5000}"]},
            "--set: experiment.plain.epochs = '9999",
        ),
        (
            {"assignments": [f"experiment.plain.{'x.' * 2000}y=1"]},
            "--set: experiment.plain.x: is nested too deeply",
        ),
        (
            {"assignments": ["data.drawings.root=x"]},
            "--set: data.drawings: the suite uses data set 'photos'",
        ),
        (
            {"assignments": ["suite.data=photo"]},
            "--set: suite.data = 'photo': there is no [data.photo]; did you mean 'photos'?",
        ),
        ({"assignments": ["suite.seeds=[1, 1]"]}, "--set: suite.seeds = [1, 1]: a seed is named"),
        ({"assignments": ["suite.name=a b"]}, "--set: suite.name: 'a b' should be up to 100"),
        (
            {"profile": "quick", "assignments": ["defaults.epochs=0"]},
            "--set: defaults.epochs = 0: should be greater than 0",
        ),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(tmp_path, options, said):
    (line,) = mistakes(tmp_path, **options)
    assert line.startswith(said), line
    assert line.isprintable()


def test_a_mistake_in_a_profile_is_told_where_the_profile_is_used(tmp_path):
    text = GOOD + "[profile.bad.defaults]\nepochs = -1\n[profile.bad.experiments.x]\n"
    assert load(tmp_path, text)
    assert mistakes(tmp_path, text, profile="bad") == [
        "FILE: profile.bad.experiments: unknown section; did you mean 'experiment'?"
    ]
    text = text.replace("[profile.bad.experiments.x]\n", "")
    assert mistakes(tmp_path, text, profile="bad") == [
        "FILE: profile.bad.defaults.epochs = -1: should be greater than 0"
    ]


def test_what_is_missing_is_looked_for_in_the_file_also_with_set(tmp_path):
    text = changed(('model = "torchvision:resnet18"\n', ""))
    (line,) = mistakes(tmp_path, text, assignments=["experiment.plain.epochs=1"])
    assert line == "FILE: experiment.plain.model: missing; each experiment needs it"


def test_a_suite_needs_an_experiment(tmp_path):
    text = '[suite]\nname = "s"\ndata = "d"\n[data.d]\nroot = "r"\n'
    (line,) = mistakes(tmp_path, text)
    assert line == "FILE: it has no [experiment.NAME] table; at least one is needed"


def test_where_no_name_is_near_the_line_ends_with_those_that_are_right(tmp_path):
    (line,) = mistakes(tmp_path, changed(('"adam"', '"lion"')))
    assert line == "FILE: defaults.optimizer.name = 'lion': should be 'adam', 'adamw' or 'sgd'"
