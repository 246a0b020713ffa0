"""Tables of what a probability is worth."""

import pandas as pd

from analysis.report.numbers import fraction, sd_note
from analysis.report.tables.table import Table
from analysis.report.tables.wording import means, sentences


def calibration_table(calibration: pd.DataFrame) -> Table:
    """Calibration on the test images, before and after temperature scaling.

    Args:
        calibration: what `analysis.calibration.calibration` returned.

    Returns:
        The table "calibration".
    """
    shown = pd.DataFrame({"experiment": calibration["experiment"]})
    shown["ECE"] = means(calibration, "ece", "ece_sd", digits=3)
    shown["scaled"] = means(calibration, "ece_scaled", "ece_scaled_sd", digits=3)
    shown["Brier"] = [fraction(x, 3) for x in calibration["brier"]]
    shown["Brier, scaled"] = [fraction(x, 3) for x in calibration["brier_scaled"]]
    shown["NLL"] = [fraction(x, 3) for x in calibration["nll"]]
    shown["NLL, scaled"] = [fraction(x, 3) for x in calibration["nll_scaled"]]
    shown["temperature"] = means(calibration, "temperature", "temperature_sd")
    return Table(
        name="calibration",
        title="Is 80 % sure right 80 % of the time?",
        frame=calibration,
        shown=shown,
        note=sentences(
            "ECE: expected calibration error, 15 bins. Brier: squared error of the probabilities, "
            "summed over classes. NLL in nats. Scaled: after dividing the logits by the "
            "temperature that fits the validation images best; above 1, the network was too sure.",
            sd_note(calibration["n_seeds"]),
        ),
        labels=("experiment",),
        is_detail=True,
    )
