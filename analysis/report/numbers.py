"""Numbers as people read them."""

import math
from collections.abc import Iterable

MISSING = "–"


def fraction(value: float, digits: int = 2) -> str:
    """A fraction with fixed digits, "0.87"; a dash where it is not known."""
    return f"{value:.{digits}f}" if math.isfinite(value) else MISSING


def with_sd(mean: float, sd: float, digits: int = 2) -> str:
    """Mean and standard deviation, "0.87 ± 0.03"; the mean alone where there is no deviation."""
    if not math.isfinite(sd):
        return fraction(mean, digits)
    return f"{fraction(mean, digits)} ± {fraction(sd, digits)}"


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign, "+0.027" or "−0.010"; a dash where it is not known."""
    if not math.isfinite(value):
        return MISSING
    text = f"{value:+.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text[1:]


def signed_interval(low: float, high: float, digits: int = 3) -> str:
    """The bounds of an interval of differences, "−0.010 to +0.064"."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    return f"{signed(low, digits)} to {signed(high, digits)}"


def p_value(value: float) -> str:
    """A p-value to two or three digits, "0.21", "0.034", "<0.001"; a dash where it is not known."""
    if not math.isfinite(value):
        return MISSING
    if value < 0.001:
        return "<0.001"
    # The limit lies where rounding would otherwise give "0.100".
    return f"{value:.3f}" if value < 0.0995 else f"{value:.2f}"


def interval(low: float, high: float) -> str:
    """The bounds of an interval of fractions, "0.72–0.94"; a dash where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return MISSING
    return f"{fraction(low)}–{fraction(high)}"


def percent(value: float) -> str:
    """A fraction as whole percents, "30 %", that says neither 0 nor 100 where that is not so."""
    if not math.isfinite(value):
        return MISSING
    if 0 < value < 0.005:
        return "<1 %"
    if 0.995 <= value < 1:
        return ">99 %"
    return f"{100 * value:.0f} %"


def count_of(count: int, n: int) -> str:
    """A count out of n, "12 of 40 (30 %)"; a dash where n is 0."""
    return f"{count} of {n} ({percent(count / n)})" if n else MISSING


def duration(seconds: float) -> str:
    """A time to two or three digits, "45 s", "12 min" or "3.2 h"; a dash where it is not known."""
    if not math.isfinite(seconds):
        return MISSING
    # The limits lie where rounding would otherwise give "100 s" or "100 min".
    if seconds < 99.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 99.5 else f"{minutes / 60:.1f} h"


def milliseconds(value: float) -> str:
    """A short time to two or three digits, "4.2 ms" or "31 ms"; a dash where it is not known."""
    if not math.isfinite(value):
        return MISSING
    return f"{value:.1f} ms" if value < 9.95 else f"{value:.0f} ms"


def per_second(value: float) -> str:
    """A number a second to two or three digits; a dash where it is not known."""
    if not math.isfinite(value):
        return MISSING
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def sd_note(n_seeds: Iterable[int]) -> str:
    """What ± means in a table whose experiments have these numbers of seeds."""
    counts = sorted(set(n_seeds))
    if not counts:
        return ""
    if counts[-1] < 2:
        return "One seed each, so nothing is known about the spread over seeds."
    seeds = f"{counts[-1]} seeds" if len(counts) == 1 else f"up to {counts[-1]} seeds"
    only_one = "; where there is only one seed there is none" if counts[0] < 2 else ""
    return f"± is the standard deviation over {seeds}{only_one}."
