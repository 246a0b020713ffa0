"""Pieces of the page hold text, and never what a name might smuggle in."""

from html.parser import HTMLParser

import pytest

from app import fragments
from app.wording import Verdict

EVIL = "<img src=x onerror=alert(1)>\"'&"
SAID = Verdict("sure", EVIL, EVIL)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.styles = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.styles += [value for name, value in attrs if name == "style"]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize(
    "html",
    [
        fragments.heading(EVIL, EVIL),
        fragments.answer(EVIL, EVIL, SAID, fragments.bar_list([(EVIL, 0.5)])),
        fragments.definitions([(EVIL, EVIL)]),
        fragments.bullets([EVIL]),
        fragments.section(EVIL, fragments.paragraph(EVIL)),
        fragments.disclosure(EVIL, EVIL, fragments.paragraph(EVIL)),
        fragments.tiles([(EVIL, EVIL, EVIL)]),
        fragments.table([EVIL], [[EVIL]]),
    ],
)
def test_text_is_text(html):
    found = Tags(html)
    assert "img" not in found.tags
    assert any(EVIL in text for text in found.texts)


def test_bars_are_as_long_as_what_they_say():
    found = Tags(fragments.bar_list([("fox", 0.875), ("bear", 0.001), ("cat", 1.0)]))
    assert found.styles == ["width:87.5%", "width:0.1%", "width:100.0%"]
    assert [text for text in found.texts if "%" in text] == ["88 %", "<1 %", "100 %"]


def test_an_answer_that_is_not_sure_has_a_question_mark():
    unsure = fragments.answer("Fox", "", Verdict("unsure", "Unsure", ""), "")
    assert "<h2>Fox?</h2>" in unsure
    assert "<h2>Fox</h2>" in fragments.answer("Fox", "", Verdict("sure", "Sure", ""), "")
