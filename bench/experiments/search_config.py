"""experiments.toml -> a search: its record, and the experiments that its trials are.

Layers as in `bench.experiments.config`: file, profile, `--set`.
"""

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench.errors import UserError, nearest, plain, shown
from bench.experiments.config import (
    check_folder_name,
    checked_seeds,
    experiment_layers,
    experiment_table,
    read_documents,
    suite_of,
    validated,
)
from bench.experiments.layers import Document, Layer, Table, merge, place_of
from bench.experiments.search_space import flattened, read_space
from bench.experiments.search_spec import (
    Assignment,
    Search,
    assignments,
    n_assignments,
)
from bench.experiments.spec import Experiment, Suite

METRICS = ("val_macro_accuracy", "val_accuracy", "val_loss")
_MAY_BE_NONE = ("hours", "patience")
_MOST_CORNERS = 4096
_LARGEST_GRID = 100_000


@dataclass(frozen=True)
class LoadedSearch:
    """A search, its suite, and the tables from which its trials' experiments are made."""

    suite: Suite
    search: Search
    base: Experiment
    layers: tuple[Layer, ...]
    own: Layer

    def experiment(self, values: Mapping[str, object]) -> Experiment:
        """The experiment with these values in place of its own, named as a trial's runs are.

        Raises:
            UserError: where the spec forbids them.
        """
        over = Layer(self.own.origin, (*self.own.prefix, "space"), nested(values))
        table = experiment_table(self.search.runs_name, [*self.layers, over])
        made = validated(Experiment, table, [*self.layers, over])
        return dataclasses.replace(made, published=None, chosen_on_seeds=())


def nested(values: Mapping[str, object]) -> Table:
    """`{"optimizer.lr": 1}` as tables in tables."""
    table: dict[str, Any] = {}
    for key, value in values.items():
        *above, last = key.split(".")
        inner = table
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return table


def load_search(
    file: Path,
    name: str,
    *,
    profile: str | None = None,
    assignments: Sequence[str] = (),
    folder: Path | None = None,
) -> LoadedSearch:
    """Reads, overlays and validates a search.

    Args:
        file: the TOML file.
        name: of its `[search.NAME]`.
        profile: the `[profile.NAME]` to lay over it.
        assignments: `KEY=VALUE` texts, laid over both.
        folder: where relative paths in the file are meant from; the file's own where None.

    Raises:
        UserError: one line for each mistake, with file, key, value, and what would be right.
    """
    documents = read_documents(file, profile, assignments, folder or file.absolute().parent)
    suite = suite_of(documents, file, profile, None, ())
    layers = _search_layers(documents, name, file)
    search = _search(name, layers)
    base = _base(suite, search, layers)
    known = [one.name for one in suite.experiments]
    found = LoadedSearch(
        suite=suite,
        search=search,
        base=base,
        layers=tuple(experiment_layers(documents, base.name, known)),
        own=layers[0],
    )
    _check_grid(search, layers)
    _check_corners(found)
    return found


def search_names(file: Path) -> list[str]:
    """The searches that the file has."""
    (document,) = read_documents(file, None, (), file.absolute().parent)
    return list(document.layer("search").table)


def _search_layers(documents: Sequence[Document], name: str, file: Path) -> list[Layer]:
    known = list(documents[0].layer("search").table)
    if name not in known:
        hint = nearest(name, known) or f"; a [search.{plain(name)}] table declares one"
        raise UserError(f"{file}: search.{plain(name)}: there is no such search{hint}")
    for document in documents[1:]:
        for other in document.layer("search").table:
            if other not in known:
                place = document.layer("search").place([other])
                raise UserError(f"{place}: there is no such search{nearest(other, known)}")
    check_folder_name(name, documents[0].layer("search").place([name]))
    return [document.layer("search", name) for document in documents]


def _search(name: str, layers: Sequence[Layer]) -> Search:
    table = merge(
        Layer(layer.origin, layer.prefix, {k: v for k, v in layer.table.items() if k != "space"})
        for layer in layers
    )
    for layer in layers:
        if "name" in layer.table:
            raise UserError(f"{layer.place(['name'])}: a search's name is its table's name")
    _check_metric(table, layers)
    for key in _MAY_BE_NONE:
        if table.get(key) == "none":
            del table[key]
    search = validated(Search, {**table, "name": name}, layers)
    checked_seeds(search.seeds, place_of(layers, ("seeds",)))
    spaces = [_space_of(layer) for layer in layers]
    space = read_space(spaces)
    if not space:
        raise UserError(f"{place_of(layers, ('space',))}: names nothing that could be searched")
    return dataclasses.replace(search, space=space)


def _space_of(layer: Layer) -> Layer:
    space = layer.table.get("space", {})
    if not isinstance(space, dict):
        raise UserError(f"{layer.place(['space'])} = {shown(space)}: should be a table")
    return flattened(Layer(layer.origin, (*layer.prefix, "space"), space))


def _check_metric(table: Table, layers: Sequence[Layer]) -> None:
    metric = table.get("metric")
    if isinstance(metric, str) and "test" in metric:
        raise UserError(
            f"{place_of(layers, ('metric',))} = {shown(metric)}: a search never looks at the test "
            f"set; should be one of {', '.join(METRICS)}"
        )


def _base(suite: Suite, search: Search, layers: Sequence[Layer]) -> Experiment:
    by_name = {one.name: one for one in suite.experiments}
    if search.experiment not in by_name:
        raise UserError(
            f"{place_of(layers, ('experiment',))} = {shown(search.experiment)}: there is no such "
            f"experiment{nearest(search.experiment, by_name)}"
        )
    return by_name[search.experiment]


def _check_grid(search: Search, layers: Sequence[Layer]) -> None:
    if search.sampler != "grid":
        return
    for parameter in search.space:
        if parameter.listed() is None:
            place = place_of(layers, ("space",))
            raise UserError(
                f"{place}.{parameter.key}: a grid needs a step, or choices; sampler = "
                '"random" needs none'
            )
    count = n_assignments(search.space)
    if count > _LARGEST_GRID:
        place = place_of(layers, ("space",))
        raise UserError(f"{place}: is a grid of {count:,.0f} combinations, which is too many")


def grid(search: Search) -> list[Assignment]:
    """All combinations of a grid, in an order of its own, so that a part of them is a sample."""
    values = {one.key: one.listed() or () for one in search.space}
    found = list(assignments(search.space, values))
    random.Random(search.sampler_seed).shuffle(found)  # noqa: S311 - an order, not a secret
    return found


def corners(search: Search) -> Iterator[Assignment]:
    """Combinations of the outermost values, of which the spec forbids one if any.

    All of them where there are at most some thousands; else each value in the company of others
    that are drawn.
    """
    values = {one.key: one.extremes for one in search.space}
    total = 1
    for one in values.values():
        total *= len(one)
    if total <= _MOST_CORNERS:
        yield from assignments(search.space, values)
        return
    rng = random.Random(0)  # noqa: S311 - a sample, not a secret
    for key, own in values.items():
        for value in own:
            for _ in range(max(1, _MOST_CORNERS // (len(values) * len(own)))):
                drawn = {name: (rng.choice(others),) for name, others in values.items()}
                yield from islice(assignments(search.space, {**drawn, key: (value,)}), 1)


def _check_corners(found: LoadedSearch) -> None:
    mistakes: dict[str, str] = {}
    for values in corners(found.search):
        try:
            found.experiment(values)
        except UserError as error:
            # The same reason with other values beside it is the same mistake.
            for line in str(error).splitlines():
                mistakes.setdefault(line.rpartition(": ")[2], line)
    if mistakes:
        raise UserError("\n".join(mistakes.values()))
