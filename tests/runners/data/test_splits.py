"""The stratified 70/10/20 split."""

from hypothesis import given
from hypothesis import strategies as st

from runners.data.splits import MIN_IMAGES, split_class

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1)
path_lists = st.lists(names.map("fox/{}".format), min_size=MIN_IMAGES, max_size=60, unique=True)
seeds = st.integers(0, 2**40)


@given(paths=path_lists, seed=seeds)
def test_the_parts_are_disjoint_complete_and_of_the_right_size(paths, seed):
    train, val, test = split_class(paths, seed)
    assert sorted(train + val + test) == sorted(paths)
    n = len(paths)
    assert train
    assert abs(len(val) - n / 10) <= 0.5 or len(val) == 1
    assert abs(len(test) - n / 5) <= 0.5 or len(test) == 1


@given(paths=path_lists, seed=seeds, data=st.data())
def test_the_order_of_the_paths_does_not_matter(paths, seed, data):
    assert split_class(data.draw(st.permutations(paths)), seed) == split_class(paths, seed)


@given(paths=path_lists, seed=seeds)
def test_one_more_image_moves_at_most_one_across_each_border(paths, seed):
    before = [set(part) for part in split_class(paths, seed)]
    after = [set(part) for part in split_class([*paths, "fox/ new"], seed)]
    moved = sum(len(old - new) for old, new in zip(before, after, strict=True))
    assert moved <= 2


def test_a_worked_example():
    # By hand: 25 images give round(2.5) = 3 of validation (half up), 5 of test, 17 of training.
    parts = split_class([f"fox/{number}.jpg" for number in range(25)], 0)
    assert [len(part) for part in parts] == [17, 3, 5]


def test_the_seed_matters():
    paths = [f"fox/{number}.jpg" for number in range(30)]
    assert len({split_class(paths, seed) for seed in range(10)}) == 10
