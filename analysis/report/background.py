"""What a report tells beside the findings: the data set, the runs, the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class RunFacts:
    """One run, complete or not.

    `command` makes it again. `seconds` is its wall time, `images_per_second` that of the training
    steps, `peak_bytes` the memory at its highest, `parameters` those of the network and
    `trained_parameters` those that were trained in its last epoch; None where not known. `reason`
    and `advice` say why it failed and what to try.
    """

    experiment: str
    seed: int
    state: str
    identity: str
    folder: str
    command: str
    device: str = ""
    seconds: float | None = None
    images_per_second: float | None = None
    peak_bytes: int | None = None
    parameters: int | None = None
    trained_parameters: int | None = None
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, eq=False)
class Background:
    """What surrounds the numbers.

    Attributes:
        data: the data set's name.
        fingerprint: SHA-256 of the data set.
        counts: a row a class: `class, train, val, test`; unknown counts are NaN.
        runs: every run of the plan, in order.
        environment: names and values, such as versions and the device.
        made: when the report was made, as it is to be printed.
        report_command: makes this report again.
        robustness_command: measures the runs on corrupted images.
    """

    data: str
    fingerprint: str
    counts: pd.DataFrame
    runs: tuple[RunFacts, ...]
    environment: tuple[tuple[str, str], ...]
    made: str
    report_command: str = ""
    robustness_command: str = "bench robustness --all"


@dataclass(frozen=True)
class Glance:
    """Pictures of what one experiment sees: what each shows, in a sentence, and its SVG element."""

    experiment: str
    pictures: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Pictures:
    """Photos for the report, as JPEG files in memory.

    `test` holds thumbnails of test images by path; `samples` some training images of each class.
    `glances` show what models see. `notes` say what could not be shown, and why. `corrupted` is the
    SVG element of an image under each corruption, empty where there is none.
    """

    test: Mapping[str, bytes] = field(default_factory=dict)
    samples: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    glances: tuple[Glance, ...] = ()
    notes: tuple[str, ...] = ()
    corrupted: str = ""
