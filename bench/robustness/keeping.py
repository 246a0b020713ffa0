"""Puts new answers of a run to those that are stored, so that none is lost unasked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.results.records import RunRecord
from bench.results.robustness import CLEAN, COLUMNS, Measured, held, place_of, read, write
from bench.results.store import DamagedError
from bench.robustness.stored import outdated

if TYPE_CHECKING:
    import pandas as pd


def keep(record: RunRecord, made: Measured, discard: bool = False) -> Measured:
    """Writes new answers, with those that are stored by now and are not replaced.

    What is stored is read again first: another command may have written since this one began.

    Args:
        record: the run.
        made: its new answers.
        discard: whether nothing of what is stored is to be kept.

    Returns:
        What is stored then.

    Raises:
        UserError: it cannot be written, the run has another model by now, or what another command
            wrote meanwhile would be lost.
    """
    with held(record):
        if reason := _outdated(record, made):
            raise UserError(f"{place_of(record)}: the answers are {reason} by now; measure again")
        stored = None if discard else read(record)
        if stored is not None and _outdated(record, stored):
            stored = None
        if stored is None:
            whole = made
        elif stored.told.n_images > made.told.n_images:
            raise UserError(
                f"{place_of(record)}: another command has stored answers on "
                f"{stored.told.n_images} images meanwhile; measure again, on as many"
            )
        elif stored.told.n_images < made.told.n_images:
            refuse_loss(stored, list(made.told.amounts), made.told.n_images)
            whole = made
        else:
            whole = merged(stored, made)
        write(record, whole)
    return whole


def _outdated(record: RunRecord, measured: Measured) -> str:
    try:
        return outdated(record, measured)
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None


def merged(stored: Measured, made: Measured) -> Measured:
    """Both sets of answers, which are on the same images; of what is in both, the new ones."""
    import pandas as pd

    from runners.data.corruptions.catalogue import CORRUPTIONS

    old = stored.answers
    kept = old.loc[~old["corruption"].isin([CLEAN, *made.told.amounts])]
    amounts = stored.told.amounts | made.told.amounts
    in_order = {one.name: amounts[one.name] for one in CORRUPTIONS if one.name in amounts}
    answers = ordered(pd.concat([made.answers, kept], ignore_index=True))
    return Measured(replace(made.told, amounts=in_order), answers)


def refuse_loss(stored: Measured, names: Sequence[str], n_images: int) -> None:
    """Refuses answers on more images that would replace those on other corruptions.

    Raises:
        UserError: names what would go, and what to do.
    """
    lost = [name for name in stored.told.amounts if name not in names]
    if lost:
        n_stored = stored.told.n_images
        raise UserError(
            f"{', '.join(lost)}: stored on {_images(n_stored)}, and would be lost with answers on "
            f"{n_images}; name them too (--corruption), ask for --images {n_stored}, or drop them "
            "with --discard"
        )


def _images(n_images: int) -> str:
    return "1 image" if n_images == 1 else f"{n_images} images"


def ordered(answers: "pd.DataFrame") -> "pd.DataFrame":
    """Images as they are first, then in the catalogue's order, by strength and path."""
    from runners.data.corruptions.catalogue import CORRUPTIONS

    place = {CLEAN: -1} | {one.name: k for k, one in enumerate(CORRUPTIONS)}
    keyed = answers.assign(place=answers["corruption"].map(place))
    in_order = keyed.sort_values(["place", "strength", "path"], ignore_index=True)
    return in_order[list(COLUMNS)]
