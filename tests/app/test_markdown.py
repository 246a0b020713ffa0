"""Names that people give to files do nothing where Markdown is read."""

from app.markdown import literal


def test_letters_stay_and_signs_are_escaped():
    assert literal("Löwe 12") == "Löwe 12"
    assert literal("[a](b)") == r"\[a\]\(b\)"
    assert literal("$x$ :cat: `c`") == r"\$x\$ \:cat\: \`c\`"
