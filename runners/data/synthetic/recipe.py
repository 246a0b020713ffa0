"""Which photos a drawn data set has: how many of each species, in which split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.experiments.spec import Synthetic
from runners.data.splits import MIN_IMAGES, split_class
from runners.data.synthetic.draws import Draws
from runners.data.synthetic.invented import invent
from runners.data.synthetic.morphology import Species
from runners.data.synthetic.scene import Photo, photograph
from runners.data.synthetic.species import SPECIES


@dataclass(frozen=True)
class Drawing:
    """One photo to draw: which species, the how-manieth of it, and where it goes."""

    species: Species
    index: int
    split: str

    @property
    def path(self) -> str:
        """Relative to its split's folder."""
        return _path(self.species, self.index)

    def draw(self, synthetic: Synthetic) -> Photo:
        """Draws it: a pure function of the data set's seed, the species and the index."""
        draws = Draws("photo", synthetic.seed, self.species.name, self.index)
        return photograph(self.species, synthetic.size, draws)


def species_of(synthetic: Synthetic) -> tuple[Species, ...]:
    """The species of a drawn data set."""
    if synthetic.invented_species is None:
        return SPECIES
    return invent(synthetic.seed, synthetic.invented_species)


def least_images(synthetic: Synthetic) -> int:
    """How many images it needs, so that each species is in each split."""
    return MIN_IMAGES * len(species_of(synthetic))


def drawings(synthetic: Synthetic) -> Iterator[Drawing]:
    """All photos of a drawn data set, species by species, split 7 : 1 : 2 within each.

    Raises:
        ValueError: for fewer than `least_images`.
    """
    species = species_of(synthetic)
    for one, n in zip(species, counts(species, synthetic.images), strict=True):
        index_of = {_path(one, index): index for index in range(n)}
        parts = split_class(list(index_of), synthetic.seed)
        for split, paths in zip(("train", "val", "test"), parts, strict=True):
            for path in sorted(paths):
                yield Drawing(one, index_of[path], split)


def counts(species: Sequence[Species], n_images: int) -> list[int]:
    """How many photos each species gets: by its share, by largest remainders, never too few.

    Raises:
        ValueError: for fewer than three a species.
    """
    spare = n_images - MIN_IMAGES * len(species)
    if spare < 0:
        raise ValueError(f"{n_images} images are fewer than {MIN_IMAGES} a species")
    total = sum(one.share for one in species)
    wanted = [n_images * one.share / total - MIN_IMAGES for one in species]
    # What a rare species lacks, the others give, each by what it has above the least.
    above = [max(0.0, part) for part in wanted]
    exact = [spare * part / sum(above) if sum(above) else 0.0 for part in above]
    whole = [int(part) for part in exact]
    by_remainder = sorted(range(len(species)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: spare - sum(whole)]:
        whole[i] += 1
    return [MIN_IMAGES + n for n in whole]


def _path(species: Species, index: int) -> str:
    return f"{species.name}/{species.name}_{index:04d}.jpg"
