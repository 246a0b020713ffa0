"""A searched parameter on an axis: numbers, numbers over orders of magnitude, or named values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from analysis.figures.canvas import SMALL_POINTS, short
from analysis.searching import PARAMETER

_MOST_TICKS = 4


@dataclass(frozen=True, eq=False)
class Dimension:
    """A parameter's values as positions.

    `places` are floats, NaN where a trial had no such value; `names` are the values at 0, 1, …
    where they are no numbers.
    """

    key: str
    places: NDArray[np.float64]
    names: tuple[str, ...] = ()
    is_log: bool = False

    def fractions(self) -> NDArray[np.float64]:
        """The positions between 0, the least, and 1, the greatest."""
        places = np.log10(self.places) if self.is_log else self.places
        low, high = np.nanmin(places), np.nanmax(places)
        if high == low:
            return np.where(np.isnan(places), places, 0.5)
        return np.asarray((places - low) / (high - low))

    def ends(self) -> tuple[str, str]:
        """What stands at 0 and at 1."""
        if self.names:
            found = self.places[~np.isnan(self.places)].astype(int)
            return self.names[found.min()], self.names[found.max()]
        return f"{np.nanmin(self.places):.3g}", f"{np.nanmax(self.places):.3g}"


def dimension(trials: pd.DataFrame, key: str, logarithmic: frozenset[str]) -> Dimension | None:
    """The values of a parameter; None where no trial has one."""
    values = [_known(value) for value in trials[f"{PARAMETER}{key}"]]
    known = [value for value in values if value is not None]
    if not known:
        return None
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        places = [math.nan if value is None else float(str(value)) for value in values]
        return Dimension(key, np.array(places), is_log=key in logarithmic)
    names = tuple(dict.fromkeys(str(value) for value in known))
    places = [math.nan if value is None else float(names.index(str(value))) for value in values]
    return Dimension(key, np.array(places), names)


def _known(value: object) -> object | None:
    is_missing = value is None or (isinstance(value, float) and math.isnan(value))
    return None if is_missing else value


def set_axis(axes: Axes, along: Dimension) -> None:
    """Gives the x axis the scale and the ticks of a parameter."""
    if along.names:
        axes.set_xlim(-0.5, len(along.names) - 0.5)
        axes.xaxis.set_major_locator(FixedLocator(range(len(along.names))))
        labels: Sequence[str] = [short(name, 14) for name in along.names]
        axes.set_xticklabels(labels, fontsize=SMALL_POINTS, parse_math=False)
        return
    if along.is_log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(_MOST_TICKS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
