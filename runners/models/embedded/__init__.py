"""Small networks that the project carries with their weights, pretrained on invented footprints.

`model = "embedded:NAME"`, and `weights = "embedded:NAME"` or `"pretrained"`. Nothing here needs
torch: a plan can be made without it. How the weights were made is told in README.md.
"""

from pathlib import Path

from bench.errors import UserError, nearest
from bench.experiments.layers import is_weights_file
from bench.experiments.spec import Experiment

NAMES = ("resnet18_slim", "vit_slim_patch8")
PREFIX = "embedded:"
FOLDER = Path(__file__).parent


def embedded_file(experiment: Experiment) -> Path | None:
    """The file of an experiment's weights, if they are among the package's own.

    Raises:
        UserError: for a name that the package does not have.
    """
    if experiment.weights == "pretrained" and experiment.model.startswith(PREFIX):
        name = experiment.model.removeprefix(PREFIX)
    elif experiment.weights.startswith(PREFIX):
        name = experiment.weights.removeprefix(PREFIX)
    elif _is_a_set_for_an_embedded_model(experiment):
        name = experiment.weights
    else:
        return None
    if name not in NAMES or name == experiment.weights:
        raise UserError(
            f"experiment.{experiment.name}.weights = {experiment.weights!r}: the package has no "
            f"such weights{nearest(name, ['none', 'pretrained', *(PREFIX + one for one in NAMES)])}"
        )
    return FOLDER / f"{name}.safetensors"


def _is_a_set_for_an_embedded_model(experiment: Experiment) -> bool:
    """Whether the weights are a name, which can only be one of the package's."""
    is_name = experiment.weights != "none" and not is_weights_file(experiment.weights)
    return is_name and experiment.model.startswith(PREFIX)
