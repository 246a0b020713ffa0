"""Text of other people where Streamlit reads Markdown."""

_SIGNS = frozenset("\\`*_{}[]()<>#+-.!|~:$&")


def literal(text: str) -> str:
    """The text such that Markdown shows it as it is: no link, no image, no formula, no emoji."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
