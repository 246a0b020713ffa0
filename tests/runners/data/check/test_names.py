"""Names that clash, and names of copies."""

import pytest

from runners.data.check.names import clashes, says_copy


def test_case_and_ending_alone_make_a_clash_within_a_folder():
    paths = ["t/x/a.jpg", "t/x/A.JPG", "t/x/a.png", "t/y/a.jpg", "t/x/b.jpg", "t/X/B.jpg"]
    assert clashes(paths) == (
        ("t/x/A.JPG", "t/x/a.jpg", "t/x/a.png"),
        ("t/X/B.jpg", "t/x/b.jpg"),
    )


@pytest.mark.parametrize(
    ("name", "is_copy"),
    [
        ("paw - Copy.jpg", True),
        ("paw - Copy (2).jpg", True),
        ("paw - Copy - Copy.jpg", True),
        ("paw copy 3.png", True),
        ("Copy of paw.png", True),
        ("paw (1).png", True),
        ("paw.png", False),
        ("photocopy.png", False),
        ("IMG_2.jpg", False),
    ],
)
def test_names_that_file_managers_give_to_copies(name, is_copy):
    assert says_copy(f"train/cat/{name}") is is_copy
