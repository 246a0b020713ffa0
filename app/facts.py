"""Facts about species: a file of them, held to its schema, and looked up by class name.

A file has a table `[species.CLASS]` for each class, `[sources]` that the species name, and
`[[look_alike]]` for pairs that are easily confused; `app.species` says what each key means. All are
needed but `look_alike`, and `front`, which a bird does not have. A data set whose classes are not
in the file works without.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from app.species import LookAlike, SpeciesFacts, Text
from bench.errors import UserError, nearest, plain, shown
from bench.experiments.config import validated
from bench.experiments.layers import Document, Layer, check_values

SPECIES_FILE = Path(__file__).with_name("species.toml")
_SECTIONS = ("sources", "species", "look_alike")
_STRICT: dict[str, object] = {"extra": "forbid", "strict": True}


@dataclass(frozen=True)
class _LookAlikes:
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    look_alike: tuple[LookAlike, ...] = ()


@dataclass(frozen=True)
class _Sources:
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    sources: dict[str, Text]


@dataclass(frozen=True, eq=False)
class Facts:
    """All species of a file, found by class name in whatever way it is written.

    `bob_cat`, `bobcat`, `Bob-Cat` and `BOB CAT` are one name: case and all but letters and digits
    are left out.

    Attributes:
        species: by the class names of the file, in its order.
        look_alikes: in the order of the file.
    """

    species: Mapping[str, SpeciesFacts]
    look_alikes: tuple[LookAlike, ...] = ()

    def of(self, name: str) -> SpeciesFacts | None:
        """The facts of a class, None where the file has none."""
        return {key_of(known): facts for known, facts in self.species.items()}.get(key_of(name))

    def look_alike(self, a: str, b: str) -> LookAlike | None:
        """What is written about a pair of classes, in either order; None where nothing is."""
        pair = {key_of(a), key_of(b)}
        found = (one for one in self.look_alikes if set(map(key_of, one.classes)) == pair)
        return next(found, None)


def key_of(name: str) -> str:
    """What two spellings of a class name have in common."""
    return "".join(character for character in name.casefold() if character.isalnum())


def load_facts(path: Path | None = None) -> Facts:
    """Reads and validates a file of facts.

    Args:
        path: a file of the same make for other classes; the 18 species of OpenAnimalTracks where
            None.

    Raises:
        UserError: one line for each mistake, with file, key, value, and what would be right.
    """
    file = SPECIES_FILE if path is None else path
    document = Document(str(file), (), _parse(file))
    check_values(document)
    for name in document.table:
        if name not in _SECTIONS:
            raise UserError(f"{file}: {plain(name)}: unknown section{nearest(name, _SECTIONS)}")
    species = _all_species(document, _citations(document))
    return Facts(MappingProxyType(species), _look_alikes(document, species))


def _parse(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file}: no such file; it should hold facts about species") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise UserError(f"{file}: its values are nested too deeply") from None
    except ValueError as error:
        raise UserError(f"{file}: is not valid UTF-8 TOML: {str(error)[:200]}") from None


def _citations(document: Document) -> dict[str, str]:
    layer = document.layer("sources")
    whole = Layer(document.origin, (), {"sources": layer.table})
    return validated(_Sources, whole.table, [whole]).sources


def _all_species(document: Document, citations: Mapping[str, str]) -> dict[str, SpeciesFacts]:
    """The species by class name; the mistakes of all of them are reported together."""
    made: dict[str, SpeciesFacts] = {}
    mistakes: list[str] = []
    for name in document.layer("species").table:
        try:
            layer = document.layer("species", name)
            _check_new(name, made, layer)
            made[name] = _species(layer, citations)
        except UserError as error:
            mistakes += str(error).splitlines()
    if mistakes:
        raise UserError("\n".join(mistakes))
    if not made:
        raise UserError(f"{document.origin}: it has no [species.CLASS] table; one is needed")
    return made


def _check_new(name: str, made: Mapping[str, SpeciesFacts], layer: Layer) -> None:
    place = layer.place([])
    if not key_of(name):
        raise UserError(f"{place}: a class's name should hold a letter or digit")
    same = next((known for known in made if key_of(known) == key_of(name)), None)
    if same is not None:
        raise UserError(f"{place}: is {same!r} in another spelling; keep one of them")


def _species(layer: Layer, citations: Mapping[str, str]) -> SpeciesFacts:
    made = validated(SpeciesFacts, layer.table, [layer])
    front = layer.place(["track", "front"])
    if made.track.foot == "bird" and made.track.front is not None:
        raise UserError(f"{front}: a bird has no front foot; leave it out")
    if made.track.foot != "bird" and made.track.front is None:
        raise UserError(f"{front}: missing; each track but a bird's needs it")
    for at, source in enumerate(made.sources):
        if source not in citations:
            place = layer.place(["sources", at])
            hint = nearest(source, citations)
            raise UserError(f"{place} = {shown(source)}: is not in [sources]{hint}")
    return replace(made, sources=tuple(citations[source] for source in made.sources))


def _look_alikes(document: Document, species: Mapping[str, SpeciesFacts]) -> tuple[LookAlike, ...]:
    whole = Layer(document.origin, (), {"look_alike": document.table.get("look_alike", [])})
    made = validated(_LookAlikes, whole.table, [whole]).look_alike
    known = {key_of(name): name for name in species}
    seen: dict[frozenset[str], int] = {}
    for at, one in enumerate(made):
        place = f"{whole.place(['look_alike', at, 'classes'])} = {shown(list(one.classes))}"
        for name in one.classes:
            if key_of(name) not in known:
                raise UserError(f"{place}: {name!r} has no facts{nearest(name, species)}")
        pair = frozenset(map(key_of, one.classes))
        if len(pair) == 1:
            raise UserError(f"{place}: should be two different classes")
        if pair in seen:
            raise UserError(f"{place}: is the pair of look_alike.{seen[pair]} again")
        seen[pair] = at
    return made
