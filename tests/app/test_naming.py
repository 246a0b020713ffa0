"""Class names become words, and names with capitals of their own keep them."""

import pytest

from app.naming import human, within


@pytest.mark.parametrize(
    ("name", "alone", "inside"),
    [
        ("gray_fox", "Gray fox", "gray fox"),
        ("muledeer", "Muledeer", "muledeer"),
        ("Canada goose", "Canada goose", "canada goose"),
        ("North American beaver", "North American beaver", "North American beaver"),
        ("n02085620-Chihuahua", "N02085620-Chihuahua", "N02085620-Chihuahua"),
        ("___", "___", "___"),
    ],
)
def test_names(name, alone, inside):
    assert human(name) == alone
    assert within(name) == inside
