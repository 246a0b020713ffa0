"""Writes the best trial of a search into the suite file, as an experiment of its own.

It is added at the end of the file, whose every other byte stays as it is: comments and layout too.
"""

import dataclasses
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Table

from bench.errors import UserError
from bench.experiments.config import check_folder_name, load_suite
from bench.experiments.identity import settings
from bench.experiments.layers import Layer, merge
from bench.experiments.search_config import LoadedSearch, nested
from bench.experiments.spec import Experiment, Suite
from bench.results.atomic import write_atomic
from bench.search.outcome import TrialRow

_NOT_SETTINGS = ("name", "published", "chosen_on_seeds")
_FEWEST_NEW_SEEDS = 2


@dataclasses.dataclass(frozen=True)
class Promoted:
    """What was written.

    `new_seeds` are seeds that the search has not seen, to run it on.
    """

    name: str
    new_seeds: tuple[int, ...]


def promote(
    loaded: LoadedSearch, best: TrialRow, n_trials: int, name: str, folder: Path | None
) -> Promoted:
    """Adds the best trial to the suite file.

    Args:
        loaded: the search.
        best: its best trial.
        n_trials: how many there were.
        name: of the new experiment.
        folder: where relative paths in the file are meant from; the file's own where None.

    Raises:
        UserError: the name is taken, the settings are an experiment's already, or the file cannot
            be written.
    """
    file = loaded.suite.file
    place = f"{file}: experiment.{name}"
    check_folder_name(name, place)
    if any(one.name == name for one in loaded.suite.experiments):
        raise UserError(
            f"{place}: is there already; name another one: bench search {loaded.search.name} NAME "
            "--promote"
        )
    wanted = loaded.experiment(best.settings)
    same = [one.name for one in loaded.suite.experiments if _core(one) == _core(wanted)]
    if same:
        raise UserError(
            f"{file}: trial {best.number}, the best one, has the settings of experiment.{same[0]}; "
            "there is nothing to write"
        )
    text = _added(loaded, best, n_trials, name, wanted, folder)
    try:
        write_atomic(file.resolve(), text)
    except OSError as error:
        raise UserError(f"{file}: cannot be written to: {error.strerror}") from None
    return Promoted(name, new_seeds(loaded))


def new_seeds(loaded: LoadedSearch) -> tuple[int, ...]:
    """The suite's seeds that were not searched, and others where these are few."""
    searched = set(loaded.search.seeds)
    wanted = max(_FEWEST_NEW_SEEDS, len(loaded.suite.seeds))
    others = (seed for seed in range(max(searched) + len(searched) + wanted + 2))
    unseen = dict.fromkeys([*loaded.suite.seeds, *others])
    return tuple(sorted([seed for seed in unseen if seed not in searched][:wanted]))


def _core(experiment: Experiment) -> dict[str, Any]:
    """What an experiment is, whatever it is called."""
    return {k: v for k, v in settings(experiment).items() if k not in _NOT_SETTINGS}


def _added(
    loaded: LoadedSearch,
    best: TrialRow,
    n_trials: int,
    name: str,
    wanted: Experiment,
    folder: Path | None,
) -> str:
    """The file's text with the experiment at its end, once that reads back as what was searched."""
    file, profile = loaded.suite.file, loaded.suite.profile
    before = file.read_text(encoding="utf-8")
    own = dict(tomllib.loads(before)["experiment"][loaded.base.name])
    own.pop("published", None)
    seeds = sorted({*loaded.search.seeds, *loaded.base.chosen_on_seeds})
    values = nested(best.settings)
    if profile is None:
        own, over = merge([Layer("", (), own), Layer("", (), values)]), None
    else:  # a profile wins over the file, so that what was searched in it is said in it
        over = values
    own["chosen_on_seeds"] = seeds
    comment = _comment(loaded, best, n_trials)
    for _ in range(2):
        text = before.rstrip("\n") + "\n\n" + _snippet(name, own, profile, over, comment)
        read = _read_back(text, loaded.suite, name, folder)
        differing = list(_differences(wanted, read))
        if not differing:
            return text
        # Such as what `--set` said while it was searched, or a default that the file changes.
        (own if over is None else over).update(differing)
    raise UserError(
        f"{file}: experiment.{name}: would not be what was searched "
        f"({', '.join(key for key, _ in differing)}); write it by hand: {best.settings}"
    )


def _comment(loaded: LoadedSearch, best: TrialRow, n_trials: int) -> Sequence[str]:
    search = loaded.search
    plural = "s" if len(search.seeds) > 1 else ""
    seeds = ", ".join(map(str, search.seeds))
    of = f"of {loaded.suite.name}"
    return (
        f"Chosen by `bench search {search.name}`: trial {best.number}, the best of {n_trials} by",
        f"{search.metric} = {best.value:.4f} on the validation images {of}, seed{plural} {seeds}.",
        f"Figures on the seed{plural} searched flatter it; honest ones are those of other seeds.",
    )


def _snippet(
    name: str,
    own: dict[str, Any],
    profile: str | None,
    over: dict[str, Any] | None,
    comment: Sequence[str],
) -> str:
    lines = [f"# {line}\n" for line in comment]
    lines += [f"[experiment.{name}]\n", tomlkit.dumps(_table(own))]
    if over is not None:
        key = tomlkit.key(str(profile)).as_string()
        lines += [f"\n[profile.{key}.experiment.{name}]\n", tomlkit.dumps(_table(over))]
    return "".join(lines)


def _table(values: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _inline(value))
    return table


def _inline(value: Any) -> Any:
    """Tables in one line, as settings of an experiment are written."""
    if isinstance(value, dict):
        inline: InlineTable = tomlkit.inline_table()
        for key, one in value.items():
            inline.append(key, _inline(one))
        return inline
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend([_inline(one) for one in value])
        return array
    return value


def _read_back(text: str, suite: Suite, name: str, folder: Path | None) -> Experiment:
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / suite.file.name
        copy.write_text(text, encoding="utf-8")
        try:
            read = load_suite(
                copy,
                profile=suite.profile,
                names=[name],
                folder=folder or suite.file.absolute().parent,
            )
        except UserError as error:
            reason = str(error).splitlines()[0].replace(str(copy), str(suite.file))
            raise UserError(f"cannot be promoted: {reason}") from None
    return read.experiments[0]


def _differences(wanted: Experiment, read: Experiment) -> Iterator[tuple[str, Any]]:
    """The settings that were not read back, as a table has them."""
    for one in dataclasses.fields(Experiment):
        if one.name in _NOT_SETTINGS:
            continue
        value = getattr(wanted, one.name)
        if value != getattr(read, one.name):
            yield one.name, _plain(value)


def _plain(value: Any) -> Any:
    if value is None:
        return "none"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        whole = dataclasses.asdict(value)
        return {key: _plain(one) for key, one in whole.items() if one not in (None, ())}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    return value
