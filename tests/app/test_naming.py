"""Class names become words, and names with capitals of their own keep them."""

import pytest

from app.naming import human, within


@pytest.mark.parametrize(
    ("name", "alone", "inside"),
    [
        ("gray_fox", "Gray fox", "gray fox"),
        ("muledeer", "Muledeer", "muledeer"),
        ("Canada goose", "Canada goose", "Canada goose"),
        ("american_mink", "American mink", "American mink"),
        ("African bush elephant", "African bush elephant", "African bush elephant"),
        ("Western gray squirrel", "Western gray squirrel", "western gray squirrel"),
        ("Mountain lion", "Mountain lion", "mountain lion"),
        ("Abert's squirrel", "Abert's squirrel", "Abert's squirrel"),
        ("North American beaver", "North American beaver", "North American beaver"),
        ("n02085620-Chihuahua", "N02085620-Chihuahua", "N02085620-Chihuahua"),
        ("___", "___", "___"),
    ],
)
def test_names(name, alone, inside):
    assert human(name) == alone
    assert within(name) == inside
