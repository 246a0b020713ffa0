"""The records that say what to run.

Frozen, plain, and complete: everything downstream reads these and nothing else. They are
validated by `bench.experiments.config`; the constraints stand here, beside the fields, as
`annotated_types` metadata, so that executing a run needs neither pydantic nor TOML.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval, MinLen

PositiveInt = Annotated[int, Gt(0)]
NonNegativeInt = Annotated[int, Ge(0)]
PositiveFloat = Annotated[float, Gt(0), Interval(lt=float("inf"))]
NonNegativeFloat = Annotated[float, Ge(0), Interval(lt=float("inf"))]
Fraction = Annotated[float, Interval(ge=0, le=1)]
Name = Annotated[str, MinLen(1)]
LogModels = Literal["auto", "always", "never"]

_FORBID: dict[str, object] = {"extra": "forbid", "strict": True}


@dataclass(frozen=True)
class ColorJitter:
    """Half-widths of the jitter, as torchvision's `ColorJitter` means them.

    Brightness, contrast and saturation factors are drawn from [max(0, 1 - x), 1 + x]; the hue
    shift from [-hue, hue], in turns of the colour circle.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    brightness: NonNegativeFloat = 0.0
    contrast: NonNegativeFloat = 0.0
    saturation: NonNegativeFloat = 0.0
    hue: Annotated[float, Interval(ge=0, le=0.5)] = 0.0


@dataclass(frozen=True)
class Augment:
    """Random changes to each training image, drawn anew in every epoch.

    Applied in this order: rotation within ± `rotation_degrees`, horizontal and vertical flip
    (probabilities), colour jitter.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    rotation_degrees: Annotated[float, Interval(ge=0, le=180)] = 0.0
    horizontal_flip: Fraction = 0.0
    vertical_flip: Fraction = 0.0
    color_jitter: ColorJitter = ColorJitter()


@dataclass(frozen=True)
class Synthetic:
    """A data set of footprints drawn by program, a pure function of these four values.

    `images` in all splits together, each `size` pixels square. The classes are the 18 species of
    OpenAnimalTracks or, where `invented_species` says how many, species that do not exist.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    images: Annotated[int, Interval(ge=1, le=1_000_000)] = 1000
    size: Annotated[int, Interval(ge=16, le=1024)] = 96
    seed: NonNegativeInt = 0
    invented_species: Annotated[int, Interval(ge=2, le=10_000)] | None = None


@dataclass(frozen=True)
class DataSpec:
    """A folder of labelled images, or one to be drawn.

    `root` holds `train/ val/ test/` of class folders, or class folders alone; `split_seed` decides
    the 70/10/20 split of the second kind, and all runs of a suite share it. `synthetic` data are
    drawn into the cache folder when they are first needed. `obtain` says how a person gets the
    data; it is shown where they are not there.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    name: Name
    root: Path | None = None
    image_size: Annotated[int, Interval(ge=16, le=2048)] = 224
    split_seed: NonNegativeInt = 0
    on_bad_image: Literal["error", "skip"] = "error"
    augment: Augment = Augment()
    synthetic: Synthetic | None = None
    obtain: str = ""

    def __post_init__(self) -> None:
        """Refuses a data set that is nowhere, or in two places."""
        if (self.root is None) == (self.synthetic is None):
            raise ValueError("needs either root or synthetic, and not both")


@dataclass(frozen=True)
class Optimizer:
    """An optimizer of torch.optim; `momentum` is SGD's, `betas` are Adam's and AdamW's."""

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    name: Literal["adam", "adamw", "sgd"] = "adam"
    lr: PositiveFloat = 1e-4
    weight_decay: NonNegativeFloat = 0.0
    momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    betas: tuple[Annotated[float, Interval(ge=0, lt=1)], Annotated[float, Interval(ge=0, lt=1)]] = (
        0.9,
        0.999,
    )

    def __post_init__(self) -> None:
        """Refuses settings that the named optimizer would ignore."""
        if self.name != "sgd" and self.momentum:
            raise ValueError(f"momentum belongs to sgd, not to {self.name}")
        if self.name == "sgd" and self.betas != (0.9, 0.999):
            raise ValueError("betas belong to adam and adamw, not to sgd")


@dataclass(frozen=True)
class Schedule:
    """How the learning rate goes: a pure function of the epoch.

    `step` multiplies by `gamma` every `every_epochs`; `cosine` falls half a turn, and
    would be at `min_lr` in the epoch after the last. `warmup_epochs` of linear warm-up come before
    either.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    name: Literal["none", "step", "cosine"] = "none"
    every_epochs: PositiveInt | None = None
    gamma: Annotated[float, Interval(gt=0, le=1)] | None = None
    warmup_epochs: NonNegativeInt = 0
    min_lr: NonNegativeFloat = 0.0

    def __post_init__(self) -> None:
        """Refuses a step schedule without its step, and keys of another kind of schedule."""
        if self.name == "step":
            if self.every_epochs is None or self.gamma is None:
                raise ValueError('a "step" schedule needs every_epochs and gamma')
        elif self.every_epochs is not None or self.gamma is not None:
            raise ValueError(f'every_epochs and gamma belong to "step", not to "{self.name}"')
        if self.name != "cosine" and self.min_lr:
            raise ValueError(f'min_lr belongs to "cosine", not to "{self.name}"')


@dataclass(frozen=True)
class Phase:
    """From `epoch` on, the blocks that match a name or glob in `trainable` train, and no others."""

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    epoch: NonNegativeInt
    trainable: tuple[Name, ...]


@dataclass(frozen=True)
class Freezing:
    """Which blocks train in which epoch; the head always trains.

    Either a count (`trainable_blocks` of the deepest blocks besides the head, and `add_blocks`
    more every `every_epochs`), or explicit `phases`. Where the set changes, the optimizer is made
    anew (`reset_optimizer`) or keeps the state of the parameters that stay; `restart_schedule`
    starts the learning rate's schedule again.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    trainable_blocks: NonNegativeInt | None = None
    every_epochs: PositiveInt | None = None
    add_blocks: NonNegativeInt = 0
    phases: tuple[Phase, ...] = ()
    reset_optimizer: bool = False
    restart_schedule: bool = False

    def __post_init__(self) -> None:
        """Refuses a mixture of the two forms and phases that are not in order."""
        if (self.trainable_blocks is None) == (not self.phases):
            raise ValueError("needs either trainable_blocks or phases, and not both")
        if self.phases and (self.every_epochs is not None or self.add_blocks):
            raise ValueError(
                "every_epochs and add_blocks belong to trainable_blocks, not to phases"
            )
        if self.add_blocks and self.every_epochs is None:
            raise ValueError("add_blocks needs every_epochs")
        if self.every_epochs is not None and not self.add_blocks:
            raise ValueError("every_epochs needs add_blocks of at least 1")
        epochs = [phase.epoch for phase in self.phases]
        if epochs and epochs[0] != 0:
            raise ValueError(f"the first phase starts at epoch {epochs[0]}; it must start at 0")
        if epochs != sorted(set(epochs)):
            raise ValueError(f"phases start at epochs {epochs}; these must rise")


@dataclass(frozen=True)
class EarlyStopping:
    """Stops when the selection's measure has not improved for `patience` epochs."""

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    patience: PositiveInt


@dataclass(frozen=True)
class Published:
    """Figures that somebody published for this experiment, shown beside ours.

    Fractions between 0 and 1. They change nothing and are not part of a run's identity.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    accuracy: Fraction | None = None
    macro_accuracy: Fraction | None = None
    per_class: dict[str, Fraction] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Experiment:
    """One way of training: model, weights, and everything that decides how it is trained.

    `model` is `torchvision:NAME` or `timm:NAME`. `weights` is `none`, `pretrained`, the name of a
    set that the library knows, or a .safetensors, .pth or .pt file (absolute, once validated).
    `threads` is the number of CPU threads; where it is None the planner decides. `deterministic`
    allows only kernels that repeat bit for bit, which a CPU's do anyway and a GPU's at a price.
    A checkpoint is written every `checkpoint_every` epochs; a run that makes no step for
    `stall_seconds` is ended. `chosen_on_seeds` are the seeds on whose validation figures its
    settings were chosen: the report keeps figures on them apart, since they flatter.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = _FORBID

    name: Name
    model: Name
    weights: Name = "none"
    epochs: PositiveInt = 10
    batch_size: PositiveInt = 32
    normalize: Literal["imagenet", "model"] = "imagenet"
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    freezing: Freezing | None = None
    label_smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    clip_norm: PositiveFloat | None = None
    early_stopping: EarlyStopping | None = None
    select: Literal["best-val-accuracy"] = "best-val-accuracy"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    channels_last: bool = True
    deterministic: bool = False
    threads: PositiveInt | None = None
    checkpoint_every: PositiveInt = 1
    stall_seconds: PositiveFloat = 1800.0
    published: Published | None = None
    chosen_on_seeds: tuple[NonNegativeInt, ...] = ()


@dataclass(frozen=True)
class Suite:
    """The experiments to compare, on one data set, over the same seeds.

    `log_models` says whose selected models MLflow gets: everybody's, nobody's, or, `auto`, those
    of a small suite whose weights are small.
    """

    name: str
    data: DataSpec
    seeds: tuple[int, ...]
    experiments: tuple[Experiment, ...]
    file: Path
    profile: str | None = None
    log_models: LogModels = "auto"


@dataclass(frozen=True)
class Run:
    """One experiment with one seed: the unit that is executed, stored and skipped when done.

    `identity` is 12 hex digits over everything that can change the outcome (design: run
    identity); `configuration` the same without the seed, so that the seeds of one configuration
    can be found. `threads` is fixed here: on a CPU the same count repeats bit for bit.
    """

    suite: str
    data: DataSpec
    experiment: Experiment
    seed: int
    fingerprint: str
    identity: str
    configuration: str
    threads: int
    profile: str | None = None
