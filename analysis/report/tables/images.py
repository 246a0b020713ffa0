"""Tables of single images."""

import pandas as pd

from analysis.report.numbers import fraction
from analysis.report.tables.table import Table
from analysis.report.tables.wording import sentences


def hard_images_table(images: pd.DataFrame, top: int = 10) -> Table:
    """Test images that every model gets wrong, and those that hang on the seed.

    Args:
        images: what `analysis.hard_images.hard_images` returned.
        top: how many of each kind are shown; the frame keeps them all.

    Returns:
        The table "hard_images".
    """
    rows = images.groupby("kind", sort=False).head(top)
    always = int((images["kind"] == "always wrong").sum())
    shown = pd.DataFrame({"image": rows["path"].to_numpy()})
    shown["is"] = rows["true"].to_numpy()
    shown["called"] = rows["answer"].to_numpy()
    shown["by"] = [f"{n} of {m}" for n, m in zip(rows["n_answer"], rows["n_runs"], strict=True)]
    shown["wrong in"] = [
        f"{n} of {m}" for n, m in zip(rows["n_wrong"], rows["n_runs"], strict=True)
    ]
    shown["confidence"] = [fraction(x) for x in rows["confidence"]]
    return Table(
        name="hard_images",
        title="Hard images",
        frame=images,
        shown=shown,
        note=sentences(
            f"{always} test images are wrong in every run; {len(images) - always} flip between "
            "right and wrong with the seed.",
            "Where nearly all runs agree on another class, look at the label first.",
            f"The first {top} of each kind; the rest are in hard_images.csv."
            if len(rows) < len(images)
            else "",
        ),
        labels=("image", "is", "called"),
        is_detail=True,
    )
